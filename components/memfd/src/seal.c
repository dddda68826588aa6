/* What seals forbid: fcntl(2), F_ADD_SEALS. */
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/print.h>
#include "memfd.h"

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)
#define WRITE_SEALS (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

struct rr_inode_ops memfd_inode_ops;
struct rr_file_ops memfd_file_ops;

static long write(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct memfd *memfd = memfd_of(file->inode);
	uint64_t size = file->inode->size, at = file->flags & O_APPEND ? size : *position;
	if (memfd->seals & WRITE_SEALS)
		return -EPERM;
	if (memfd->seals & F_SEAL_GROW && at + uio->remaining > size) {
		/* Linux writes page by page, as far as there is room. */
		uint64_t end = rr_align_down(size, RR_PAGE_SIZE);
		if (at >= end)
			return uio->remaining ? -EPERM : 0;
		uio->remaining = end - at;
	}
	return memfd->file_ops->write(file, uio, position);
}

static int truncate(struct rr_inode *inode, uint64_t size)
{
	struct memfd *memfd = memfd_of(inode);
	if ((memfd->seals & F_SEAL_SHRINK && size < inode->size) || (memfd->seals & F_SEAL_GROW && size > inode->size))
		return -EPERM;
	return memfd->inode_ops->truncate(inode, size);
}

static int allocate(struct rr_inode *inode, uint64_t offset, uint64_t length, bool punch)
{
	struct memfd *memfd = memfd_of(inode);
	if (punch ? memfd->seals & WRITE_SEALS : memfd->seals & F_SEAL_GROW && offset + length > inode->size)
		return -EPERM;
	return memfd->inode_ops->allocate(inode, offset, length, punch);
}

static long add_seals(struct rr_file *file, uint64_t seals)
{
	struct rr_inode *inode = file->inode;
	struct memfd *memfd = memfd_of(inode);
	struct rr_vm_object *object;
	if (!rr_file_writable(file))
		return -EPERM;
	if (seals & ~(uint64_t)ALL_SEALS)
		return -EINVAL;
	if (memfd->seals & F_SEAL_SEAL)
		return -EPERM;
	if (seals & F_SEAL_WRITE & ~memfd->seals && !memfd->file_ops->mmap(file, &object) && rr_vm_object_is_writable(object))
		return -EBUSY;
	/* What may be executed and stay so must not be changed either. */
	if (seals & F_SEAL_EXEC && inode->mode & 0111)
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | WRITE_SEALS;
	memfd->seals |= seals;
	return 0;
}

static long control(struct rr_file *file, unsigned command, uint64_t argument)
{
	switch (command) {
	case F_ADD_SEALS: return add_seals(file, argument);
	case F_GET_SEALS: return memfd_of(file->inode)->seals;
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ: return -EBADF;
	default: return -EINVAL;
	}
}

static int map(struct rr_file *file, struct rr_vm_object **object)
{
	const struct memfd *memfd = memfd_of(file->inode);
	int error = memfd->file_ops->mmap(file, object);
	return error ? error : !!(memfd->seals & WRITE_SEALS);
}

static size_t describe(struct rr_file *file, char *to, size_t size)
{
	char text[300];
	rr_snprintf(text, sizeof(text), "/memfd:%s (deleted)", memfd_of(file->inode)->name);
	return rr_file_describe_as(text, to, size);
}

static void evict(struct rr_inode *inode)
{
	struct memfd *memfd = memfd_of(inode);
	const struct rr_inode_ops *ops = memfd->inode_ops;
	rr_free(memfd);
	ops->evict(inode);
}

static int set_attributes(struct rr_inode *inode, const struct rr_attributes *changes)
{
	struct memfd *memfd = memfd_of(inode);
	if (memfd->seals & F_SEAL_EXEC && changes->valid & RR_ATTR_MODE && (changes->mode ^ inode->mode) & 0111)
		return -EPERM;
	inode->ops = memfd->inode_ops;
	int error = rr_inode_setattr(inode, changes);
	inode->ops = &memfd_inode_ops;
	return error;
}

void memfd_make_ops(const struct rr_inode_ops *inode_ops, const struct rr_file_ops *file_ops)
{
	memfd_inode_ops = *inode_ops;
	memfd_inode_ops.truncate = truncate;
	memfd_inode_ops.allocate = allocate;
	memfd_inode_ops.setattr = set_attributes;
	memfd_inode_ops.evict = evict;
	memfd_file_ops = *file_ops;
	memfd_file_ops.write = write;
	memfd_file_ops.mmap = map;
	memfd_file_ops.control = control;
	memfd_file_ops.describe = describe;
}
