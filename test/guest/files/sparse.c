/* Holes, sizes, and room given and taken. */
#include "files.h"
#include <sys/resource.h>
#include <signal.h>
#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

static void size(int fd)
{
	struct stat st;
	fstat(fd, &st);
	printf("size %ld, %ld blocks\n", (long)st.st_size, (long)st.st_blocks);
}

static void bytes(int fd, long at, int n)
{
	unsigned char text[64];
	ssize_t got = pread(fd, text, n, at);
	printf("at %ld:", at);
	for (ssize_t i = 0; i < got; i++)
		printf(" %02x", text[i]);
	printf(" (%zd)\n", got);
}

int main(void)
{
	files_enter();
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	static char page[4096], big[20000];
	memset(page, 0xaa, sizeof(page));
	size(fd);
	SAY(pwrite(fd, "x", 1, 100000));
	size(fd);
	bytes(fd, 99998, 8);
	bytes(fd, 0, 4);
	SAY(lseek(fd, 0, SEEK_DATA));
	SAY(lseek(fd, 0, SEEK_HOLE));
	SAY(lseek(fd, 98304, SEEK_HOLE));
	SAY(lseek(fd, 100001, SEEK_DATA));
	SAY(lseek(fd, 100001, SEEK_HOLE));
	SAY(lseek(fd, -1, SEEK_DATA));
	SAY(pwrite(fd, page, 4096, 8192));
	SAY(pwrite(fd, page, 4096, 6l << 30));
	size(fd);
	SAY(lseek(fd, 0, SEEK_DATA));
	SAY(lseek(fd, 8192, SEEK_HOLE));
	SAY(lseek(fd, 12288, SEEK_DATA));
	SAY(lseek(fd, 110592, SEEK_DATA));
	SAY(ftruncate(fd, 1l << 40));
	size(fd);
	bytes(fd, (1l << 40) - 2, 8);
	SAY(ftruncate(fd, 8200));
	size(fd);
	SAY(ftruncate(fd, 8300));
	bytes(fd, 8196, 8);
	size(fd);
	SAY(ftruncate(fd, -1));
	SAY(ftruncate(fd, 0));
	size(fd);
	SAY(lseek(fd, 0, SEEK_HOLE));

	SAY(write(fd, big, sizeof(big)));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(lseek(fd, -5, SEEK_END));
	SAY(lseek(fd, -50000, SEEK_END));
	SAY(lseek(fd, 5, SEEK_END));
	SAY(read(fd, big, 5));
	SAY(write(fd, "end", 3));
	bytes(fd, 19998, 20);
	SAY(lseek(fd, 0, 9));
	SAY(lseek(fd, 0x7fffffffffffffff, SEEK_SET));
	SAY(write(fd, "x", 1));
	SAY(lseek(fd, 0, SEEK_SET));

	for (int i = 0; i < 5; i++)
		pwrite(fd, page, 4096, 4096 * i);
	SAY(fallocate(fd, 3, 4096, 8192));
	size(fd);
	bytes(fd, 4094, 4);
	bytes(fd, 12286, 4);
	SAY(fallocate(fd, 3, 100, 50));
	bytes(fd, 98, 4);
	bytes(fd, 148, 4);
	SAY(fallocate(fd, 2, 0, 4096));
	SAY(fallocate(fd, 0, 0, 0));
	SAY(fallocate(fd, 0, -1, 5));
	SAY(fallocate(fd, 0, 30000, 100));
	size(fd);
	SAY(fallocate(fd, 1, 50000, 4096));
	size(fd);
	int rd = open("f", O_RDONLY);
	SAY(fallocate(rd, 0, 0, 10));
	SAY(ftruncate(rd, 10));
	SAY(write(rd, "x", 1));
	SAY(fsync(rd));
	SAY(fdatasync(fd));
	SAY(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));

	struct rlimit limit = { 10000, RLIM_INFINITY };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	int limited = open("limited", O_RDWR | O_CREAT, 0644);
	SAY(write(limited, big, sizeof(big)));
	SAY(write(limited, big, 1));
	SAY(ftruncate(limited, 10001));
	size(limited);
	files_leave();
	return 0;
}
