#include "lookup.h"

int sys_path_lookup(int dirfd, uint64_t address, unsigned flags, struct rr_inode **out)
{
	struct rr_user_path path;
	int error = rr_user_path_get(&path, address, flags & RR_WALK_EMPTY);
	if (error)
		return error;
	error = rr_path_lookup(dirfd, path.text, flags, out);
	rr_user_path_free(&path);
	return error;
}
