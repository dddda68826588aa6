/* Open files. */
#include <rr/abi/signal.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

void (*rr_vfs_raise)(int signal);
void (*rr_file_forget_interests)(struct rr_file *file);
void (*vfs_release_locks)(struct rr_inode *inode, const void *owner);

int rr_file_create(const struct rr_file_ops *ops, struct rr_inode *inode, uint32_t flags, void *data, struct rr_file **out)
{
	struct rr_file *file = rr_alloc(sizeof(*file));
	if (!file) {
		if (inode)
			rr_inode_put(inode);
		return -ENOMEM;
	}
	*file = (struct rr_file){
		.ops = ops,
		.inode = inode,
		.refs = 1,
		.flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC),
		.data = data,
	};
	*out = file;
	return 0;
}

void rr_file_release(struct rr_file *file)
{
	struct rr_inode *inode = file->inode;
	vfs_drop_locks(inode, file);
	if (file->interests)
		rr_file_forget_interests(file);
	if (file->ops->release)
		file->ops->release(file);
	rr_free(file);
	if (inode)
		rr_inode_put(inode);
}

long rr_file_read(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	if (RR_UNLIKELY(!rr_file_readable(file)))
		return -EBADF;
	if (RR_UNLIKELY(!file->ops->read || *position + uio->remaining > INT64_MAX))
		return -EINVAL;
	return file->ops->read(file, uio, position);
}

long rr_file_write(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	if (RR_UNLIKELY(!rr_file_writable(file)))
		return -EBADF;
	if (RR_UNLIKELY(!file->ops->write || *position + uio->remaining > INT64_MAX))
		return -EINVAL;
	return file->ops->write(file, uio, position);
}

size_t rr_file_describe_as(const char *text, char *to, size_t size)
{
	size = rr_min(strlen(text), size);
	memcpy(to, text, size);
	return size;
}

unsigned rr_file_poll(struct rr_file *file, struct rr_poll_table *table)
{
	if (!file->ops->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return file->ops->poll(file, table);
}

long rr_file_read_kernel(struct rr_file *file, void *to, size_t length, uint64_t position)
{
	struct rr_iovec vector = { .base = (uint64_t)to, .length = length };
	struct rr_uio uio = { .vectors = &vector, .count = 1, .remaining = length, .kernel = true };
	return rr_file_read(file, &uio, &position);
}

int rr_file_too_large(void)
{
	if (rr_vfs_raise)
		rr_vfs_raise(SIGXFSZ);
	return -EFBIG;
}
