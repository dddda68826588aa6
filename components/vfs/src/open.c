/* open(2) and what an opened directory can do. */
#include <rr/path.h>
#include <rr/permission.h>
#include "internal.h"

static long read_directory(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	(void)file, (void)uio, (void)position;
	return -EISDIR;
}

static long seek_directory(struct rr_file *file, int64_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->position;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->position = offset;
	return offset;
}

static int sync_nothing(struct rr_file *file)
{
	(void)file;
	return 0;
}

const struct rr_file_ops vfs_directory_ops = { .read = read_directory, .seek = seek_directory, .sync = sync_nothing };
const struct rr_file_ops vfs_path_ops;

static int open_regular(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	if (!inode->file_ops)
		return -ENXIO;
	if (flags & O_TRUNC) {
		int error = rr_inode_truncate(inode, 0);
		if (error)
			return error;
	}
	rr_inode_ref(inode);
	return rr_file_create(inode->file_ops, inode, flags, NULL, out);
}

/* What opening asks of the inode: open(2). */
static int may_open(const struct rr_inode *inode, uint32_t flags)
{
	static const unsigned wanted[] = { RR_MAY_READ, RR_MAY_WRITE, RR_MAY_READ | RR_MAY_WRITE, RR_MAY_READ | RR_MAY_WRITE };
	unsigned mask = wanted[flags & O_ACCMODE] | (flags & O_TRUNC ? RR_MAY_WRITE : 0);
	if (flags & O_PATH)
		return 0;
	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (S_ISDIR(inode->mode) && mask & RR_MAY_WRITE)
		return -EISDIR;
	int error = rr_inode_permission(inode, mask);
	return !error && flags & O_NOATIME && !rr_inode_is_mine(inode) ? -EPERM : error;
}

static int open_inode(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	if (flags & O_PATH) {
		rr_inode_ref(inode);
		return rr_file_create(&vfs_path_ops, inode, flags, NULL, out);
	}
	if (inode->ops->open)
		return inode->ops->open(inode, flags, out);
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		return open_regular(inode, flags, out);
	case S_IFDIR:
		rr_inode_ref(inode);
		return rr_file_create(&vfs_directory_ops, inode, flags, NULL, out);
	case S_IFIFO:
		if (!rr_vfs_open_fifo)
			return -ENXIO;
		rr_inode_ref(inode);
		return rr_vfs_open_fifo(inode, flags, out);
	case S_IFCHR:
	case S_IFBLK:
		rr_inode_ref(inode);
		return rr_device_open(inode, flags, out);
	default:
		return -ENXIO;
	}
}

int rr_inode_open(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	int error = may_open(inode, flags);
	return error ? error : open_inode(inode, flags, out);
}

static int create_to_open(struct rr_path_parent *last, uint32_t mode)
{
	if (!last->directory->ops->create)
		return -EACCES;
	int error = rr_directory_permission(last->directory, NULL);
	return error ? error : last->directory->ops->create(last->directory, &last->name, S_IFREG | (mode & 07777 & ~rr_current_fs()->umask), 0, &last->inode);
}

static int open_or_create(int dirfd, const char *path, uint32_t flags, uint32_t mode, unsigned resolve, struct rr_file **out)
{
	struct rr_path_parent last;
	unsigned walk = RR_PARENT_NO_SLASH | (flags & (O_EXCL | O_NOFOLLOW) ? 0 : RR_PARENT_FOLLOW) | RR_WALK_RESOLVE(resolve);
	int error = rr_path_parent(dirfd, path, walk, &last);
	if (error)
		return error;
	if (rr_path_is_special(&last))
		error = flags & O_EXCL ? -EEXIST : -EISDIR;
	else if (last.inode && flags & O_EXCL)
		error = -EEXIST;
	else if (last.inode && S_ISDIR(last.inode->mode))
		error = -EISDIR;
	else if (last.inode)
		error = rr_inode_open(last.inode, flags, out);
	else {
		/* Whoever makes a file may use it as asked, whatever its mode says. */
		error = create_to_open(&last, mode);
		if (!error)
			error = open_inode(last.inode, flags & ~O_TRUNC, out);
	}
	rr_path_parent_put(&last);
	return error;
}

static int open_nameless(struct rr_inode *directory, uint32_t flags, uint32_t mode, struct rr_file **out)
{
	if (!(flags & O_ACCMODE))
		return -EINVAL;
	if (!directory->ops->create)
		return -EOPNOTSUPP;
	struct rr_inode *inode;
	int error = rr_directory_permission(directory, NULL);
	if (error)
		return error;
	error = directory->ops->create(directory, NULL, S_IFREG | (mode & 07777 & ~rr_current_fs()->umask), 0, &inode);
	if (error)
		return error;
	inode->linkable = !(flags & O_EXCL);
	error = open_inode(inode, flags & ~O_TMPFILE, out);
	rr_inode_put(inode);
	return error;
}

int rr_path_open(int dirfd, const char *path, uint32_t flags, uint32_t mode, unsigned resolve, struct rr_file **out)
{
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
	if (!nameless && flags & O_TMPFILE & ~O_DIRECTORY)
		return -EINVAL;
	if (flags & O_CREAT && !nameless) {
		if (flags & O_DIRECTORY)
			return -EINVAL;
		return open_or_create(dirfd, path, flags, mode, resolve, out);
	}
	struct rr_inode *inode;
	unsigned walk = (flags & O_NOFOLLOW ? RR_WALK_NOFOLLOW : 0) | (flags & O_DIRECTORY ? RR_WALK_DIRECTORY : 0) | RR_WALK_RESOLVE(resolve);
	int error = rr_path_lookup(dirfd, path, walk, &inode);
	if (error)
		return error;
	error = nameless ? open_nameless(inode, flags, mode, out) : rr_inode_open(inode, flags, out);
	rr_inode_put(inode);
	return error;
}

int rr_vfs_open(const char *path, uint32_t flags, uint32_t mode, struct rr_file **out)
{
	return rr_path_open(AT_FDCWD, path, flags, mode, 0, out);
}
