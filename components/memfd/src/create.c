/* memfd_create(2). */
#include <rr/heap.h>
#include <rr/ramfs.h>
#include <rr/string.h>
#include "memfd.h"

#define MOST_NAME 249 /* what is left of NAME_MAX behind "memfd:" */

/* The file system they are in: it has no place in the tree of names. */
static int file_system(struct rr_filesystem **out)
{
	static struct rr_filesystem *fs;
	int error = fs ? 0 : rr_ramfs_create(&fs);
	*out = fs;
	return error;
}

/* Puts the seals' operations before ramfs's. 0 or -ENOMEM. */
static int make_sealable(struct rr_inode *inode, const char *name, uint32_t seals)
{
	size_t length = strlen(name) + 1;
	struct memfd *memfd = rr_alloc(sizeof(*memfd) + length);
	if (!memfd)
		return -ENOMEM;
	*memfd = (struct memfd){ .seals = seals, .inode_ops = inode->ops, .file_ops = inode->file_ops };
	memcpy(memfd->name, name, length);
	memfd_make_ops(inode->ops, inode->file_ops);
	inode->data = memfd;
	inode->ops = &memfd_inode_ops;
	inode->file_ops = &memfd_file_ops;
	return 0;
}

static int create(const char *name, uint32_t mode, uint32_t seals, struct rr_file **out)
{
	struct rr_filesystem *fs;
	struct rr_inode *inode;
	int error = file_system(&fs);
	if (error)
		return error;
	error = fs->root->ops->create(fs->root, NULL, S_IFREG | mode, 0, &inode);
	if (error)
		return error;
	error = make_sealable(inode, name, seals);
	if (error) {
		rr_inode_put(inode);
		return error;
	}
	return rr_file_create(&memfd_file_ops, inode, O_RDWR | O_LARGEFILE, NULL, out);
}

static int install(struct rr_file *file, bool close_on_exec)
{
	int fd = rr_fd_install(rr_current_fdtable(), file, 0, close_on_exec);
	if (fd < 0)
		rr_file_put(file);
	return fd;
}

long rr_sys_memfd_create(uint64_t name_address, uint32_t flags);
long rr_sys_memfd_create(uint64_t name_address, uint32_t flags)
{
	char name[MOST_NAME + 1];
	struct rr_file *file;
	bool not_executable = flags & MFD_NOEXEC_SEAL;
	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) || (not_executable && flags & MFD_EXEC))
		return -EINVAL;
	long length = rr_string_from_user(name, name_address, sizeof(name));
	if (length < 0)
		return length == -ENAMETOOLONG ? -EINVAL : length;
	uint32_t seals = not_executable ? F_SEAL_EXEC : flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
	int error = create(name, not_executable ? 0666 : 0777, seals, &file);
	return error ? error : install(file, flags & MFD_CLOEXEC);
}
