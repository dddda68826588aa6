/* Pipes to the letter: packets, capacity in pages, partial writes and SIGPIPE, what opening a named pipe waits for. */
#include "files.h"
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>

static char block[300000];
static int ends[2];

static int waiting(int fd)
{
	int n = -1;
	ioctl(fd, FIONREAD, &n);
	return n;
}
static int ready(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };
	poll(&entry, 1, 0);
	return entry.revents;
}

static void packets(void)
{
	char text[100] = "";
	SAY(pipe2(ends, O_DIRECT | O_NONBLOCK));
	SAY(fcntl(ends[0], F_GETFL));
	SAY(fcntl(ends[1], F_GETFL));
	SAY(write(ends[1], "first", 5));
	SAY(write(ends[1], "second", 6));
	SAY(waiting(ends[0]));
	SAY(read(ends[0], text, 100));
	SAY(read(ends[0], text, 3));
	SAY(read(ends[0], text, 100));
	SAY(write(ends[1], block, 10000));
	SAY(read(ends[0], block, 20000));
	SAY(read(ends[0], block, 20000));
	SAY(read(ends[0], block, 20000));
	/* 16 of them fill it, however small. */
	int sent = 0;
	while (write(ends[1], "x", 1) == 1)
		sent++;
	printf("%d packets\n", sent);
	SAY(ready(ends[1]));
	SAY(read(ends[0], text, 100));
	SAY(ready(ends[1]));
	/* Switched off: bytes again, but not into a packet. */
	SAY(fcntl(ends[1], F_SETFL, O_NONBLOCK));
	SAY(fcntl(ends[1], F_GETFL));
	SAY(write(ends[1], "ab", 2));
	SAY(write(ends[1], "cd", 2));
	for (int i = 0; i < 15; i++)
		(void)!read(ends[0], text, 1);
	SAY(read(ends[0], text, 100));
	SAY(fcntl(ends[1], F_SETFL, O_NONBLOCK | O_DIRECT));
	SAY(fcntl(ends[1], F_GETFL));
	struct iovec parts[] = { { "to", 2 }, { "gether", 6 } };
	SAY(writev(ends[1], parts, 2));
	SAY(write(ends[1], "x", 1));
	SAY(read(ends[0], text, 100));
	close(ends[0]);
	close(ends[1]);
	SAY(pipe2(ends, O_APPEND));
}

static void capacity(void)
{
	SAY(pipe2(ends, O_NONBLOCK));
	/* What does not fit into the last page takes one of its own. */
	int sent = 0;
	while (write(ends[1], block, 3000) == 3000)
		sent++;
	printf("%d of 3000\n", sent);
	SAY(waiting(ends[0]));
	SAY(ready(ends[1]));
	SAY(write(ends[1], block, 1000));
	SAY(write(ends[1], block, 1097));
	SAY(write(ends[1], block, 96));
	SAY(write(ends[1], block, 1));
	SAY(read(ends[0], block, 2999));
	SAY(ready(ends[1]));
	SAY(read(ends[0], block, 1));
	SAY(ready(ends[1]));
	SAY(write(ends[1], block, 9000));
	SAY(waiting(ends[0]));
	SAY(read(ends[0], block, sizeof(block)));
	SAY(write(ends[1], block, 5000));
	SAY(write(ends[1], block, 5000));
	SAY(fcntl(ends[0], F_GETPIPE_SZ));
	SAY(fcntl(ends[1], F_SETPIPE_SZ, 1));
	SAY(fcntl(ends[1], F_SETPIPE_SZ, 8193));
	SAY(fcntl(ends[1], F_GETPIPE_SZ));
	SAY(write(ends[1], block, 20000));
	SAY(fcntl(ends[1], F_SETPIPE_SZ, 65537));
	SAY(write(ends[1], block, 200000));
	SAY(fcntl(ends[1], F_SETPIPE_SZ, 65536));
	SAY(read(ends[0], block, 100000));
	SAY(read(ends[0], block, 100000));
	SAY(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20));
	SAY(write(ends[1], block, 300000));
	SAY(fcntl(ends[1], F_SETPIPE_SZ, -1));
	close(ends[0]);
	close(ends[1]);
	int file = open("plain", O_RDWR | O_CREAT, 0600);
	SAY(fcntl(file, F_GETPIPE_SZ));
	SAY(fcntl(file, F_SETPIPE_SZ, 4096));
	close(file);
}

static void bad_buffers(void)
{
	char text[100];
	SAY(pipe2(ends, O_NONBLOCK));
	struct iovec parts[] = { { "abc", 3 }, { BAD, 5 } };
	SAY(writev(ends[1], parts, 2));
	SAY(waiting(ends[0]));
	SAY(write(ends[1], "hello", 5));
	SAY(writev(ends[1], parts, 2));
	SAY(waiting(ends[0]));
	parts[0].iov_base = text;
	SAY(readv(ends[0], parts, 2));
	SAY(waiting(ends[0]));
	SAY(read(ends[0], text, 100));
	parts[0] = (struct iovec){ block, 4096 };
	SAY(writev(ends[1], parts, 2));
	SAY(waiting(ends[0]));
	SAY(readv(ends[0], parts, 2));
	close(ends[0]);
	close(ends[1]);
}

static volatile int signals;
static void count_signal(int number) { signals += number == SIGPIPE; }

static void *read_some(void *argument)
{
	usleep(2000);
	(void)!read(*(int *)argument, block + 200000, 8192);
	usleep(2000);
	close(*(int *)argument);
	return NULL;
}

static void broken(void)
{
	pthread_t thread;
	signal(SIGPIPE, count_signal);
	SAY(pipe(ends));
	pthread_create(&thread, NULL, read_some, &ends[0]);
	SAY(write(ends[1], block, 200000));
	pthread_join(thread, NULL);
	SAY(signals);
	SAY(write(ends[1], block, 1));
	SAY(signals);
	SAY(write(ends[1], BAD, 1));
	SAY(signals);
	SAY(write(ends[1], block, 0));
	SAY(ready(ends[1]));
	close(ends[1]);
	signal(SIGPIPE, SIG_IGN);
	SAY(pipe(ends));
	close(ends[0]);
	SAY(write(ends[1], block, 1));
	close(ends[1]);
	signal(SIGPIPE, SIG_DFL);
}

static void *open_it(void *argument) { return (void *)(long)open("fifo", (int)(long)argument); }

static void opened_by(int mine, int other)
{
	pthread_t thread;
	void *fd;
	pthread_create(&thread, NULL, open_it, (void *)(long)other);
	int own = open("fifo", mine);
	pthread_join(thread, &fd);
	printf("%d %d\n", own >= 0, (long)fd >= 0);
	printf("%x %x\n", ready(own), ready((long)fd));
	close(own);
	close((long)fd);
}

static void on_alarm(int number) { (void)number; }

static void named(void)
{
	char text[10];
	SAY(mkfifo("fifo", 0600));
	SAY(open("fifo", O_WRONLY | O_NONBLOCK));
	opened_by(O_RDONLY, O_WRONLY);
	opened_by(O_WRONLY, O_RDONLY);
	/* Both ways: nobody is waited for, and nobody hangs up. */
	int both = open("fifo", O_RDWR);
	SAY(ready(both));
	SAY(write(both, "x", 1));
	SAY(ready(both));
	int reader = open("fifo", O_RDONLY);
	int writer = open("fifo", O_WRONLY | O_NONBLOCK);
	SAY(ready(reader));
	SAY(read(reader, text, 10));
	close(writer);
	close(both);
	SAY(ready(reader));
	SAY(read(reader, text, 10));
	/* One that was opened later has seen nobody hang up. */
	int later = open("fifo", O_RDONLY | O_NONBLOCK);
	SAY(ready(later));
	SAY(ready(reader));
	SAY(read(later, text, 10));
	writer = open("fifo", O_WRONLY);
	SAY(ready(later));
	close(writer);
	SAY(ready(later));
	close(reader);
	close(later);
	/* What is in it when all have gone is lost. */
	both = open("fifo", O_RDWR);
	SAY(write(both, "lost", 4));
	close(both);
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	SAY(read(reader, text, 10));
	SAY(waiting(reader));
	SAY(fcntl(reader, F_GETPIPE_SZ));
	close(reader);
	struct sigaction action = { .sa_handler = on_alarm };
	sigaction(SIGALRM, &action, NULL);
	SAY_ALARMED(open("fifo", O_RDONLY));
	SAY_ALARMED(open("fifo", O_WRONLY));
	SAY(open("fifo", O_WRONLY | O_NONBLOCK));
	/* A pipe's other side by its name in /proc. */
	SAY(pipe(ends));
	close(ends[1]);
	snprintf(text, sizeof(text), "%d", ends[0]);
	char path[40];
	snprintf(path, sizeof(path), "/proc/self/fd/%s", text);
	writer = open(path, O_WRONLY);
	SAY(write(writer, "again", 5));
	SAY(read(ends[0], text, 10));
	close(writer);
	SAY(ready(ends[0]));
	close(ends[0]);
}

/* Without privileges a pipe grows up to a megabyte. */
static void unprivileged(void)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		SAY(setresuid(1000, 1000, 1000));
		SAY(pipe(ends));
		SAY(fcntl(ends[0], F_SETPIPE_SZ, 1 << 20));
		SAY(fcntl(ends[0], F_SETPIPE_SZ, (1 << 20) + 1));
		SAY(fcntl(ends[0], F_GETPIPE_SZ));
		SAY(timerfd_create(CLOCK_BOOTTIME_ALARM, 0));
		SAY(timerfd_create(CLOCK_REALTIME_ALARM, 1));
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

int main(void)
{
	files_enter();
	packets();
	capacity();
	bad_buffers();
	broken();
	named();
	unprivileged();
	files_leave();
	return 0;
}
