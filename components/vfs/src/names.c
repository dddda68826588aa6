/* Making, removing and moving names. */
#include <rr/path.h>
#include <rr/permission.h>
#include "internal.h"

int (*rr_vfs_open_fifo)(struct rr_inode *inode, uint32_t flags, struct rr_file **out);

/* The last name of `path`, free to be made. */
static int new_name(int dirfd, const char *path, bool directory, struct rr_path_parent *last)
{
	int error = rr_path_parent(dirfd, path, 0, last);
	if (error)
		return error;
	if (last->inode || rr_path_is_special(last))
		error = -EEXIST;
	else if (last->slash && !directory)
		error = -ENOENT;
	if (error)
		rr_path_parent_put(last);
	return error;
}

static int may_make(const struct rr_path_parent *last) { return rr_directory_permission(last->directory, NULL); }

int rr_path_create_inode(int dirfd, const char *path, uint32_t mode, uint64_t rdev, struct rr_inode **out)
{
	struct rr_path_parent last;
	int error = new_name(dirfd, path, S_ISDIR(mode), &last);
	if (error)
		return error;
	error = may_make(&last);
	if (!error && ((S_ISCHR(mode) && rdev) || S_ISBLK(mode)) && !rr_capable(CAP_MKNOD))
		error = -EPERM;
	if (!error && !last.directory->ops->create)
		error = -EPERM;
	if (!error)
		error = last.directory->ops->create(last.directory, &last.name, mode & ~rr_current_fs()->umask, rdev, &last.inode);
	if (!error) {
		*out = last.inode;
		rr_inode_ref(*out);
	}
	rr_path_parent_put(&last);
	return error;
}

int rr_path_create(int dirfd, const char *path, uint32_t mode, uint64_t rdev)
{
	struct rr_inode *inode;
	int error = rr_path_create_inode(dirfd, path, mode, rdev, &inode);
	if (!error)
		rr_inode_put(inode);
	return error;
}

int rr_path_symlink(const char *target, int dirfd, const char *path)
{
	if (!*target)
		return -ENOENT;
	struct rr_path_parent last;
	int error = new_name(dirfd, path, 0, &last);
	if (error)
		return error;
	error = may_make(&last);
	if (!error)
		error = last.directory->ops->symlink ? last.directory->ops->symlink(last.directory, &last.name, target) : -EPERM;
	rr_path_parent_put(&last);
	return error;
}

int rr_path_link(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned at_flags)
{
	struct rr_inode *inode;
	unsigned walk = (at_flags & AT_SYMLINK_FOLLOW ? 0 : RR_WALK_NOFOLLOW) | (at_flags & AT_EMPTY_PATH ? RR_WALK_EMPTY : 0);
	int error = rr_path_lookup(from_dirfd, from, walk, &inode);
	if (error)
		return error;
	struct rr_path_parent last;
	error = new_name(to_dirfd, to, false, &last);
	if (error)
		goto out;
	if (inode->fs != last.directory->fs)
		error = -EXDEV;
	else if ((error = may_make(&last)))
		;
	else if (S_ISDIR(inode->mode))
		error = -EPERM;
	else if (!inode->nlink && !inode->linkable)
		error = -ENOENT;
	else
		error = last.directory->ops->link ? last.directory->ops->link(last.directory, &last.name, inode) : -EPERM;
	rr_path_parent_put(&last);
out:
	rr_inode_put(inode);
	return error;
}

/* Why "/", "." and ".." cannot be removed: rmdir(2), unlink(2). */
static int special_removal(const struct rr_name *name, bool directory)
{
	if (!directory)
		return -EISDIR;
	if (name->length == 0)
		return -EBUSY;
	return name->length == 1 ? -EINVAL : -ENOTEMPTY;
}

/* A mount's root, or the directory it covers. */
static bool is_mount(const struct rr_inode *inode) { return inode->mounted || (inode->fs && inode == inode->fs->root); }

int rr_path_unlink(int dirfd, const char *path, bool directory)
{
	struct rr_path_parent last;
	int error = rr_path_parent(dirfd, path, 0, &last);
	if (error)
		return error;
	if (rr_path_is_special(&last))
		error = special_removal(&last.name, directory);
	else if (!last.inode)
		error = -ENOENT;
	else if (!directory && last.slash)
		error = S_ISDIR(last.inode->mode) ? -EISDIR : -ENOTDIR;
	else if ((error = rr_directory_permission(last.directory, last.inode)))
		;
	else if (directory != S_ISDIR(last.inode->mode))
		error = directory ? -ENOTDIR : -EISDIR;
	else if (is_mount(last.inode))
		error = -EBUSY;
	else
		error = last.directory->ops->unlink ? last.directory->ops->unlink(last.directory, &last.name, last.inode) : -EPERM;
	rr_path_parent_put(&last);
	return error;
}

static bool is_in(const struct rr_inode *directory, const struct rr_inode *ancestor)
{
	for (; directory; directory = directory->parent == directory ? NULL : directory->parent)
		if (directory == ancestor)
			return true;
	return false;
}

/* Checks of rename(2) in the order Linux makes them: before the names are looked up, and after. */
static int check_places(const struct rr_path_parent *from, const struct rr_path_parent *to, unsigned flags)
{
	if (from->directory->fs != to->directory->fs)
		return -EXDEV;
	if (rr_path_is_special(from))
		return -EBUSY;
	if (rr_path_is_special(to))
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	return 0;
}

/* 1: nothing to do. */
static int check_rename(const struct rr_path_parent *from, const struct rr_path_parent *to, unsigned flags)
{
	if (to->inode && flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (flags & RENAME_EXCHANGE) {
		if (!to->inode)
			return -ENOENT;
		if (to->slash && !S_ISDIR(to->inode->mode))
			return -ENOTDIR;
	}
	if (!S_ISDIR(from->inode->mode) && (from->slash || (to->slash && !(flags & RENAME_EXCHANGE))))
		return -ENOTDIR;
	if (S_ISDIR(from->inode->mode) && is_in(to->directory, from->inode))
		return -EINVAL;
	if (to->inode && S_ISDIR(to->inode->mode) && is_in(from->directory, to->inode))
		return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	if (from->inode == to->inode)
		return 1;
	int error = rr_directory_permission(from->directory, from->inode);
	if (!error)
		error = rr_directory_permission(to->directory, to->inode);
	if (error)
		return error;
	if (to->inode && !(flags & RENAME_EXCHANGE) && S_ISDIR(from->inode->mode) != S_ISDIR(to->inode->mode))
		return S_ISDIR(to->inode->mode) ? -EISDIR : -ENOTDIR;
	/* A directory that moves gets another "..". */
	if (from->directory != to->directory && S_ISDIR(from->inode->mode) && (error = rr_inode_permission(from->inode, RR_MAY_WRITE)))
		return error;
	if (is_mount(from->inode) || (to->inode && is_mount(to->inode)))
		return -EBUSY;
	return 0;
}

int rr_path_rename(int from_dirfd, const char *from_path, int to_dirfd, const char *to_path, unsigned flags)
{
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	struct rr_path_parent from, to;
	int error = rr_path_parent(from_dirfd, from_path, RR_PARENT_NO_LOOKUP, &from);
	if (error)
		return error;
	error = rr_path_parent(to_dirfd, to_path, RR_PARENT_NO_LOOKUP, &to);
	if (error)
		goto put_from;
	error = check_places(&from, &to, flags);
	if (!error)
		error = rr_path_parent_look_up(&from);
	if (!error)
		error = from.inode ? rr_path_parent_look_up(&to) : -ENOENT;
	if (!error)
		error = check_rename(&from, &to, flags);
	if (!error)
		error = from.directory->ops->rename ? from.directory->ops->rename(from.directory, &from.name, from.inode, to.directory, &to.name,
		                                                                   to.inode, flags & RENAME_EXCHANGE)
		                                    : -EPERM;
	if (error > 0)
		error = 0;
	rr_path_parent_put(&to);
put_from:
	rr_path_parent_put(&from);
	return error;
}
