/* Making names: mkdir(2), mknod(2), symlink(2), link(2). */
#include <rr/pipe.h>
#include "lookup.h"

static long create_at(int dirfd, uint64_t address, uint32_t mode, uint64_t rdev)
{
	struct rr_user_path path;
	int error = rr_user_path_get(&path, address, false);
	if (error)
		return error;
	error = rr_path_create(dirfd, path.text, mode, rdev);
	rr_user_path_free(&path);
	return error;
}

long rr_sys_mkdirat(int dirfd, uint64_t path, uint32_t mode) { return create_at(dirfd, path, S_IFDIR | (mode & 01777), 0); }
long rr_sys_mkdir(uint64_t path, uint32_t mode) { return rr_sys_mkdirat(AT_FDCWD, path, mode); }

/* The number comes in 32 bits here, in the encoding stat shows. */
long rr_sys_mknodat(int dirfd, uint64_t path, uint32_t mode, uint32_t rdev)
{
	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		/* fallthrough */
	case S_IFREG:
	case S_IFSOCK:
		rdev = 0;
		break;
	case S_IFIFO:
		rr_pipe_enable_fifos();
		rdev = 0;
		break;
	case S_IFCHR:
	case S_IFBLK:
		break;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
	return create_at(dirfd, path, mode & (S_IFMT | 07777), rdev);
}
long rr_sys_mknod(uint64_t path, uint32_t mode, uint32_t rdev) { return rr_sys_mknodat(AT_FDCWD, path, mode, rdev); }

long rr_sys_symlinkat(uint64_t target_address, int dirfd, uint64_t path_address)
{
	struct rr_user_path target, path;
	int error = rr_user_path_get(&target, target_address, false);
	if (error)
		return error;
	error = rr_user_path_get(&path, path_address, false);
	if (!error) {
		error = rr_path_symlink(target.text, dirfd, path.text);
		rr_user_path_free(&path);
	}
	rr_user_path_free(&target);
	return error;
}
long rr_sys_symlink(uint64_t target, uint64_t path) { return rr_sys_symlinkat(target, AT_FDCWD, path); }

long rr_sys_linkat(int from_dirfd, uint64_t from_address, int to_dirfd, uint64_t to_address, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	struct rr_user_path from, to;
	int error = rr_user_path_get(&from, from_address, flags & AT_EMPTY_PATH);
	if (error)
		return error;
	error = rr_user_path_get(&to, to_address, false);
	if (!error) {
		error = rr_path_link(from_dirfd, from.text, to_dirfd, to.text, flags);
		rr_user_path_free(&to);
	}
	rr_user_path_free(&from);
	return error;
}
long rr_sys_link(uint64_t from, uint64_t to) { return rr_sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
