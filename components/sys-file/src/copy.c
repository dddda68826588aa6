/* sendfile(2), copy_file_range(2). */
#include <rr/inode.h>
#include <rr/page.h>
#include "transfer.h"

static struct rr_uio kernel_buffer(struct rr_iovec *space, void *buffer, size_t length)
{
	*space = (struct rr_iovec){ .base = (uint64_t)buffer, .length = length };
	return (struct rr_uio){ .vectors = space, .count = 1, .remaining = length, .kernel = true };
}

/* Copy page by page until `count` bytes, the end of `in`, or `out` takes no more. Positions move by what `out` took. */
static long copy(struct rr_file *in, uint64_t *in_position, struct rr_file *out, uint64_t *out_position, size_t count)
{
	rr_phys frame;
	int error = rr_page_alloc(0, 0, &frame);
	if (error)
		return error;
	void *buffer = rr_phys_to_virt(frame);
	size_t total = 0;
	long done = 0;
	count = rr_min(count, MAX_TRANSFER);
	while (total < count) {
		struct rr_iovec space;
		uint64_t at = *in_position;
		struct rr_uio uio = kernel_buffer(&space, buffer, rr_min(count - total, RR_PAGE_SIZE));
		long got = done = rr_file_read(in, &uio, &at);
		if (got <= 0)
			break;
		uio = kernel_buffer(&space, buffer, got);
		done = rr_file_write(out, &uio, out_position);
		if (done <= 0)
			break;
		*in_position += done;
		total += done;
		if (done < got)
			break;
	}
	rr_page_put(frame);
	return total ? (long)total : done;
}

/* A position the program keeps (address not 0) or the file's own. */
static int load_position(uint64_t address, const struct rr_file *file, uint64_t *out)
{
	*out = file->position;
	if (!address)
		return 0;
	if (rr_get_user(*out, address))
		return -EFAULT;
	return (int64_t)*out < 0 ? -EINVAL : 0;
}

static int store_position(uint64_t address, struct rr_file *file, uint64_t position)
{
	if (address)
		return rr_put_user(position, address);
	file->position = position;
	return 0;
}

static long send(struct rr_file *in, struct rr_file *out, uint64_t address, size_t count)
{
	uint64_t position;
	if (!rr_file_readable(in) || !rr_file_writable(out))
		return -EBADF;
	if (!in->inode || (!S_ISREG(in->inode->mode) && !S_ISBLK(in->inode->mode)))
		return address ? -ESPIPE : -EINVAL;
	if (out->flags & O_APPEND)
		return -EINVAL;
	int error = load_position(address, in, &position);
	if (error)
		return error;
	long done = copy(in, &position, out, &out->position, count);
	error = store_position(address, in, position);
	return error ? error : done;
}

/* Run with the files of two descriptors. */
static long with_two(int in_fd, int out_fd, long (*run)(struct rr_file *in, struct rr_file *out, const uint64_t *arguments), const uint64_t *arguments)
{
	struct rr_file *in = rr_fd_get(rr_current_fdtable(), in_fd), *out = rr_fd_get(rr_current_fdtable(), out_fd);
	long result = in && out ? run(in, out, arguments) : -EBADF;
	if (in)
		rr_file_put(in);
	if (out)
		rr_file_put(out);
	return result;
}

static long run_sendfile(struct rr_file *in, struct rr_file *out, const uint64_t *arguments) { return send(in, out, arguments[0], arguments[1]); }

long rr_sys_sendfile(int out_fd, int in_fd, uint64_t position, size_t count)
{
	if ((long)count < 0)
		return -EINVAL;
	return with_two(in_fd, out_fd, run_sendfile, (uint64_t[]){ position, count });
}

static long copy_range(struct rr_file *in, struct rr_file *out, const uint64_t *arguments)
{
	uint64_t in_address = arguments[0], out_address = arguments[1], in_position, out_position;
	size_t count = arguments[2];
	if (!in->inode || !out->inode)
		return -EINVAL;
	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	if (!rr_file_readable(in) || !rr_file_writable(out) || out->flags & O_APPEND)
		return -EBADF;
	int error = load_position(in_address, in, &in_position);
	if (!error)
		error = load_position(out_address, out, &out_position);
	if (error)
		return error;
	/* No more than there is: two ranges may overlap behind the end. */
	uint64_t size = in->inode->size;
	count = rr_min(count, in_position < size ? rr_min(size - in_position, MAX_TRANSFER) : 0);
	if (in->inode == out->inode && in_position < out_position + count && out_position < in_position + count)
		return -EINVAL;
	if (out_position > INT64_MAX - count)
		count = INT64_MAX - out_position;
	if (out_position == INT64_MAX)
		return -EFBIG;
	long done = copy(in, &in_position, out, &out_position, count);
	error = store_position(in_address, in, in_position);
	if (!error)
		error = store_position(out_address, out, out_position);
	return error ? error : done;
}

long rr_sys_copy_file_range(int in_fd, uint64_t in_position, int out_fd, uint64_t out_position, size_t count, unsigned flags)
{
	if (flags)
		return -EINVAL;
	return with_two(in_fd, out_fd, copy_range, (uint64_t[]){ in_position, out_position, count });
}
