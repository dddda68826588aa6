/* readv(2), writev(2) and their positioned forms. */
#include <rr/heap.h>
#include "transfer.h"

#define FEW 8

/* Linux looks at the lower half of a number of vectors only. Check the lengths of `count` vectors and add them up to at most MAX_TRANSFER. -EINVAL. */
static long total_length(const struct rr_iovec *vectors, unsigned count)
{
	size_t total = 0;
	for (unsigned i = 0; i < count; i++) {
		if ((int64_t)vectors[i].length < 0)
			return -EINVAL;
		total = rr_min(total + vectors[i].length, MAX_TRANSFER);
	}
	return total;
}

static long with_vectors(struct rr_file *file, uint64_t address, uint32_t count, transfer_function *function, const int64_t *position)
{
	struct rr_iovec few[FEW], *vectors = few;
	if (count > IOV_MAX)
		return -EINVAL;
	if (count > FEW) {
		vectors = rr_alloc(count * sizeof(*vectors));
		if (!vectors)
			return -ENOMEM;
	}
	long result = rr_copy_from_user(vectors, address, count * sizeof(*vectors));
	if (!result)
		result = total_length(vectors, count);
	if (result >= 0) {
		struct rr_uio uio = { .vectors = vectors, .count = count, .remaining = result };
		result = transfer_file(file, &uio, function, position);
	}
	if (vectors != few)
		rr_free(vectors);
	return result;
}

static long transfer_vector(int fd, uint64_t address, uint32_t count, transfer_function *function, const int64_t *position)
{
	if (position && *position < 0)
		return -EINVAL;
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = with_vectors(file, address, count, function, position);
	rr_file_put(file);
	return result;
}

long rr_sys_readv(int fd, uint64_t vectors, uint32_t count) { return transfer_vector(fd, vectors, count, rr_file_read, NULL); }
long rr_sys_writev(int fd, uint64_t vectors, uint32_t count) { return transfer_vector(fd, vectors, count, rr_file_write, NULL); }

/* The position comes in two halves, of which the first holds all of it on 64-bit machines. */
long rr_sys_preadv(int fd, uint64_t vectors, uint32_t count, int64_t position)
{
	return transfer_vector(fd, vectors, count, rr_file_read, &position);
}
long rr_sys_pwritev(int fd, uint64_t vectors, uint32_t count, int64_t position)
{
	return transfer_vector(fd, vectors, count, rr_file_write, &position);
}

static long append(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	uint32_t flags = file->flags;
	file->flags |= O_APPEND;
	long done = rr_file_write(file, uio, position);
	file->flags = flags;
	return done;
}

/* Flags nobody knows, which Linux looks at last. */
static long refuse(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)position;
	return uio->remaining ? -EOPNOTSUPP : 0;
}

static long transfer_flagged(int fd, uint64_t vectors, uint32_t count, transfer_function *function, int64_t position, uint32_t flags)
{
	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND))
		function = refuse;
	return transfer_vector(fd, vectors, count, function, position == -1 ? NULL : &position);
}

/* Position -1: the file's own. Writes here are as good as synchronous, and nothing waits for a disk. */
long rr_sys_preadv2(int fd, uint64_t vectors, uint32_t count, int64_t position, uint64_t high, uint32_t flags)
{
	(void)high;
	return transfer_flagged(fd, vectors, count, rr_file_read, position, flags);
}
long rr_sys_pwritev2(int fd, uint64_t vectors, uint32_t count, int64_t position, uint64_t high, uint32_t flags)
{
	(void)high;
	return transfer_flagged(fd, vectors, count, flags & RWF_APPEND ? append : rr_file_write, position, flags);
}
