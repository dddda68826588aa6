/* splice, tee and vmsplice: between pipes, from and to files, from memory; positions, limits, errors. */
#include "files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static char block[200000];

static int waiting(int fd)
{
	int n = -1;
	ioctl(fd, FIONREAD, &n);
	return n;
}

static void show(int fd)
{
	char text[200];
	ssize_t n = read(fd, text, sizeof(text));
	printf("%zd: %.*s\n", n, n > 0 ? (int)n : 0, text);
}

static void between_pipes(void)
{
	int a[2], b[2];
	SAY(pipe2(a, O_NONBLOCK));
	SAY(pipe2(b, O_NONBLOCK));
	SAY(splice(a[0], NULL, b[1], NULL, 100, 0));
	SAY(write(a[1], "hello, world", 12));
	SAY(splice(a[0], NULL, b[1], NULL, 5, 0));
	SAY(waiting(a[0]));
	SAY(waiting(b[0]));
	SAY(write(b[1], "!", 1));
	SAY(splice(a[0], NULL, b[1], NULL, 100, SPLICE_F_MOVE | SPLICE_F_MORE));
	SAY(write(b[1], "?", 1));
	show(b[0]);
	SAY(write(a[1], "to both", 7));
	SAY(tee(a[0], b[1], 100, 0));
	SAY(tee(a[0], b[1], 2, 0));
	SAY(write(a[1], " more", 5));
	SAY(write(b[1], " less", 5));
	show(a[0]);
	show(b[0]);
	SAY(tee(a[0], b[1], 100, 0));
	SAY(tee(a[0], b[1], 0, 0));
	SAY(splice(a[0], NULL, a[1], NULL, 100, 0));
	SAY(tee(a[0], a[1], 100, 0));
	SAY(splice(a[1], NULL, b[1], NULL, 100, 0));
	SAY(splice(a[0], NULL, b[0], NULL, 100, 0));
	SAY(splice(a[0], NULL, b[1], NULL, 100, 16));
	SAY(splice(a[0], NULL, b[1], NULL, 0, 16));
	SAY(splice(a[0], &(off_t){ 0 }, b[1], NULL, 100, 0));
	SAY(splice(a[0], NULL, b[1], &(off_t){ 0 }, 100, 0));
	SAY(splice(99, NULL, b[1], NULL, 100, 0));
	SAY(splice(a[0], NULL, 99, NULL, 100, 0));
	SAY(tee(99, b[1], 100, 0));
	SAY(tee(a[0], b[1], 100, 16));
	/* Full and empty. */
	SAY(write(a[1], block, 100000));
	SAY(write(b[1], block, 30000));
	SAY(splice(a[0], NULL, b[1], NULL, 100000, 0));
	SAY(waiting(a[0]));
	SAY(splice(a[0], NULL, b[1], NULL, 100000, 0));
	close(b[0]);
	signal(SIGPIPE, SIG_IGN);
	SAY(splice(a[0], NULL, b[1], NULL, 100000, 0));
	close(a[1]);
	SAY(read(a[0], block, sizeof(block)));
	close(b[1]);
	SAY(pipe(b));
	SAY(splice(a[0], NULL, b[1], NULL, 100, 0));
	close(a[0]);
	close(b[0]);
	close(b[1]);
}

static void files(void)
{
	int ends[2];
	off_t at = 4;
	put_file("from", "0123456789abcdef");
	int from = open("from", O_RDONLY), to = open("to", O_RDWR | O_CREAT, 0600);
	SAY(pipe2(ends, O_NONBLOCK));
	SAY(splice(from, NULL, ends[1], NULL, 6, 0));
	SAY(lseek(from, 0, SEEK_CUR));
	SAY(splice(from, &at, ends[1], NULL, 3, 0));
	printf("%ld\n", (long)at);
	SAY(lseek(from, 0, SEEK_CUR));
	SAY(splice(from, NULL, ends[1], NULL, 1000, 0));
	SAY(splice(from, NULL, ends[1], NULL, 1000, 0));
	SAY(waiting(ends[0]));
	SAY(splice(ends[0], NULL, to, NULL, 5, 0));
	at = 8;
	SAY(splice(ends[0], NULL, to, &at, 4, 0));
	printf("%ld\n", (long)at);
	SAY(lseek(to, 0, SEEK_CUR));
	SAY(splice(ends[0], NULL, to, NULL, 1000, 0));
	SAY(splice(ends[0], NULL, to, NULL, 1000, 0));
	struct stat st;
	fstat(to, &st);
	printf("%ld bytes\n", (long)st.st_size);
	lseek(to, 0, SEEK_SET);
	char text[100] = "";
	ssize_t n = read(to, text, sizeof(text));
	for (ssize_t i = 0; i < n; i++)
		putchar(text[i] ? text[i] : '.');
	puts("");
	/* A large file, through a pipe that is smaller. */
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = i * 7 >> 2;
	int large = open("large", O_RDWR | O_CREAT, 0600), copy = open("copy", O_RDWR | O_CREAT, 0600);
	SAY(write(large, block, sizeof(block)));
	lseek(large, 0, SEEK_SET);
	SAY(splice(large, NULL, ends[1], NULL, sizeof(block), 0));
	SAY(splice(large, NULL, ends[1], NULL, sizeof(block), 0));
	long total = 0, part;
	while ((part = splice(ends[0], NULL, copy, NULL, 50001, 0)) > 0) {
		total += part;
		(void)!splice(large, NULL, ends[1], NULL, 33333, 0);
	}
	static char other[sizeof(block)];
	pread(copy, other, sizeof(other), 0);
	printf("%ld, the same: %d\n", total, memcmp(block, other, sizeof(block)) == 0);
	/* What cannot be. */
	SAY(splice(from, NULL, to, NULL, 10, 0));
	SAY(splice(from, &(off_t){ -1 }, ends[1], NULL, 10, 0));
	SAY(splice(from, BAD, ends[1], NULL, 10, 0));
	SAY(splice(ends[0], NULL, from, NULL, 10, 0));
	SAY(splice(to, NULL, ends[0], NULL, 10, 0));
	SAY(splice(open(".", O_RDONLY), NULL, ends[1], NULL, 10, 0));
	int append = open("to", O_WRONLY | O_APPEND);
	SAY(write(ends[1], "x", 1));
	SAY(splice(ends[0], NULL, append, NULL, 10, 0));
	SAY(splice(from, NULL, append, NULL, 10, 0));
	SAY(tee(from, ends[1], 10, 0));
	SAY(tee(ends[0], to, 10, 0));
	SAY(waiting(ends[0]));
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY);
	SAY(splice(ends[0], NULL, null, NULL, 10, 0));
	int counter = eventfd(1, 0);
	SAY(splice(counter, NULL, ends[1], NULL, 8, 0));
	SAY(splice(ends[0], NULL, counter, NULL, 8, 0));
	SAY(splice(zero, NULL, ends[1], NULL, 10, 0));
	SAY(waiting(ends[0]));
}

static void memory(void)
{
	int ends[2];
	char text[20] = "", *page;
	SAY(pipe2(ends, O_NONBLOCK));
	struct iovec parts[] = { { "one ", 4 }, { "", 0 }, { "two", 3 } };
	SAY(vmsplice(ends[1], parts, 3, 0));
	SAY(waiting(ends[0]));
	show(ends[0]);
	SAY(vmsplice(ends[1], parts, 0, 0));
	SAY(vmsplice(ends[1], parts, 1, SPLICE_F_GIFT));
	SAY(write(ends[1], "more", 4));
	struct iovec into = { text, sizeof(text) };
	SAY(vmsplice(ends[0], &into, 1, 0));
	puts(text);
	SAY(vmsplice(ends[0], &into, 1, SPLICE_F_NONBLOCK));
	SAY(vmsplice(ends[1], parts, 3, 16));
	SAY(vmsplice(ends[1], BAD, 1, 0));
	SAY(vmsplice(99, parts, 1, 0));
	SAY(vmsplice(open("from", O_RDWR), parts, 1, 0));
	SAY(vmsplice(ends[1], parts, 1025, 0));
	parts[0] = (struct iovec){ BAD, 8 };
	SAY(vmsplice(ends[1], parts, 1, 0));
	page = (char *)(((uintptr_t)block + 4095) & -4096ul);
	parts[0] = (struct iovec){ page + 1, 150000 };
	SAY(vmsplice(ends[1], parts, 1, SPLICE_F_NONBLOCK));
	SAY(waiting(ends[0]));
	SAY(vmsplice(ends[1], parts, 1, SPLICE_F_NONBLOCK));
	close(ends[0]);
	close(ends[1]);
}

static int through[2], sink[2];
static void *pump(void *argument)
{
	long total = 0, n;
	(void)argument;
	while ((n = splice(through[0], NULL, sink[1], NULL, 7777, 0)) > 0)
		total += n;
	close(sink[1]);
	return (void *)total;
}
static void *feed(void *argument)
{
	(void)argument;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = i * 11 >> 3;
	for (size_t done = 0; done < sizeof(block);)
		done += write(through[1], block + done, sizeof(block) - done < 12345 ? sizeof(block) - done : 12345);
	close(through[1]);
	return NULL;
}

static void blocking(void)
{
	pthread_t pumping, feeding;
	static char got[sizeof(block)];
	void *total;
	SAY(pipe(through));
	SAY(pipe(sink));
	pthread_create(&pumping, NULL, pump, NULL);
	pthread_create(&feeding, NULL, feed, NULL);
	size_t n = 0;
	for (ssize_t part; (part = read(sink[0], got + n, 5000)) > 0; n += part)
		;
	pthread_join(pumping, &total);
	pthread_join(feeding, NULL);
	printf("%ld %zu, the same: %d\n", (long)total, n, memcmp(got, block, sizeof(block)) == 0);
}

int main(void)
{
	files_enter();
	between_pipes();
	files();
	memory();
	blocking();
	files_leave();
	return 0;
}
