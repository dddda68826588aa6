/* open(2), openat(2), creat(2), openat2(2). */
#include <rr/path.h>

static long open_resolving(int dirfd, uint64_t address, uint32_t flags, uint32_t mode, unsigned resolve)
{
	struct rr_user_path path;
	struct rr_fdtable *table = rr_current_fdtable();
	struct rr_file *file;
	long result = rr_user_path_get(&path, address, false);
	if (result)
		return result;
	/* Asked first: a file that is made and then has no descriptor would stay. */
	result = rr_fd_available(table, 0);
	if (!result)
		result = rr_path_open(dirfd, path.text, flags & O_PATH ? flags : flags | O_LARGEFILE, mode, resolve, &file);
	rr_user_path_free(&path);
	if (result)
		return result;
	int fd = rr_fd_install(table, file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		rr_file_put(file);
	return fd;
}

static long open_at(int dirfd, uint64_t path, uint32_t flags, uint32_t mode) { return open_resolving(dirfd, path, flags, mode, 0); }

long rr_sys_open(uint64_t path, uint32_t flags, uint32_t mode) { return open_at(AT_FDCWD, path, flags, mode); }
long rr_sys_openat(int dirfd, uint64_t path, uint32_t flags, uint32_t mode) { return open_at(dirfd, path, flags, mode); }
long rr_sys_creat(uint64_t path, uint32_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

#define KNOWN_FLAGS                                                                                          \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY |    \
	 O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)
#define KNOWN_RESOLVE (RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED)

/* A structure that is longer than what is known here must be zero from there on. */
static int read_how(uint64_t address, size_t size, struct rr_abi_open_how *how)
{
	if (size < sizeof(*how))
		return -EINVAL;
	if (size > RR_PAGE_SIZE)
		return -E2BIG;
	for (size_t at = sizeof(*how); at < size; at++) {
		uint8_t byte;
		if (rr_get_user(byte, address + at))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return rr_get_user(*how, address);
}

/* openat2 refuses what the older calls pass over. */
static int check_how(const struct rr_abi_open_how *how)
{
	bool creates = how->flags & O_CREAT || (how->flags & O_TMPFILE) == O_TMPFILE;
	if (how->flags & ~(uint64_t)KNOWN_FLAGS || how->resolve & ~(uint64_t)KNOWN_RESOLVE)
		return -EINVAL;
	if ((how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	if (how->flags & O_PATH && how->flags & ~(uint64_t)(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
		return -EINVAL;
	if (creates ? how->mode & ~07777ul : how->mode)
		return -EINVAL;
	/* Whatever changes something may have to wait. */
	return how->resolve & RESOLVE_CACHED && (creates || how->flags & O_TRUNC) ? -EAGAIN : 0;
}

long rr_sys_openat2(int dirfd, uint64_t path, uint64_t address, size_t size)
{
	struct rr_abi_open_how how;
	int error = read_how(address, size, &how);
	if (!error)
		error = check_how(&how);
	return error ? error : open_resolving(dirfd, path, how.flags, how.mode, how.resolve);
}
