/* splice(2), tee(2), vmsplice(2). Pages move between pipes; to and from files, and from a program's memory, they are copied. */
#include <rr/inode.h>
#include <rr/page.h>
#include "pipe.h"

#define SPLICE_NONBLOCK 2u
#define SPLICE_ALL 15u /* MOVE and MORE are hints, GIFT changes nothing: a given page is copied too */

long rr_sys_splice(int in, uint64_t in_offset, int out, uint64_t out_offset, size_t length, unsigned flags);
long rr_sys_tee(int in, int out, size_t length, unsigned flags);
long rr_sys_vmsplice(int fd, uint64_t vectors, size_t count, unsigned flags);

static struct rr_uio page_buffer(struct rr_iovec *space, rr_phys frame, size_t offset, size_t length)
{
	*space = (struct rr_iovec){ .base = (uint64_t)rr_phys_to_virt(frame) + offset, .length = length };
	return (struct rr_uio){ .vectors = space, .count = 1, .remaining = length, .kernel = true };
}

/* Both ends wait until something can be moved. 0 also when nothing ever will: no writers, nothing there. */
static int wait_for_both(struct pipe *in, struct pipe *out, bool nonblocking)
{
	int error;
	do {
		error = pipe_wait_for_data(in, nonblocking);
		if (!error)
			error = pipe_wait_for_room(out, nonblocking);
	} while (!error && pipe_ring_empty(&in->ring) && in->writers);
	return error;
}

static long move(struct pipe *in, struct pipe *out, size_t length, bool nonblocking)
{
	int error = wait_for_both(in, out, nonblocking);
	if (error)
		return error;
	bool was_full = pipe_ring_full(&in->ring);
	size_t done = 0;
	while (done < length && !pipe_ring_empty(&in->ring) && !pipe_ring_full(&out->ring)) {
		struct pipe_slot slot = pipe_ring_pop(&in->ring, length - done);
		pipe_ring_push(&out->ring, &slot);
		done += slot.length;
	}
	if (done)
		rr_wake_event(&out->can_read);
	if (was_full && !pipe_ring_full(&in->ring))
		rr_wake_event(&in->can_write);
	return done;
}

/* Write what is in the pipe, waiting for the first of it only. */
static long to_file(struct pipe *in, struct rr_file *out, uint64_t *position, size_t length, bool nonblocking)
{
	size_t total = 0;
	long done = pipe_wait_for_data(in, nonblocking);
	bool was_full = pipe_ring_full(&in->ring), short_write = false;
	while (done >= 0 && !short_write && total < length && !pipe_ring_empty(&in->ring)) {
		struct pipe_slot slot = pipe_ring_pop(&in->ring, length - total);
		struct rr_iovec space;
		struct rr_uio uio = page_buffer(&space, slot.frame, slot.offset, slot.length);
		done = rr_file_write(out, &uio, position);
		size_t taken = done > 0 ? done : 0;
		short_write = taken < slot.length;
		total += taken;
		slot.offset += taken;
		slot.length -= taken;
		if (!short_write || pipe_ring_give_back(&in->ring, &slot))
			rr_page_put(slot.frame);
	}
	if (was_full && !pipe_ring_full(&in->ring))
		rr_wake_event(&in->can_write);
	return total ? (long)total : done;
}

/* One page of the file into the pipe. Bytes, 0 at the end. */
static long page_from_file(struct rr_file *in, uint64_t *position, struct pipe *out, size_t length)
{
	struct rr_iovec space;
	rr_phys frame;
	int error = rr_page_alloc(0, 0, &frame);
	if (error)
		return error;
	struct rr_uio uio = page_buffer(&space, frame, 0, rr_min(length, RR_PAGE_SIZE));
	long done = rr_file_read(in, &uio, position);
	/* Reading may have waited, and others filled the pipe. */
	if (done > 0 && pipe_ring_full(&out->ring))
		error = pipe_ring_resize(&out->ring, out->ring.count * 2);
	if (done <= 0 || error) {
		rr_page_put(frame);
		return error ? error : done;
	}
	pipe_ring_push(&out->ring, &(struct pipe_slot){ .frame = frame, .length = done, .shared = true });
	return done;
}

/* As much as there are free slots for; what is no regular file may make wait once. */
static long from_file(struct rr_file *in, uint64_t *position, struct pipe *out, size_t length, bool nonblocking)
{
	size_t total = 0;
	long done = pipe_wait_for_room(out, nonblocking);
	if (done)
		return done;
	while (total < length && !pipe_ring_full(&out->ring)) {
		size_t wanted = rr_min(length - total, RR_PAGE_SIZE);
		done = page_from_file(in, position, out, wanted);
		if (done > 0)
			total += done;
		if (done < (long)wanted || !in->ops->seek)
			break;
	}
	if (total)
		rr_wake_event(&out->can_read);
	return total ? (long)total : done;
}

/* A file's position, or the one the program keeps at `address`. */
static int load_position(struct rr_file *file, uint64_t address, uint64_t *out)
{
	*out = file->position;
	if (address && !file->ops->seek)
		return -EINVAL;
	if (address && rr_get_user(*out, address))
		return -EFAULT;
	return (int64_t)*out < 0 ? -EINVAL : 0;
}

static long store_position(struct rr_file *file, uint64_t address, uint64_t position, long result)
{
	if (!address)
		file->position = position;
	else if (result >= 0 && rr_put_user(position, address))
		return -EFAULT;
	return result;
}

/* What has no inode (counters, timers) is read and written in units that must not be cut, and is refused. */
static long splice(struct rr_file *in, uint64_t in_offset, struct rr_file *out, uint64_t out_offset, size_t length, bool nonblocking)
{
	struct pipe *from = pipe_of(in), *to = pipe_of(out);
	uint64_t position;
	if ((from && in_offset) || (to && out_offset))
		return -ESPIPE;
	if (!rr_file_readable(in) || !rr_file_writable(out))
		return -EBADF;
	if (from && to)
		return from == to ? -EINVAL : move(from, to, length, nonblocking || (in->flags | out->flags) & O_NONBLOCK);
	if (from) {
		int error = load_position(out, out_offset, &position);
		if (error || out->flags & O_APPEND || !out->ops->write || !out->inode)
			return error ? error : -EINVAL;
		return store_position(out, out_offset, position, to_file(from, out, &position, length, nonblocking || in->flags & O_NONBLOCK));
	}
	if (!to || !in->ops->read || !in->inode || S_ISDIR(in->inode->mode))
		return -EINVAL;
	int error = load_position(in, in_offset, &position);
	if (error)
		return error;
	nonblocking |= (out->flags & O_NONBLOCK) != 0;
	uint32_t flags = in->flags;
	if (nonblocking && S_ISSOCK(in->inode->mode))
		in->flags |= O_NONBLOCK; /* a socket is asked in the same way; it does not wait, so nobody else sees the flag */
	long done = from_file(in, &position, to, length, nonblocking);
	in->flags = flags;
	return store_position(in, in_offset, position, done);
}

/* Show what is in one pipe in the other one as well. */
static long duplicate(struct pipe *in, struct pipe *out, size_t length, bool nonblocking)
{
	int error = wait_for_both(in, out, nonblocking);
	if (error)
		return error;
	size_t done = 0;
	for (uint32_t i = 0; i < in->ring.filled && done < length && !pipe_ring_full(&out->ring); i++) {
		struct pipe_slot slot = *pipe_ring_slot(&in->ring, i);
		rr_page_ref(slot.frame);
		slot.length = rr_min((size_t)slot.length, length - done);
		slot.shared = true;
		pipe_ring_push(&out->ring, &slot);
		done += slot.length;
	}
	if (done)
		rr_wake_event(&out->can_read);
	return done;
}

static long tee(struct rr_file *in, struct rr_file *out, size_t length, bool nonblocking)
{
	struct pipe *from = pipe_of(in), *to = pipe_of(out);
	if (!rr_file_readable(in) || !rr_file_writable(out))
		return -EBADF;
	if (!from || !to || from == to)
		return -EINVAL;
	return duplicate(from, to, length, nonblocking || (in->flags | out->flags) & O_NONBLOCK);
}

long rr_sys_splice(int in_fd, uint64_t in_offset, int out_fd, uint64_t out_offset, size_t length, unsigned flags)
{
	struct rr_fdtable *table = rr_current_fdtable();
	if (!length)
		return 0;
	if (flags & ~SPLICE_ALL)
		return -EINVAL;
	struct rr_file *in = rr_fd_get(table, in_fd), *out = rr_fd_get(table, out_fd);
	long result = in && out ? splice(in, in_offset, out, out_offset, length, flags & SPLICE_NONBLOCK) : -EBADF;
	if (in)
		rr_file_put(in);
	if (out)
		rr_file_put(out);
	return result;
}

long rr_sys_tee(int in_fd, int out_fd, size_t length, unsigned flags)
{
	struct rr_fdtable *table = rr_current_fdtable();
	if (flags & ~SPLICE_ALL)
		return -EINVAL;
	if (!length)
		return 0;
	struct rr_file *in = rr_fd_get(table, in_fd), *out = rr_fd_get(table, out_fd);
	long result = in && out ? tee(in, out, length, flags & SPLICE_NONBLOCK) : -EBADF;
	if (in)
		rr_file_put(in);
	if (out)
		rr_file_put(out);
	return result;
}

/* One buffer of the program into the pipe, each page of it into a slot of its own. Bytes or the error before the first. */
static long from_memory(struct pipe *pipe, const struct rr_iovec *vector, bool nonblocking)
{
	uint64_t at = vector->base, end = vector->base + vector->length;
	while (at < end) {
		size_t part = rr_min(end - at, RR_PAGE_SIZE - (at & RR_PAGE_MASK));
		struct rr_iovec space = { .base = at, .length = part };
		struct rr_uio uio = { .vectors = &space, .count = 1, .remaining = part };
		if (at > vector->base && pipe_ring_full(&pipe->ring))
			rr_wake_event(&pipe->can_read);
		long done = pipe_wait_for_room(pipe, nonblocking);
		if (!done)
			done = pipe_ring_append(&pipe->ring, &uio, false);
		if (done < 0)
			return at > vector->base ? (long)(at - vector->base) : done;
		pipe_ring_slot(&pipe->ring, pipe->ring.filled - 1)->shared = true;
		at += part;
	}
	return vector->length;
}

/* Out of the pipe; waits only for the first bytes. */
static long to_memory(struct pipe *pipe, const struct rr_iovec *vector, bool nonblocking)
{
	struct rr_uio uio = { .vectors = vector, .count = 1, .remaining = vector->length };
	int error = pipe_wait_for_data(pipe, nonblocking);
	if (error)
		return error;
	bool was_full = pipe_ring_full(&pipe->ring);
	long done = pipe_ring_take(&pipe->ring, &uio);
	if (was_full && !pipe_ring_full(&pipe->ring))
		rr_wake_event(&pipe->can_write);
	return done;
}

static long vmsplice(struct rr_file *file, uint64_t vectors, size_t count, bool nonblocking)
{
	struct pipe *pipe = pipe_of(file);
	bool writes = rr_file_writable(file);
	long total = 0;
	for (size_t i = 0; i < count; i++) {
		struct rr_iovec vector;
		if (rr_get_user(vector, vectors + i * sizeof(vector)))
			return total ? total : -EFAULT;
		if (!vector.length)
			continue;
		long done = writes ? from_memory(pipe, &vector, nonblocking) : to_memory(pipe, &vector, nonblocking || total);
		if (done < 0)
			return total ? total : done;
		total += done;
		if (writes)
			rr_wake_event(&pipe->can_read);
		if ((uint64_t)done < vector.length)
			break;
	}
	return total;
}

long rr_sys_vmsplice(int fd, uint64_t vectors, size_t count, unsigned flags)
{
	if (flags & ~SPLICE_ALL)
		return -EINVAL;
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = -EBADF;
	if (pipe_of(file))
		result = count > IOV_MAX ? -EINVAL : vmsplice(file, vectors, count, flags & SPLICE_NONBLOCK);
	rr_file_put(file);
	return result;
}
