/* The public syscall() in all the ways programs use it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Some programs declare it themselves, too. */
#ifdef __OPTIMIZE__
extern long syscall(long number, ...);
#endif

static long by_number(long number)
{
	return syscall(number);
}

int main(int argc, char **argv)
{
	long (*pointer)(long, ...) = syscall;
	long variable = argc > 1 ? SYS_getuid : SYS_getpid;

	printf("constant %d\n", syscall(SYS_gettid) == getpid());
	printf("variable %d\n", by_number(variable) == getpid());
	printf("pointer %d\n", pointer(SYS_getppid) == getppid());
	printf("nested %d\n", syscall(SYS_dup, syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY)) > 2);
	long result = syscall(SYS_clock_nanosleep, 0L, 0L, "", 0L);
	printf("error %ld %d\n", result, errno == EINVAL || errno == EFAULT);
	printf("fork %d\n", syscall(SYS_getpriority, 0, 0) >= 0);
	errno = 0;
	result = syscall(9999, 1, 2, 3, 4, 5, 6);
	printf("unknown %ld %d\n", result, errno == ENOSYS);
	/* Six arguments through the stub for any number. */
	char *page = (char *)by_number(-1);
	printf("negative %d\n", page == (char *)-1);
	return 0;
}
