#include "calls.h"
#include <rr/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

/* As the boundary does it: six registers, whatever the handler takes. Those not linked are NULL. */
typedef long handler(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
#define CALLS(X)                                                                                             \
	X(read) X(write) X(pread64) X(pwrite64) X(readv) X(writev) X(preadv) X(pwritev) X(preadv2) X(pwritev2) X(lseek) X(close) X(close_range)  \
	X(dup) X(dup2) X(dup3) X(fcntl) X(flock) X(ioctl) X(fsync) X(fdatasync) X(ftruncate) X(fallocate) X(fstat) X(copy_file_range)           \
	X(open) X(openat) X(stat) X(lstat) X(newfstatat) X(access) X(mkdir) X(mkdirat) X(mknod) X(symlinkat) X(link) X(linkat) X(unlink)         \
	X(unlinkat) X(rmdir) X(rename) X(renameat2) X(readlink) X(chmod) X(truncate) X(getdents64) X(chdir) X(fchdir) X(getcwd) X(umask)       \
	X(pipe2)
#define DECLARE(name) extern handler rr_sys_##name;
#define ROW(name) [SYS_##name] = rr_sys_##name,
CALLS(DECLARE)
static handler *const handlers[] = { CALLS(ROW) };

long process_call(long number, const uint64_t a[6])
{
	if ((unsigned long)number >= RR_ARRAY_SIZE(handlers) || !handlers[number]) {
		fprintf(stderr, "call %ld is not linked\n", number);
		abort();
	}
	return handlers[number](a[0], a[1], a[2], a[3], a[4], a[5]);
}
