/* umask(2). */
#include <rr/vfs.h>

long rr_sys_umask(uint32_t mask)
{
	struct rr_fs_context *fs = rr_current_fs();
	uint32_t old = fs->umask;
	fs->umask = mask & 0777;
	return old;
}
