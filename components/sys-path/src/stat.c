/* stat(2) and its forms. */
#include "lookup.h"

/* What only statx shows. */
struct details {
	uint64_t birth;
	bool mount_root;
};

static void show_inode(struct rr_inode *inode, struct rr_abi_stat *stat, struct details *details)
{
	rr_inode_stat(inode, stat);
	*details = (struct details){ .birth = inode->birth, .mount_root = inode->fs && inode == inode->fs->root };
}

static int show_descriptor(int fd, struct rr_abi_stat *stat, struct details *details)
{
	struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	*details = (struct details){ 0 };
	if (file->inode)
		show_inode(file->inode, stat, details);
	else
		rr_file_stat(file, stat);
	rr_file_put(file);
	return 0;
}

/* Of a path, or of the open file `dirfd` itself if the path is empty. */
static int stat_path(int dirfd, uint64_t address, unsigned at_flags, struct rr_abi_stat *stat, struct details *details)
{
	struct rr_user_path path;
	struct rr_inode *inode;
	int error = rr_user_path_get(&path, address, at_flags & AT_EMPTY_PATH);
	if (error)
		return error;
	if (!path.text[0] && dirfd != AT_FDCWD) {
		error = show_descriptor(dirfd, stat, details);
	} else {
		error = rr_path_lookup(dirfd, path.text, walk_flags(at_flags), &inode);
		if (!error) {
			show_inode(inode, stat, details);
			rr_inode_put(inode);
		}
	}
	rr_user_path_free(&path);
	return error;
}

static long stat_to(int dirfd, uint64_t path, uint64_t to, unsigned at_flags)
{
	struct rr_abi_stat stat;
	struct details details;
	int error = stat_path(dirfd, path, at_flags, &stat, &details);
	return error ? error : rr_put_user(stat, to);
}

long rr_sys_stat(uint64_t path, uint64_t to) { return stat_to(AT_FDCWD, path, to, 0); }
long rr_sys_lstat(uint64_t path, uint64_t to) { return stat_to(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW); }

long rr_sys_newfstatat(int dirfd, uint64_t path, uint64_t to, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	return stat_to(dirfd, path, to, flags);
}

static struct rr_abi_statx_time statx_time(uint64_t seconds, uint64_t nanoseconds)
{
	return (struct rr_abi_statx_time){ .sec = seconds, .nsec = nanoseconds };
}

long rr_sys_statx(int dirfd, uint64_t path, unsigned flags, uint32_t mask, uint64_t to)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE) || mask & STATX_RESERVED ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	struct rr_abi_stat stat;
	struct details details;
	int error = stat_path(dirfd, path, flags, &stat, &details);
	if (error)
		return error;
	struct rr_abi_statx out = {
		.mask = STATX_BASIC_STATS | STATX_MNT_ID | (details.birth ? STATX_BTIME : 0),
		.blksize = stat.blksize,
		.nlink = stat.nlink,
		.uid = stat.uid,
		.gid = stat.gid,
		.mode = stat.mode,
		.ino = stat.ino,
		.size = stat.size,
		.blocks = stat.blocks,
		.attributes = details.mount_root ? STATX_ATTR_MOUNT_ROOT : 0,
		.attributes_mask = STATX_ATTR_MOUNT_ROOT,
		.mnt_id = stat.dev, /* each file system is mounted once */
		.btime = statx_time(details.birth / RR_NSEC_PER_SEC, details.birth % RR_NSEC_PER_SEC),
		.atime = statx_time(stat.atime, stat.atime_nsec),
		.ctime = statx_time(stat.ctime, stat.ctime_nsec),
		.mtime = statx_time(stat.mtime, stat.mtime_nsec),
		.rdev_major = RR_DEVICE_MAJOR(stat.rdev),
		.rdev_minor = RR_DEVICE_MINOR(stat.rdev),
		.dev_major = RR_DEVICE_MAJOR(stat.dev),
		.dev_minor = RR_DEVICE_MINOR(stat.dev),
	};
	return rr_put_user(out, to);
}
