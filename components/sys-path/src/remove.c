/* Removing and moving names: unlink(2), rmdir(2), rename(2). */
#include "lookup.h"

static long unlink_at(int dirfd, uint64_t address, bool directory)
{
	struct rr_user_path path;
	int error = rr_user_path_get(&path, address, false);
	if (error)
		return error;
	error = rr_path_unlink(dirfd, path.text, directory);
	rr_user_path_free(&path);
	return error;
}

long rr_sys_unlink(uint64_t path) { return unlink_at(AT_FDCWD, path, false); }
long rr_sys_rmdir(uint64_t path) { return unlink_at(AT_FDCWD, path, true); }
long rr_sys_unlinkat(int dirfd, uint64_t path, unsigned flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return unlink_at(dirfd, path, flags & AT_REMOVEDIR);
}

long rr_sys_renameat2(int from_dirfd, uint64_t from_address, int to_dirfd, uint64_t to_address, unsigned flags)
{
	struct rr_user_path from, to;
	int error = rr_user_path_get(&from, from_address, false);
	if (error)
		return error;
	error = rr_user_path_get(&to, to_address, false);
	if (!error) {
		error = rr_path_rename(from_dirfd, from.text, to_dirfd, to.text, flags);
		rr_user_path_free(&to);
	}
	rr_user_path_free(&from);
	return error;
}
long rr_sys_renameat(int from_dirfd, uint64_t from, int to_dirfd, uint64_t to) { return rr_sys_renameat2(from_dirfd, from, to_dirfd, to, 0); }
long rr_sys_rename(uint64_t from, uint64_t to) { return rr_sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
