/* Locks: the lock commands of fcntl(2), flock(2). */
#include <rr/lock.h>
#include "lock.h"

/* A range as struct flock gives it, in first and last byte. 0, -EINVAL, -EOVERFLOW. */
static int range_of(struct rr_file *file, const struct rr_abi_flock *from, struct rr_lock *to)
{
	int64_t origin, start, last;
	int error = rr_file_origin(file, from->whence, &origin);
	if (error)
		return error;
	if (__builtin_add_overflow(origin, from->start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	if (from->length > 0) {
		if (__builtin_add_overflow(start, from->length - 1, &last))
			return -EOVERFLOW;
	} else if (from->length < 0) {
		last = start - 1;
		if (__builtin_add_overflow(start, from->length, &start) || start < 0)
			return -EINVAL;
	} else {
		last = INT64_MAX;
	}
	to->start = start;
	to->end = last;
	return 0;
}

static int request_of(struct rr_file *file, const struct rr_abi_flock *from, bool open_file, struct rr_lock *to)
{
	if (from->type != F_RDLCK && from->type != F_WRLCK && from->type != F_UNLCK)
		return -EINVAL;
	if (open_file && from->pid)
		return -EINVAL;
	*to = (struct rr_lock){
		.owner = open_file ? (const void *)file : rr_current_fdtable(),
		.pid = open_file ? -1 : rr_current_pid(),
		.type = from->type,
		.kind = RR_LOCK_RECORD,
	};
	return range_of(file, from, to);
}

static long get_lock(struct rr_file *file, bool open_file, uint64_t address, struct rr_abi_flock *flock)
{
	struct rr_lock request;
	if (flock->type == F_UNLCK)
		return -EINVAL;
	int error = request_of(file, flock, open_file, &request);
	if (error)
		return error;
	const struct rr_lock *conflict = rr_lock_conflict(file->inode, &request);
	flock->type = F_UNLCK;
	if (conflict) {
		flock->type = conflict->type;
		flock->whence = SEEK_SET;
		flock->start = conflict->start;
		flock->length = conflict->end == INT64_MAX ? 0 : conflict->end - conflict->start + 1;
		flock->pid = conflict->pid;
	}
	return rr_put_user(*flock, address);
}

long sys_file_lock(struct rr_file *file, unsigned command, uint64_t address)
{
	struct rr_abi_flock flock;
	if (rr_get_user(flock, address))
		return -EFAULT;
	if (!file->inode)
		return -EINVAL;
	bool open_file = command >= F_OFD_GETLK;
	if (command == F_GETLK || command == F_OFD_GETLK)
		return get_lock(file, open_file, address, &flock);
	struct rr_lock request;
	int error = request_of(file, &flock, open_file, &request);
	if (error)
		return error;
	if ((flock.type == F_RDLCK && !rr_file_readable(file)) || (flock.type == F_WRLCK && !rr_file_writable(file)))
		return -EBADF;
	return rr_lock_apply(file->inode, &request, command == F_SETLKW || command == F_OFD_SETLKW);
}

long rr_sys_flock(int fd, unsigned operation)
{
	struct rr_lock request = { .end = INT64_MAX, .pid = -1, .kind = RR_LOCK_FLOCK };
	if (operation & LOCK_MAND)
		return 0; /* mandatory locks are gone, and asking for them is harmless: flock(2) */
	switch (operation & ~LOCK_NB) {
	case LOCK_SH:
		request.type = F_RDLCK;
		break;
	case LOCK_EX:
		request.type = F_WRLCK;
		break;
	case LOCK_UN:
		request.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	request.owner = file;
	long result = !file->inode ? -EINVAL : rr_lock_apply(file->inode, &request, !(operation & LOCK_NB));
	rr_file_put(file);
	return result;
}
