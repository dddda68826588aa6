/* setxattr(2), getxattr(2), listxattr(2), removexattr(2). */
#include <rr/heap.h>
#include <rr/path.h>
#include <rr/xattr.h>
#include "store.h"

/* What a call is about: a path, followed or not, or a descriptor. */
struct target {
	bool by_path;
	uint64_t path;
	int fd;
	unsigned walk; /* RR_WALK_* */
};
#define BY_PATH(address) (&(struct target){ .by_path = true, .path = address })
#define BY_LINK(address) (&(struct target){ .by_path = true, .path = address, .walk = RR_WALK_NOFOLLOW })
#define BY_FD(number) (&(struct target){ .fd = number })

struct request {
	char name[XATTR_NAME_MAX + 1];
	uint64_t address; /* of the value or the list */
	size_t size;
	unsigned flags;
	char *value;
};
typedef long action(struct rr_inode *inode, struct request *request);

static long on_descriptor(int fd, action *run, struct request *request)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = file->inode ? run(file->inode, request) : -EOPNOTSUPP;
	rr_file_put(file);
	return result;
}

static long on_path(const struct target *target, action *run, struct request *request)
{
	struct rr_user_path path;
	struct rr_inode *inode;
	long result = rr_user_path_get(&path, target->path, false);
	if (result)
		return result;
	result = rr_path_lookup(AT_FDCWD, path.text, target->walk, &inode);
	rr_user_path_free(&path);
	if (result)
		return result;
	result = run(inode, request);
	rr_inode_put(inode);
	return result;
}

static long on(const struct target *target, action *run, struct request *request)
{
	return target->by_path ? on_path(target, run, request) : on_descriptor(target->fd, run, request);
}

static int read_name(uint64_t address, struct request *request)
{
	long length = rr_string_from_user(request->name, address, sizeof(request->name));
	if (length == 0 || length == -ENAMETOOLONG)
		return -ERANGE;
	return length < 0 ? (int)length : 0;
}

static long run_set(struct rr_inode *inode, struct request *request)
{
	char *value = request->value;
	request->value = NULL;
	return xattr_set(inode, request->name, value, request->size, request->flags);
}

static long set(const struct target *target, uint64_t name, uint64_t value, size_t size, unsigned flags)
{
	struct request request = { .size = size, .flags = flags };
	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	long result = read_name(name, &request);
	if (result)
		return result;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	request.value = rr_alloc(size ? size : 1);
	if (!request.value)
		return -ENOMEM;
	result = rr_copy_from_user(request.value, value, size);
	if (!result)
		result = on(target, run_set, &request);
	rr_free(request.value);
	return result;
}

static long run_get(struct rr_inode *inode, struct request *request)
{
	const struct rr_xattr *xattr;
	int error = xattr_get(inode, request->name, &xattr);
	if (error)
		return error;
	if (!request->size)
		return xattr->size;
	if (xattr->size > request->size)
		return -ERANGE;
	return rr_copy_to_user(request->address, xattr->value, xattr->size) ? -EFAULT : (long)xattr->size;
}

static long get(const struct target *target, uint64_t name, uint64_t value, size_t size)
{
	struct request request = { .address = value, .size = size };
	int error = read_name(name, &request);
	return error ? error : on(target, run_get, &request);
}

static long run_list(struct rr_inode *inode, struct request *request)
{
	size_t length = xattr_list(inode, NULL, 0);
	if (!request->size || !length)
		return length;
	if (length > request->size)
		return -ERANGE;
	if (length > XATTR_LIST_MAX)
		return -E2BIG;
	char *names = rr_alloc(length);
	if (!names)
		return -ENOMEM;
	xattr_list(inode, names, length);
	long result = rr_copy_to_user(request->address, names, length) ? -EFAULT : (long)length;
	rr_free(names);
	return result;
}

static long list(const struct target *target, uint64_t names, size_t size)
{
	return on(target, run_list, &(struct request){ .address = names, .size = size });
}

static long run_remove(struct rr_inode *inode, struct request *request) { return xattr_remove(inode, request->name); }

static long remove(const struct target *target, uint64_t name)
{
	struct request request = { 0 };
	int error = read_name(name, &request);
	return error ? error : on(target, run_remove, &request);
}

long rr_sys_setxattr(uint64_t path, uint64_t name, uint64_t value, size_t size, unsigned flags) { return set(BY_PATH(path), name, value, size, flags); }
long rr_sys_lsetxattr(uint64_t path, uint64_t name, uint64_t value, size_t size, unsigned flags) { return set(BY_LINK(path), name, value, size, flags); }
long rr_sys_fsetxattr(int fd, uint64_t name, uint64_t value, size_t size, unsigned flags) { return set(BY_FD(fd), name, value, size, flags); }
long rr_sys_getxattr(uint64_t path, uint64_t name, uint64_t value, size_t size) { return get(BY_PATH(path), name, value, size); }
long rr_sys_lgetxattr(uint64_t path, uint64_t name, uint64_t value, size_t size) { return get(BY_LINK(path), name, value, size); }
long rr_sys_fgetxattr(int fd, uint64_t name, uint64_t value, size_t size) { return get(BY_FD(fd), name, value, size); }
long rr_sys_listxattr(uint64_t path, uint64_t names, size_t size) { return list(BY_PATH(path), names, size); }
long rr_sys_llistxattr(uint64_t path, uint64_t names, size_t size) { return list(BY_LINK(path), names, size); }
long rr_sys_flistxattr(int fd, uint64_t names, size_t size) { return list(BY_FD(fd), names, size); }
long rr_sys_removexattr(uint64_t path, uint64_t name) { return remove(BY_PATH(path), name); }
long rr_sys_lremovexattr(uint64_t path, uint64_t name) { return remove(BY_LINK(path), name); }
long rr_sys_fremovexattr(int fd, uint64_t name) { return remove(BY_FD(fd), name); }
