/* Shared between the files of sys-path only. */
#pragma once
#include <rr/path.h>

/* The inode of a path of the program, referenced; flags: RR_WALK_*. */
int sys_path_lookup(int dirfd, uint64_t address, unsigned flags, struct rr_inode **out);
/* RR_WALK_* of AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH. */
static inline unsigned walk_flags(unsigned at_flags)
{
	return (at_flags & AT_SYMLINK_NOFOLLOW ? RR_WALK_NOFOLLOW : 0) | (at_flags & AT_EMPTY_PATH ? RR_WALK_EMPTY : 0);
}
