#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/page.h>
#include "ring.h"

int pipe_ring_init(struct pipe_ring *ring, uint32_t count)
{
	*ring = (struct pipe_ring){ .count = count, .slots = rr_alloc(count * sizeof(*ring->slots)) };
	return ring->slots ? 0 : -ENOMEM;
}

void pipe_ring_fini(struct pipe_ring *ring)
{
	for (uint32_t i = 0; i < ring->filled; i++)
		rr_page_put(pipe_ring_slot(ring, i)->frame);
	if (ring->spare)
		rr_page_put(ring->spare);
	rr_free(ring->slots);
}

static int new_frame(struct pipe_ring *ring, rr_phys *out)
{
	if (!ring->spare)
		return rr_page_alloc(0, 0, out);
	*out = ring->spare;
	ring->spare = 0;
	return 0;
}

static void drop_frame(struct pipe_ring *ring, rr_phys frame)
{
	if (ring->spare || rr_page_refs(frame) != 1)
		rr_page_put(frame);
	else
		ring->spare = frame;
}

long pipe_ring_merge(struct pipe_ring *ring, struct rr_uio *uio)
{
	size_t odd = uio->remaining & RR_PAGE_MASK;
	if (!odd || pipe_ring_empty(ring))
		return 0;
	struct pipe_slot *last = pipe_ring_slot(ring, ring->filled - 1);
	size_t end = last->offset + last->length;
	if (last->packet || last->shared || end + odd > RR_PAGE_SIZE)
		return 0;
	if (rr_uio_read(uio, (char *)rr_phys_to_virt(last->frame) + end, odd))
		return -EFAULT;
	last->length += odd;
	ring->bytes += odd;
	return odd;
}

void pipe_ring_push(struct pipe_ring *ring, const struct pipe_slot *slot)
{
	*pipe_ring_slot(ring, ring->filled++) = *slot;
	ring->bytes += slot->length;
}

long pipe_ring_append(struct pipe_ring *ring, struct rr_uio *uio, bool packet)
{
	size_t part = rr_min(uio->remaining, RR_PAGE_SIZE);
	rr_phys frame;
	int error = new_frame(ring, &frame);
	if (error)
		return error;
	if (rr_uio_read(uio, rr_phys_to_virt(frame), part)) {
		drop_frame(ring, frame);
		return -EFAULT;
	}
	pipe_ring_push(ring, &(struct pipe_slot){ .frame = frame, .length = part, .packet = packet });
	return part;
}

int pipe_ring_give_back(struct pipe_ring *ring, const struct pipe_slot *slot)
{
	int error = pipe_ring_full(ring) ? pipe_ring_resize(ring, ring->count * 2) : 0;
	if (error)
		return error;
	ring->first--;
	ring->filled++;
	*pipe_ring_slot(ring, 0) = *slot;
	ring->bytes += slot->length;
	return 0;
}

struct pipe_slot pipe_ring_pop(struct pipe_ring *ring, size_t most)
{
	struct pipe_slot *first = pipe_ring_slot(ring, 0), part = *first;
	if (most >= first->length) {
		ring->first++;
		ring->filled--;
	} else {
		rr_page_ref(part.frame);
		part.length = most;
		part.shared = true;
		first->offset += most;
		first->length -= most;
	}
	ring->bytes -= part.length;
	return part;
}

/* The first slot is empty, or its packet has been read. */
static void drop_first(struct pipe_ring *ring, const struct pipe_slot *slot)
{
	ring->bytes -= slot->length;
	ring->first++;
	ring->filled--;
	drop_frame(ring, slot->frame);
}

long pipe_ring_take(struct pipe_ring *ring, struct rr_uio *uio)
{
	long done = 0;
	bool packet = false;
	while (ring->filled && uio->remaining && !packet) {
		struct pipe_slot *slot = pipe_ring_slot(ring, 0);
		size_t part = rr_min((size_t)slot->length, uio->remaining);
		if (rr_uio_write(uio, (char *)rr_phys_to_virt(slot->frame) + slot->offset, part))
			return done ? done : -EFAULT;
		done += part;
		slot->offset += part;
		slot->length -= part;
		ring->bytes -= part;
		packet = slot->packet;
		if (!slot->length || packet)
			drop_first(ring, slot);
	}
	return done;
}

int pipe_ring_resize(struct pipe_ring *ring, uint32_t count)
{
	if (ring->filled > count)
		return -EBUSY;
	struct pipe_slot *slots = rr_alloc(count * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < ring->filled; i++)
		slots[i] = *pipe_ring_slot(ring, i);
	rr_free(ring->slots);
	ring->slots = slots;
	ring->count = count;
	ring->first = 0;
	return 0;
}
