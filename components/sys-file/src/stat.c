/* fstat(2) and what else changes a file by descriptor. */
#include <rr/permission.h>

long rr_sys_fstat(int fd, uint64_t address)
{
	struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	struct rr_abi_stat stat;
	rr_file_stat(file, &stat);
	rr_file_put(file);
	return rr_put_user(stat, address);
}

static long set(int fd, struct rr_attributes *changes)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = file->inode ? rr_inode_may_change(file->inode, changes) : 0;
	if (!result && file->inode)
		result = rr_inode_setattr(file->inode, changes);
	rr_file_put(file);
	return result;
}

long rr_sys_fchmod(int fd, uint32_t mode) { return set(fd, &(struct rr_attributes){ .valid = RR_ATTR_MODE, .mode = mode & 07777 }); }

long rr_sys_fchown(int fd, uint32_t uid, uint32_t gid)
{
	return set(fd, &(struct rr_attributes){
		.valid = RR_ATTR_OWNER | (uid != UINT32_MAX ? RR_ATTR_UID : 0) | (gid != UINT32_MAX ? RR_ATTR_GID : 0),
		.uid = uid,
		.gid = gid,
	});
}
