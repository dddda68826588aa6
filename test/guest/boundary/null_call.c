/* A leaf call, an ordinary one, and one nobody knows. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 1000; i++)
		if (getpid() != getpid() || gettid() != getpid())
			puts("identity changes");
	errno = 0;
	long result = syscall(SYS_getpid);
	printf("getpid by number agrees: %d\n", result == getpid());
	printf("write by number: %ld\n", syscall(SYS_write, 1, "text\n", 5L));
	result = syscall(100000L);
	printf("unknown call: %ld %s\n", result, errno == ENOSYS ? "ENOSYS" : "?");
	printf("bad pointer: %ld %s\n", (long)write(1, (void *)1, 1), errno == EFAULT ? "EFAULT" : "?");
	return 7;
}
