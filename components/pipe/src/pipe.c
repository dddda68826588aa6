/* Pipes and named pipes: pipe(7), fifo(7). */
#include <rr/abi/ioctl.h>
#include <rr/credentials.h>
#include <rr/abi/signal.h>
#include <rr/heap.h>
#include <rr/permission.h>
#include <rr/inode.h>
#include <rr/pipe.h>
#include <rr/print.h>
#include "pipe.h"

#define DEFAULT_SLOTS 16
#define UNPRIVILEGED_SLOTS 256 /* 1 MiB: Linux's default pipe-max-size */

static int pipe_create(struct pipe **out)
{
	struct pipe *pipe = rr_zalloc(1, sizeof(*pipe));
	if (!pipe)
		return -ENOMEM;
	int error = pipe_ring_init(&pipe->ring, DEFAULT_SLOTS);
	if (error) {
		rr_free(pipe);
		return error;
	}
	rr_waitqueue_init(&pipe->can_read);
	rr_waitqueue_init(&pipe->can_write);
	*out = pipe;
	return 0;
}

static void pipe_free(struct pipe *pipe)
{
	pipe_ring_fini(&pipe->ring);
	rr_free(pipe);
}

int pipe_wait_for_data(struct pipe *pipe, bool nonblocking)
{
	if (!pipe_ring_empty(&pipe->ring) || !pipe->writers)
		return 0;
	if (nonblocking)
		return -EAGAIN;
	return rr_wait_until(&pipe->can_read, !pipe_ring_empty(&pipe->ring) || !pipe->writers, RR_FOREVER, RR_INTERRUPTIBLE);
}

static long read_pipe(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct pipe *pipe = file->data;
	struct pipe_ring *ring = &pipe->ring;
	(void)position;
	if (!uio->remaining)
		return 0;
	int error = pipe_wait_for_data(pipe, file->flags & O_NONBLOCK);
	if (error)
		return error;
	bool was_full = pipe_ring_full(ring);
	long done = pipe_ring_take(ring, uio);
	if (was_full && !pipe_ring_full(ring))
		rr_wake_event(&pipe->can_write);
	return done;
}

static long broken(void)
{
	if (rr_vfs_raise)
		rr_vfs_raise(SIGPIPE);
	return -EPIPE;
}

int pipe_wait_for_room(struct pipe *pipe, bool nonblocking)
{
	int error = 0;
	while (pipe->readers && pipe_ring_full(&pipe->ring)) {
		error = nonblocking ? -EAGAIN : rr_wait_until(&pipe->can_write, !pipe_ring_full(&pipe->ring) || !pipe->readers, RR_FOREVER, RR_INTERRUPTIBLE);
		if (error)
			return error;
	}
	return pipe->readers ? 0 : (int)broken();
}

/* The rest of a write. 0, or the error that ended it: what went in before is in *done, and shown to readers before it waits. */
static long fill_slots(struct rr_file *file, struct rr_uio *uio, long *done)
{
	struct pipe *pipe = file->data;
	while (uio->remaining) {
		if (*done && pipe_ring_full(&pipe->ring) && !(file->flags & O_NONBLOCK))
			rr_wake_event(&pipe->can_read);
		long part = pipe_wait_for_room(pipe, file->flags & O_NONBLOCK);
		if (!part)
			part = pipe_ring_append(&pipe->ring, uio, file->flags & O_DIRECT);
		if (part < 0)
			return part;
		*done += part;
	}
	return 0;
}

/* Up to PIPE_BUF bytes go in as one piece, since they need one slot, or fit into the last. */
static long write_pipe(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct pipe *pipe = file->data;
	(void)position;
	if (!uio->remaining)
		return 0;
	if (!pipe->readers)
		return broken();
	long done = pipe_ring_merge(&pipe->ring, uio);
	if (done < 0)
		return done;
	long error = fill_slots(file, uio, &done);
	if (!done)
		return error;
	rr_wake_event(&pipe->can_read);
	return done;
}

static unsigned poll_pipe(struct rr_file *file, struct rr_poll_table *table)
{
	struct pipe *pipe = file->data;
	unsigned ready = 0;
	if (rr_file_readable(file)) {
		if (table)
			table->add(table, &pipe->can_read);
		if (!pipe_ring_empty(&pipe->ring))
			ready |= POLLIN | POLLRDNORM;
		if (!pipe->writers && file->position != pipe->writer_opens)
			ready |= POLLHUP;
	}
	if (rr_file_writable(file)) {
		if (table)
			table->add(table, &pipe->can_write);
		if (!pipe_ring_full(&pipe->ring))
			ready |= POLLOUT | POLLWRNORM;
		if (!pipe->readers)
			ready |= POLLERR;
	}
	return ready;
}

static long ioctl_pipe(struct rr_file *file, unsigned command, uint64_t argument)
{
	if (command != FIONREAD)
		return -ENOTTY;
	int used = ((struct pipe *)file->data)->ring.bytes;
	return rr_put_user(used, argument);
}

static void wake_both(struct pipe *pipe)
{
	rr_wake_all(&pipe->can_read);
	rr_wake_all(&pipe->can_write);
}

/* An end is gone. When it was the last of its side, the other side sees end of file or EPIPE. True when nobody is left. */
static bool close_end(struct rr_file *file)
{
	struct pipe *pipe = file->data;
	pipe->readers -= rr_file_readable(file);
	pipe->writers -= rr_file_writable(file);
	if (!pipe->readers != !pipe->writers)
		wake_both(pipe);
	return !pipe->readers && !pipe->writers;
}

static void release_pipe(struct rr_file *file)
{
	if (close_end(file))
		file->inode->data = NULL, pipe_free(file->data);
}

static size_t describe_pipe(struct rr_file *file, char *to, size_t size)
{
	char text[32];
	rr_snprintf(text, sizeof(text), "pipe:[%lu]", file->inode->number);
	return rr_file_describe_as(text, to, size);
}

static long control_pipe(struct rr_file *file, unsigned command, uint64_t argument)
{
	struct pipe *pipe = file->data;
	uint32_t size = (uint32_t)argument, count = 1;
	if (command == F_GETPIPE_SZ)
		return pipe->ring.count * RR_PAGE_SIZE;
	if (command != F_SETPIPE_SZ || size > 1u << 31)
		return -EINVAL;
	while (count * RR_PAGE_SIZE < size)
		count *= 2;
	if (count > pipe->ring.count && count > UNPRIVILEGED_SLOTS && !rr_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	int error = pipe_ring_resize(&pipe->ring, count);
	if (error)
		return error;
	rr_wake_all(&pipe->can_write);
	return count * RR_PAGE_SIZE;
}

const struct rr_file_ops pipe_file_ops = {
	.read = read_pipe,
	.write = write_pipe,
	.poll = poll_pipe,
	.ioctl = ioctl_pipe,
	.control = control_pipe,
	.release = release_pipe,
	.describe = describe_pipe,
};

const struct rr_file_ops fifo_file_ops = {
	.read = read_pipe,
	.write = write_pipe,
	.poll = poll_pipe,
	.ioctl = ioctl_pipe,
	.control = control_pipe,
	.release = release_pipe,
};

static void count_end(struct pipe *pipe, const struct rr_file *file)
{
	if (rr_file_readable(file))
		pipe->readers++, pipe->reader_opens++;
	if (rr_file_writable(file))
		pipe->writers++, pipe->writer_opens++;
}

static int open_fifo(struct rr_inode *inode, uint32_t flags, struct rr_file **out);

void rr_pipe_enable_fifos(void) { rr_vfs_open_fifo = open_fifo; }

int rr_pipe_create(uint32_t flags, struct rr_file **read_end, struct rr_file **write_end)
{
	struct pipe *pipe;
	struct rr_inode *inode;
	int error = rr_inode_create_anonymous(S_IFIFO | 0600, 0, &inode);
	if (error)
		return error;
	rr_inode_own(inode, NULL);
	error = pipe_create(&pipe);
	if (error) {
		rr_inode_put(inode);
		return error;
	}
	inode->data = pipe;
	rr_pipe_enable_fifos(); /* /dev/fd/N opens pipes like named ones */
	rr_inode_ref(inode);
	error = rr_file_create(&pipe_file_ops, inode, (flags & O_NONBLOCK) | O_RDONLY, pipe, read_end);
	if (error) {
		rr_inode_put(inode);
		pipe_free(pipe);
		return error;
	}
	count_end(pipe, *read_end);
	error = rr_file_create(&pipe_file_ops, inode, flags | O_WRONLY, pipe, write_end);
	if (error) {
		rr_file_put(*read_end);
		return error;
	}
	count_end(pipe, *write_end);
	return 0;
}

/* Wait until the other side has been opened once more. */
static int wait_for_partner(struct pipe *pipe, const unsigned *opens)
{
	unsigned before = *opens;
	return rr_wait_until(&pipe->can_read, *opens != before, RR_FOREVER, RR_INTERRUPTIBLE);
}

/* Opening waits for the other side, unless for both or O_NONBLOCK, or what is opened is a pipe by /proc/PID/fd: fifo(7). */
static int enter(struct rr_file *file, bool named)
{
	struct pipe *pipe = file->data;
	bool nonblocking = file->flags & O_NONBLOCK;
	rr_wake_all(&pipe->can_read);
	if (!named || (file->flags & O_ACCMODE) == O_RDWR)
		return 0;
	if (rr_file_writable(file))
		return pipe->readers ? 0 : wait_for_partner(pipe, &pipe->reader_opens);
	if (pipe->writers)
		return 0;
	if (!nonblocking)
		return wait_for_partner(pipe, &pipe->writer_opens);
	file->position = pipe->writer_opens; /* nobody has hung up yet */
	return 0;
}

/* The pipe of a fifo, made when it is first opened; it stays while it is open. 0, -ENOMEM, -ENXIO. */
static int pipe_for(struct rr_inode *inode, uint32_t flags, struct pipe **out)
{
	struct pipe *pipe = inode->data;
	if (inode->fs && (flags & O_ACCMODE) == O_WRONLY && flags & O_NONBLOCK && (!pipe || !pipe->readers))
		return -ENXIO;
	*out = pipe;
	return pipe ? 0 : pipe_create(out);
}

static int open_fifo(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	struct pipe *pipe;
	int error = pipe_for(inode, flags, &pipe);
	if (error) {
		rr_inode_put(inode);
		return error;
	}
	bool is_new = !inode->data, named = inode->fs;
	error = rr_file_create(named ? &fifo_file_ops : &pipe_file_ops, inode, flags, pipe, out);
	if (error) {
		if (is_new)
			pipe_free(pipe);
		return error;
	}
	inode->data = pipe;
	count_end(pipe, *out);
	error = enter(*out, named);
	if (error)
		rr_file_put(*out);
	return error;
}
