#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/string.h>
#include <rr/virtio.h>

#define DESC_NEXT 1u
#define DESC_WRITE 2u
#define DESC_INDIRECT 4u
#define AVAIL_NO_INTERRUPT 1u
#define USED_NO_NOTIFY 1u
#define NONE 0xffffu
/* An indirect table is a block of the heap. */
#define MOST_INDIRECT 64u
/* Chains that take at least this share of a ring go through a table. */
#define RING_SHARE 8u

/* What is known of a descriptor, where the device cannot write. */
struct rr_virtq_slot {
	void *token;              /* of a chain's head that is out */
	struct rr_virtq_desc *table; /* its indirect table */
	uint32_t room;            /* bytes the device may write */
	uint16_t next;            /* free, or in the chain */
	uint16_t count;           /* descriptors of the chain */
};

/* The device runs on another processor, even if we are on the only one. */
static void barrier(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

static volatile uint16_t *used_event(const struct rr_virtqueue *queue) { return &queue->avail->ring[queue->size]; }
static volatile uint16_t *avail_event(const struct rr_virtqueue *queue) { return (volatile uint16_t *)&queue->used->ring[queue->size]; }

static uint16_t used_index(const struct rr_virtqueue *queue) { return __atomic_load_n(&queue->used->index, __ATOMIC_ACQUIRE); }

int rr_virtqueue_create(struct rr_virtqueue *queue, unsigned size, bool legacy_layout)
{
	if (!size || size & (size - 1) || size > RR_VIRTQ_MOST)
		return -EINVAL;
	/* 2.7.2: the used ring of a legacy device begins on a page; elsewhere 4 bytes are enough, a cache line keeps the two sides apart */
	size_t avail = size * sizeof(struct rr_virtq_desc);
	size_t used = rr_align_up(avail + sizeof(struct rr_virtq_avail) + (size + 1) * sizeof(uint16_t), legacy_layout ? RR_PAGE_SIZE : 64);
	size_t bytes = used + sizeof(struct rr_virtq_used) + size * sizeof(struct rr_virtq_used_element) + sizeof(uint16_t);
	queue->memory_order = 0;
	while (RR_PAGE_SIZE << queue->memory_order < bytes)
		queue->memory_order++;
	queue->slots = rr_zalloc(size, sizeof(*queue->slots));
	if (!queue->slots || rr_page_alloc(queue->memory_order, RR_PAGE_ZERO, &queue->memory)) {
		rr_free(queue->slots);
		return -ENOMEM;
	}
	uint8_t *memory = rr_phys_to_virt(queue->memory);
	queue->desc = (void *)memory;
	queue->avail = (void *)(memory + avail);
	queue->used = (void *)(memory + used);
	queue->size = queue->free_count = (uint16_t)size;
	queue->free_head = queue->next_avail = queue->notified = queue->next_used = queue->in_flight = 0;
	queue->broken = false;
	for (unsigned i = 0; i < size; i++)
		queue->slots[i].next = i + 1 < size ? (uint16_t)(i + 1) : NONE;
	rr_virtqueue_quiet(queue);
	return 0;
}

void rr_virtqueue_destroy(struct rr_virtqueue *queue)
{
	while (rr_virtqueue_recover(queue))
		;
	rr_free(queue->slots);
	rr_page_put(queue->memory);
	queue->slots = NULL;
}

static struct rr_virtq_desc describe(const struct rr_virtq_segment *segment, bool write, unsigned next, bool last)
{
	return (struct rr_virtq_desc){ rr_virt_to_phys(segment->address), segment->length, (uint16_t)((write ? DESC_WRITE : 0) | (last ? 0 : DESC_NEXT)), (uint16_t)(last ? 0 : next) };
}

/* One descriptor that points to a table of all segments. */
static bool fill_indirect(struct rr_virtqueue *queue, const struct rr_virtq_segment *segments, unsigned out, unsigned count)
{
	struct rr_virtq_desc *table = count <= MOST_INDIRECT ? rr_alloc(count * sizeof(*table)) : NULL;
	if (!table)
		return false;
	for (unsigned i = 0; i < count; i++)
		table[i] = describe(&segments[i], i >= out, i + 1, i + 1 == count);
	struct rr_virtq_slot *slot = &queue->slots[queue->free_head];
	slot->table = table;
	slot->count = 1;
	queue->desc[queue->free_head] = (struct rr_virtq_desc){ rr_virt_to_phys(table), count * (uint32_t)sizeof(*table), DESC_INDIRECT, 0 };
	return true;
}

static void fill_chain(struct rr_virtqueue *queue, const struct rr_virtq_segment *segments, unsigned out, unsigned count)
{
	uint16_t at = queue->free_head;
	queue->slots[at].count = (uint16_t)count;
	queue->slots[at].table = NULL;
	for (unsigned i = 0; i < count; i++, at = queue->slots[at].next)
		queue->desc[at] = describe(&segments[i], i >= out, queue->slots[at].next, i + 1 == count);
}

/* Take the first slot->count free descriptors; the last of them keeps its link, which free_chain() sets anew. */
static void take_free(struct rr_virtqueue *queue, const struct rr_virtq_slot *slot)
{
	uint16_t after = slot->next;
	for (unsigned i = 1; i < slot->count; i++)
		after = queue->slots[after].next;
	queue->free_head = after;
	queue->free_count -= slot->count;
}

int rr_virtqueue_add(struct rr_virtqueue *queue, const struct rr_virtq_segment *segments, unsigned out, unsigned in, void *token)
{
	unsigned count = out + in;
	if (queue->broken)
		return -EIO;
	if (!count || count > queue->size || !token)
		return -EINVAL;
	if (!queue->free_count)
		return -EAGAIN;
	uint16_t head = queue->free_head;
	struct rr_virtq_slot *slot = &queue->slots[head];
	bool long_chain = count > 1 && (count > queue->free_count || count * RING_SHARE >= queue->size);
	if (!queue->indirect || !long_chain || !fill_indirect(queue, segments, out, count)) {
		if (count > queue->free_count)
			return -EAGAIN;
		fill_chain(queue, segments, out, count);
	}
	slot->token = token;
	slot->room = 0;
	for (unsigned i = out; i < count; i++)
		slot->room += segments[i].length;
	take_free(queue, slot);
	queue->avail->ring[queue->next_avail & (queue->size - 1)] = head;
	queue->next_avail++;
	queue->in_flight++;
	__atomic_store_n(&queue->avail->index, queue->next_avail, __ATOMIC_RELEASE); /* 2.7.13.2 */
	return 0;
}

static void *free_chain(struct rr_virtqueue *queue, uint16_t head)
{
	struct rr_virtq_slot *slot = &queue->slots[head];
	void *token = slot->token;
	slot->token = NULL;
	rr_free(slot->table);
	slot->table = NULL;
	uint16_t last = head;
	for (unsigned i = 1; i < slot->count; i++)
		last = queue->slots[last].next;
	queue->slots[last].next = queue->free_head;
	queue->free_head = head;
	queue->free_count += slot->count;
	queue->in_flight--;
	return token;
}

bool rr_virtqueue_pending(const struct rr_virtqueue *queue) { return !queue->broken && used_index(queue) != queue->next_used; }

void *rr_virtqueue_take(struct rr_virtqueue *queue, uint32_t *written)
{
	uint16_t done = (uint16_t)(used_index(queue) - queue->next_used);
	if (!done || queue->broken)
		return NULL;
	volatile struct rr_virtq_used_element *element = &queue->used->ring[queue->next_used & (queue->size - 1)];
	uint32_t id = element->id, length = element->length;
	if (done > queue->in_flight || id >= queue->size || !queue->slots[id].token) {
		queue->broken = true;
		return NULL;
	}
	queue->next_used++;
	*written = rr_min(length, queue->slots[id].room);
	return free_chain(queue, (uint16_t)id);
}

bool rr_virtqueue_kick(struct rr_virtqueue *queue)
{
	uint16_t old = queue->notified, new = queue->next_avail;
	if (new == old || queue->broken)
		return false;
	queue->notified = new;
	barrier(); /* the index is out before we look whether the device sleeps: 2.7.13.4.1 */
	bool wanted = queue->event_index ? (uint16_t)(new - *avail_event(queue) - 1) < (uint16_t)(new - old) : !(queue->used->flags & USED_NO_NOTIFY);
	if (wanted)
		queue->device->transport->notify(queue);
	return wanted;
}

void rr_virtqueue_quiet(struct rr_virtqueue *queue)
{
	queue->quiet = true;
	/* with EVENT_IDX the flag is ignored, and an index that was passed long ago does not interrupt: 2.7.7.1 */
	if (queue->event_index)
		*used_event(queue) = (uint16_t)(queue->next_used - 1);
	else
		__atomic_store_n(&queue->avail->flags, AVAIL_NO_INTERRUPT, __ATOMIC_RELAXED);
}

bool rr_virtqueue_arm(struct rr_virtqueue *queue, unsigned after)
{
	uint16_t target = (uint16_t)(queue->next_used + after - 1);
	queue->quiet = false;
	if (queue->event_index)
		*used_event(queue) = target;
	else
		__atomic_store_n(&queue->avail->flags, 0, __ATOMIC_RELAXED);
	barrier(); /* wanted before we look once more: 2.7.14 */
	if ((uint16_t)(used_index(queue) - queue->next_used) < after || queue->broken)
		return true;
	rr_virtqueue_quiet(queue);
	return false;
}

void *rr_virtqueue_recover(struct rr_virtqueue *queue)
{
	for (unsigned i = 0; queue->in_flight && i < queue->size; i++)
		if (queue->slots[i].token)
			return free_chain(queue, (uint16_t)i);
	return NULL;
}
