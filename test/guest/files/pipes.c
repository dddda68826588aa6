/* Pipes and named pipes, between threads too. */
#include "files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>

static int ends[2];
static volatile int signals;
static void count_signal(int number) { signals += number == SIGPIPE; }

static int waiting(int fd)
{
	int n = -1;
	ioctl(fd, FIONREAD, &n);
	return n;
}

static int ready(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLOUT };
	poll(&entry, 1, 0);
	return entry.revents;
}

#define TOTAL 3000000
static void *produce(void *argument)
{
	(void)argument;
	static char block[9000];
	long sent = 0;
	for (int size = 1; sent < TOTAL; size = size * 7 % 8999 + 1) {
		int part = size < TOTAL - sent ? size : TOTAL - sent;
		for (int i = 0; i < part; i++)
			block[i] = (sent + i) * 31 >> 3;
		for (int done = 0; done < part;) {
			ssize_t n = write(ends[1], block + done, part - done);
			if (n < 0)
				return "write failed";
			done += n;
		}
		sent += part;
	}
	close(ends[1]);
	return NULL;
}

static void stream(void)
{
	pthread_t thread;
	static char block[5000];
	long got = 0, wrong = 0;
	if (pipe(ends))
		return;
	pthread_create(&thread, NULL, produce, NULL);
	for (ssize_t n; (n = read(ends[0], block, 1 + got % sizeof(block))) > 0; got += n)
		for (ssize_t i = 0; i < n; i++)
			wrong += block[i] != (char)((got + i) * 31 >> 3);
	void *problem;
	pthread_join(thread, &problem);
	printf("%ld bytes, %ld wrong%s\n", got, wrong, problem ? ", and the writer failed" : "");
	close(ends[0]);
}

/* Writes of up to PIPE_BUF bytes come out in one piece, whoever else writes. */
static void *mark(void *argument)
{
	char piece[1000];
	memset(piece, *(char *)argument, sizeof(piece));
	for (int i = 0; i < 300; i++)
		if (write(ends[1], piece, sizeof(piece)) != sizeof(piece))
			return "short";
	return NULL;
}

static void atomic(void)
{
	pthread_t threads[3];
	char piece[1000];
	int torn = 0, pieces = 0;
	if (pipe(ends))
		return;
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, mark, "abc" + i);
	for (; pieces < 900; pieces++) {
		for (size_t done = 0; done < sizeof(piece);)
			done += read(ends[0], piece + done, sizeof(piece) - done);
		for (size_t i = 1; i < sizeof(piece); i++)
			torn += piece[i] != piece[0];
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d pieces, %d torn\n", pieces, torn);
	close(ends[0]);
	close(ends[1]);
}

static void *open_writer(void *argument)
{
	int fd = open(argument, O_WRONLY);
	if (write(fd, "through the name", 16) != 16)
		return "short";
	close(fd);
	return NULL;
}

static void named(void)
{
	pthread_t thread;
	char text[100] = "";
	struct stat st;
	SAY(mkfifo("fifo", 0640));
	SAY(mkfifo("fifo", 0640));
	stat("fifo", &st);
	printf("mode %o\n", st.st_mode);
	SAY(open("fifo", O_WRONLY | O_NONBLOCK));
	int fd = open("fifo", O_RDONLY | O_NONBLOCK);
	SAY(read(fd, text, 10));
	SAY(ready(fd));
	int writer = open("fifo", O_WRONLY | O_NONBLOCK);
	SAY(read(fd, text, 10));
	SAY(write(writer, "x", 1));
	SAY(ready(fd));
	close(writer);
	SAY(read(fd, text, 10));
	SAY(read(fd, text, 10));
	SAY(ready(fd));
	close(fd);
	pthread_create(&thread, NULL, open_writer, "fifo");
	fd = open("fifo", O_RDONLY);
	ssize_t n = 0, part;
	while ((part = read(fd, text + n, sizeof(text) - n)) > 0)
		n += part;
	printf("%zd: %s\n", n, text);
	pthread_join(thread, NULL);
	close(fd);
	SAY(unlink("fifo"));
}

static void *late_close(void *argument)
{
	(void)argument;
	usleep(20000);
	close(ends[1]);
	return NULL;
}

int main(void)
{
	files_enter();
	char text[100], *block = calloc(1, 100000);
	struct stat st;
	SAY(pipe(ends));
	fstat(ends[0], &st);
	printf("mode %o size %ld\n", st.st_mode, (long)st.st_size);
	SAY(fcntl(ends[0], F_GETFL));
	SAY(fcntl(ends[1], F_GETFL));
	SAY(write(ends[0], "x", 1));
	SAY(read(ends[1], text, 1));
	SAY(ready(ends[0]));
	SAY(ready(ends[1]));
	SAY(write(ends[1], "hello", 5));
	SAY(waiting(ends[0]));
	SAY(waiting(ends[1]));
	SAY(ready(ends[0]));
	SAY(read(ends[0], text, 3));
	SAY(read(ends[0], text, 100));
	SAY(write(ends[1], text, 0));
	SAY(write(ends[1], BAD, 5));
	SAY(fcntl(ends[0], F_GETPIPE_SZ));
	SAY(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	SAY(fcntl(ends[1], F_SETFL, O_NONBLOCK));
	SAY(read(ends[0], text, 1));
	SAY(write(ends[1], block, 100000));
	SAY(write(ends[1], block, 1));
	SAY(write(ends[1], block, 5000));
	SAY(waiting(ends[0]));
	SAY(ready(ends[1]));
	SAY(read(ends[0], block, 4096));
	SAY(ready(ends[1]));
	SAY(write(ends[1], block, 4096));
	SAY(read(ends[0], block, 8192));
	SAY(fcntl(ends[0], F_SETPIPE_SZ, 4096));
	SAY(fcntl(ends[0], F_SETPIPE_SZ, 131072));
	SAY(write(ends[1], block, 100000));
	SAY(read(ends[0], block, 100000));
	SAY(fcntl(ends[0], F_SETPIPE_SZ, 5000));
	SAY(read(ends[0], block, 100000));
	SAY(fcntl(ends[0], F_SETPIPE_SZ, 5000));
	SAY(fcntl(ends[0], F_GETPIPE_SZ));
	SAY(fcntl(ends[0], F_SETPIPE_SZ, 0));
	signal(SIGPIPE, count_signal);
	close(ends[0]);
	SAY(ready(ends[1]));
	SAY(write(ends[1], "x", 1));
	printf("%d signals\n", signals);
	SAY(write(ends[1], "x", 0));
	close(ends[1]);

	SAY(pipe2(ends, O_CLOEXEC | O_NONBLOCK));
	SAY(fcntl(ends[0], F_GETFD));
	SAY(fcntl(ends[1], F_GETFL));
	SAY(write(ends[1], "rest", 4));
	close(ends[1]);
	SAY(ready(ends[0]));
	SAY(read(ends[0], text, 10));
	SAY(ready(ends[0]));
	SAY(read(ends[0], text, 10));
	close(ends[0]);
	SAY(pipe2(ends, 1));
	SAY(pipe(BAD));

	/* A reader that waits sees the end. */
	pthread_t thread;
	SAY(pipe(ends));
	pthread_create(&thread, NULL, late_close, NULL);
	SAY(read(ends[0], text, 10));
	pthread_join(thread, NULL);
	close(ends[0]);
	stream();
	atomic();
	named();
	files_leave();
	return 0;
}
