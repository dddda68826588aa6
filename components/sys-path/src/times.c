/* utimensat(2) and the older calls for the same. */
#include <rr/abi/time.h>
#include <rr/permission.h>
#include "lookup.h"

#define NSEC ((int64_t)RR_NSEC_PER_SEC)

/* What is set, times still as given. */
struct request {
	bool now;                     /* both */
	struct rr_abi_timespec times[2]; /* access, modification; nsec may be UTIME_NOW, UTIME_OMIT */
};

/* Seconds beyond what 64 bits of nanoseconds hold are cut: the years 1677 to 2262. */
static uint64_t nanoseconds(const struct rr_abi_timespec *time)
{
	int64_t seconds = rr_max(rr_min(time->sec, INT64_MAX / NSEC - 1), INT64_MIN / NSEC + 1);
	return seconds * NSEC + time->nsec;
}

static int attributes_of(const struct request *request, struct rr_attributes *out)
{
	uint64_t now = rr_clock_realtime();
	*out = (struct rr_attributes){ .valid = RR_ATTR_ATIME | RR_ATTR_MTIME, .atime = now, .mtime = now };
	if (request->now || (request->times[0].nsec == UTIME_NOW && request->times[1].nsec == UTIME_NOW)) {
		out->valid |= RR_ATTR_NOW;
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		const struct rr_abi_timespec *time = &request->times[i];
		if (time->nsec == UTIME_OMIT)
			out->valid &= ~(i ? RR_ATTR_MTIME : RR_ATTR_ATIME);
		else if (time->nsec == UTIME_NOW)
			continue;
		else if (time->nsec < 0 || time->nsec >= NSEC)
			return -EINVAL;
		else
			*(i ? &out->mtime : &out->atime) = nanoseconds(time);
	}
	return 0;
}

static long set_inode(struct rr_inode *inode, struct rr_attributes *changes)
{
	int error = rr_inode_may_change(inode, changes);
	return error ? error : rr_inode_setattr(inode, changes);
}

static long set_fd(int fd, struct rr_attributes *changes)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = file->inode ? set_inode(file->inode, changes) : 0;
	rr_file_put(file);
	return result;
}

static long set(int dirfd, uint64_t path, unsigned at_flags, const struct request *request)
{
	struct rr_attributes changes;
	int error = attributes_of(request, &changes);
	if (error)
		return error;
	if (!changes.valid)
		return 0;
	if (!path)
		return dirfd == AT_FDCWD ? -EFAULT : set_fd(dirfd, &changes);
	struct rr_inode *inode;
	error = sys_path_lookup(dirfd, path, walk_flags(at_flags), &inode);
	if (error)
		return error;
	error = set_inode(inode, &changes);
	rr_inode_put(inode);
	return error;
}

long rr_sys_utimensat(int dirfd, uint64_t path, uint64_t times, unsigned flags)
{
	struct request request = { .now = !times };
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) || (!path && flags))
		return -EINVAL;
	if (times && rr_get_user(request.times, times))
		return -EFAULT;
	return set(dirfd, path, flags, &request);
}

long rr_sys_futimesat(int dirfd, uint64_t path, uint64_t times)
{
	struct request request = { .now = !times };
	struct rr_abi_timeval from[2];
	if (times) {
		if (rr_get_user(from, times))
			return -EFAULT;
		for (int i = 0; i < 2; i++) {
			if (from[i].usec < 0 || from[i].usec >= 1000000)
				return -EINVAL;
			request.times[i] = (struct rr_abi_timespec){ .sec = from[i].sec, .nsec = from[i].usec * 1000 };
		}
	}
	return set(dirfd, path, 0, &request);
}
long rr_sys_utimes(uint64_t path, uint64_t times) { return path ? rr_sys_futimesat(AT_FDCWD, path, times) : -EFAULT; }

long rr_sys_utime(uint64_t path, uint64_t times)
{
	struct request request = { .now = !times };
	int64_t seconds[2];
	if (times) {
		if (rr_get_user(seconds, times))
			return -EFAULT;
		request.times[0].sec = seconds[0];
		request.times[1].sec = seconds[1];
	}
	return path ? set(AT_FDCWD, path, 0, &request) : -EFAULT;
}
