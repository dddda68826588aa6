/* access(2), faccessat(2). */
#include <rr/permission.h>
#include "lookup.h"

/* What the real user would have: without capabilities, unless that is root. */
static struct rr_credentials of_real_user(const struct rr_credentials *credentials)
{
	struct rr_credentials real = *credentials;
	real.uid[RR_FILE_SYSTEM] = real.uid[RR_REAL];
	real.gid[RR_FILE_SYSTEM] = real.gid[RR_REAL];
	real.lost_effective = real.uid[RR_REAL] ? CAP_ALL : real.lost_permitted;
	return real;
}

static long check(int dirfd, uint64_t path, unsigned mode, unsigned at_flags)
{
	struct rr_inode *inode;
	int error = sys_path_lookup(dirfd, path, walk_flags(at_flags), &inode);
	if (error)
		return error;
	error = rr_inode_permission(inode, mode);
	rr_inode_put(inode);
	return error;
}

static long access_at(int dirfd, uint64_t path, unsigned mode, unsigned at_flags)
{
	_Static_assert(R_OK == RR_MAY_READ && W_OK == RR_MAY_WRITE && X_OK == RR_MAY_EXEC, "mode is passed on as it is");
	struct rr_credentials *credentials = rr_current_credentials(), effective = *credentials;
	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	if (at_flags & AT_EACCESS)
		return check(dirfd, path, mode, at_flags);
	/* Nothing waits on the way, so nobody else sees them changed. */
	*credentials = of_real_user(credentials);
	long result = check(dirfd, path, mode, at_flags);
	*credentials = effective;
	return result;
}

long rr_sys_access(uint64_t path, unsigned mode) { return access_at(AT_FDCWD, path, mode, 0); }
long rr_sys_faccessat(int dirfd, uint64_t path, unsigned mode) { return access_at(dirfd, path, mode, 0); }
long rr_sys_faccessat2(int dirfd, uint64_t path, unsigned mode, unsigned flags)
{
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return access_at(dirfd, path, mode, flags);
}
