/* chmod(2), chown(2), truncate(2). */
#include <rr/permission.h>
#include "lookup.h"

static long set_at(int dirfd, uint64_t path, unsigned at_flags, struct rr_attributes *changes)
{
	struct rr_inode *inode;
	int error = sys_path_lookup(dirfd, path, walk_flags(at_flags), &inode);
	if (error)
		return error;
	error = changes->valid & RR_ATTR_MODE && S_ISLNK(inode->mode) ? -EOPNOTSUPP : rr_inode_may_change(inode, changes);
	if (!error)
		error = rr_inode_setattr(inode, changes);
	rr_inode_put(inode);
	return error;
}

long rr_sys_fchmodat2(int dirfd, uint64_t path, uint32_t mode, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return set_at(dirfd, path, flags, &(struct rr_attributes){ .valid = RR_ATTR_MODE, .mode = mode & 07777 });
}
long rr_sys_fchmodat(int dirfd, uint64_t path, uint32_t mode) { return rr_sys_fchmodat2(dirfd, path, mode, 0); }
long rr_sys_chmod(uint64_t path, uint32_t mode) { return rr_sys_fchmodat(AT_FDCWD, path, mode); }

long rr_sys_fchownat(int dirfd, uint64_t path, uint32_t uid, uint32_t gid, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return set_at(dirfd, path, flags, &(struct rr_attributes){
		.valid = RR_ATTR_OWNER | (uid != UINT32_MAX ? RR_ATTR_UID : 0) | (gid != UINT32_MAX ? RR_ATTR_GID : 0),
		.uid = uid,
		.gid = gid,
	});
}
long rr_sys_chown(uint64_t path, uint32_t uid, uint32_t gid) { return rr_sys_fchownat(AT_FDCWD, path, uid, gid, 0); }
long rr_sys_lchown(uint64_t path, uint32_t uid, uint32_t gid) { return rr_sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW); }

long rr_sys_truncate(uint64_t path, int64_t length)
{
	if (length < 0)
		return -EINVAL;
	struct rr_inode *inode;
	int error = sys_path_lookup(AT_FDCWD, path, 0, &inode);
	if (error)
		return error;
	error = S_ISREG(inode->mode) ? rr_inode_permission(inode, RR_MAY_WRITE) : 0;
	if (!error)
		error = rr_inode_truncate(inode, length);
	rr_inode_put(inode);
	return error;
}
