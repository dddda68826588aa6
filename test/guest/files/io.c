/* Reading and writing: positions, vectors, appending, shared positions. */
#include "files.h"
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static long copy_range(int in, long *in_at, int out, long *out_at, size_t n) { return syscall(SYS_copy_file_range, in, in_at, out, out_at, n, 0); }

int main(void)
{
	files_enter();
	char a[20] = "first ", b[20] = "second", c[20] = "", text[100] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	struct iovec out[3] = { { a, 6 }, { NULL, 0 }, { b, 6 } }, in[3] = { { c, 3 }, { text, 0 }, { text, 50 } };
	SAY(writev(fd, out, 3));
	SAY(lseek(fd, 0, SEEK_SET));
	SAY(readv(fd, in, 3));
	printf("%s|%s\n", c, text);
	SAY(readv(fd, in, 3));
	SAY(writev(fd, out, 0));
	SAY(writev(fd, out, -1));
	SAY(writev(fd, out, 1025));
	out[1].iov_len = -1;
	SAY(writev(fd, out, 3));
	out[1].iov_len = 3;
	SAY(writev(fd, out + 1, 1));
	SAY(writev(fd, BAD, 1));
	out[1].iov_len = 0;
	SAY(pwritev(fd, out, 3, 3));
	show_file("f");
	memset(text, 0, sizeof(text));
	SAY(preadv(fd, in, 3, 2));
	printf("%s|%s\n", c, text);
	SAY(preadv(fd, in, 3, -1));
	SAY(pread(fd, text, 5, -1));
	SAY(pread(fd, text, 5, 1000));
	SAY(pwrite(fd, "X", 1, 1));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(read(fd, text, 0));
	SAY(read(fd, BAD, 5));
	SAY(lseek(fd, 0, SEEK_SET));
	SAY(read(fd, BAD, 5));
	SAY(write(fd, BAD, 5));
	SAY(write(fd, text, -1));
	SAY(read(999, text, 1));
	SAY(read(-1, text, 1));

	/* Part of the buffer is bad: what comes before is done. */
	char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(two, 'm', 4096);
	munmap(two + 4096, 4096);
	SAY(pwrite(fd, two + 4086, 20, 0));
	SAY(pread(fd, two + 4091, 12, 0));
	show_file("f");

	int again = dup(fd), other = open("f", O_RDONLY);
	SAY(lseek(fd, 4, SEEK_SET));
	SAY(read(again, text, 2));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(lseek(other, 0, SEEK_CUR));

	int ap = open("f", O_WRONLY | O_APPEND);
	SAY(write(ap, "+", 1));
	SAY(lseek(ap, 0, SEEK_SET));
	SAY(write(ap, "+", 1));
	SAY(lseek(ap, 0, SEEK_CUR));
	SAY(pwrite(ap, "!", 1, 0));
	show_file("f");
	SAY(fcntl(ap, F_SETFL, 0));
	SAY(lseek(ap, 0, SEEK_SET));
	SAY(write(ap, "#", 1));
	show_file("f");
	SAY(read(ap, text, 1));
	int tr = open("f", O_WRONLY | O_TRUNC);
	struct stat st;
	fstat(tr, &st);
	printf("size %ld\n", (long)st.st_size);
	SAY(read(fd, text, 10));

	/* More than a page, from an odd address to an odd position. */
	static char large[300001], back[300001];
	for (int i = 0; i < 300001; i++)
		large[i] = i * 7 + i / 1000;
	SAY(pwrite(fd, large + 1, 300000, 12345));
	SAY(pread(fd, back + 1, 300000, 12345));
	printf("equal: %d\n", memcmp(large + 1, back + 1, 300000) == 0);
	SAY(pread(fd, back, 300000, 300000));

	int copy = open("copy", O_RDWR | O_CREAT, 0644);
	off_t at = 12345;
	SAY(sendfile(copy, fd, &at, 100000));
	printf("%ld\n", (long)at);
	SAY(pread(copy, back, 100000, 0));
	printf("equal: %d\n", memcmp(large + 1, back, 100000) == 0);
	long from = 300000, to = 5;
	SAY(copy_range(fd, &from, copy, &to, 1000000));
	printf("%ld %ld\n", from, to);
	SAY(copy_range(fd, &from, copy, &to, 1000000));
	SAY(copy_range(fd, &from, ap, NULL, 0));
	from = 0, to = 10;
	SAY(copy_range(fd, &from, fd, &to, 100));
	to = 100000;
	SAY(copy_range(fd, &from, fd, &to, 100));
	SAY(sendfile(copy, 999, NULL, 10));
	int pipes[2];
	if (pipe(pipes))
		return 1;
	SAY(sendfile(pipes[1], fd, NULL, 10));
	SAY(lseek(pipes[0], 0, SEEK_SET));
	SAY(pread(pipes[0], text, 1, 0));
	SAY(pwrite(pipes[1], text, 1, 0));
	SAY(fsync(pipes[1]));
	SAY(ftruncate(pipes[1], 0));
	files_leave();
	return 0;
}
