#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/sysv-ipc.h>
#include "segment.h"

#define MOST_SEGMENTS 4096 /* SHMMNI */

static struct rr_list segments = RR_LIST_INIT(segments);
static unsigned count;

static struct segment *segment_at(struct rr_vm_object *object) { return rr_container_of(object, struct segment, object); }

static int64_t seconds(void) { return rr_clock_realtime() / RR_NSEC_PER_SEC; }

static void destroy(struct segment *segment)
{
	rr_list_remove(&segment->link);
	count--;
	segment->pages->ops->unref(segment->pages);
	rr_free(segment);
}

static void attach(struct rr_vm_object *object) { segment_at(object)->state.attached++; }

static void detach(struct rr_vm_object *object)
{
	struct segment *segment = segment_at(object);
	segment->state.attached--;
	segment->state.dtime = seconds();
	segment->state.lpid = rr_current_process()->pid;
	if (!segment->state.attached && segment->state.perm.mode & SHM_DEST)
		destroy(segment);
}

static int get_page(struct rr_vm_object *object, uint64_t index, bool write, rr_phys *out)
{
	struct rr_vm_object *pages = segment_at(object)->pages;
	return pages->ops->get_page(pages, index, write, out);
}

static int punch(struct rr_vm_object *object, uint64_t offset, uint64_t length)
{
	struct rr_vm_object *pages = segment_at(object)->pages;
	rr_vm_object_forget(object, offset >> RR_PAGE_SHIFT, (offset + length - 1) >> RR_PAGE_SHIFT, RR_NO_PAGE);
	return pages->ops->punch(pages, offset, length);
}

static const struct rr_vm_object_ops ops = { .ref = attach, .unref = detach, .get_page = get_page, .punch = punch };

static struct rr_abi_shmid_ds first_state(int key, uint64_t size, unsigned mode)
{
	return (struct rr_abi_shmid_ds){ .perm = rr_ipc_perm(key, mode), .size = size, .ctime = seconds(), .cpid = rr_current_process()->pid };
}

static int new_id(void)
{
	static int last;
	do
		last = last == INT32_MAX ? 0 : last + 1;
	while (segment_find(last));
	return last;
}

int segment_create(int key, uint64_t size, unsigned mode, struct segment **out)
{
	if (count >= MOST_SEGMENTS)
		return -ENOSPC;
	struct segment *segment = rr_zalloc(1, sizeof(*segment));
	if (!segment)
		return -ENOMEM;
	int error = rr_vm_object_anonymous(size, &segment->pages);
	if (error) {
		rr_free(segment);
		return error;
	}
	segment->pages->ops->ref(segment->pages);
	segment->object.ops = &ops;
	segment->id = new_id();
	segment->state = first_state(key, size, mode);
	rr_list_push_back(&segments, &segment->link);
	count++;
	*out = segment;
	return 0;
}

struct segment *segment_find(int id)
{
	rr_list_for_each(node, &segments)
		if (rr_list_entry(node, struct segment, link)->id == id)
			return rr_list_entry(node, struct segment, link);
	return NULL;
}

struct segment *segment_find_key(int key)
{
	rr_list_for_each(node, &segments)
		if (rr_list_entry(node, struct segment, link)->state.perm.key == key)
			return rr_list_entry(node, struct segment, link);
	return NULL;
}

struct segment *segment_of(const struct rr_vm_object *object)
{
	return object && object->ops == &ops ? rr_container_of(object, struct segment, object) : NULL;
}

void segment_remove(struct segment *segment)
{
	segment->state.perm.key = IPC_PRIVATE;
	segment->state.perm.mode |= SHM_DEST;
	if (!segment->state.attached)
		destroy(segment);
}
