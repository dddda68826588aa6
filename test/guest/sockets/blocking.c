/* Waiting: timeouts, signals and what is restarted, SIGPIPE, who waits while others act. */
#include "sockets.h"
#include <pthread.h>
#include <time.h>

static volatile sig_atomic_t alarms, pipes;
static void on_alarm(int number) { (void)number, alarms++; }
static void on_pipe(int number) { (void)number, pipes++; }

static void handle(int flags)
{
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm, .sa_flags = flags }, NULL);
	alarms = 0;
}
static void alarm_soon(void) { ualarm(30000, 0); }

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set_timeout(int fd, int option, int milliseconds)
{
	struct timeval time = { milliseconds / 1000, milliseconds % 1000 * 1000 };
	setsockopt(fd, SOL_SOCKET, option, &time, sizeof(time));
}

static void timeouts(void)
{
	int pair[2], listener = socket(AF_UNIX, SOCK_STREAM, 0);
	static char bytes[100000];
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	set_timeout(pair[0], SO_RCVTIMEO, 100);
	set_timeout(pair[0], SO_SNDTIMEO, 100);
	struct timeval time;
	socklen_t length = sizeof(time);
	SAY(getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, &length));
	printf("%ld s %ld us, length %u\n", (long)time.tv_sec, (long)time.tv_usec, length);
	double start = now();
	SAY(read(pair[0], bytes, 1));
	printf("took its time: %d\n", now() - start >= 0.099);
	write(pair[1], "ab", 2);
	SAY(recv(pair[0], bytes, 10, MSG_WAITALL));
	while (write(pair[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
	start = now();
	SAY(write(pair[0], bytes, 1));
	printf("took its time: %d\n", now() - start >= 0.099);
	set_timeout(pair[0], SO_RCVTIMEO, 0);
	getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, &length);
	printf("none %ld %ld\n", (long)time.tv_sec, (long)time.tv_usec);
	close(pair[0]), close(pair[1]);
	bind_to(listener, "@times");
	listen(listener, 0);
	set_timeout(listener, SO_RCVTIMEO, 50);
	SAY(accept(listener, NULL, NULL));
	int first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0);
	SAY(connect_to(first, "@times"));
	set_timeout(second, SO_SNDTIMEO, 50);
	SAY(connect_to(second, "@times"));
	handle(SA_RESTART);
	set_timeout(second, SO_SNDTIMEO, 10000);
	alarm_soon();
	SAY(connect_to(second, "@times"));
	close(first), close(second), close(listener);
}

/* Signals: calls without a time go on if the handler says so, those with one never do. */
static void signals(int flags)
{
	int pair[2];
	char bytes[10];
	printf("handler with flags %x\n", flags);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	handle(flags);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		usleep(100000);
		write(pair[1], "x", 1);
		_exit(0);
	}
	alarm_soon();
	SAY(read(pair[0], bytes, 1));
	printf("alarms %d\n", (int)alarms);
	waitpid(pid, NULL, 0);
	set_timeout(pair[0], SO_RCVTIMEO, 10000);
	alarm_soon();
	SAY(recv(pair[0], bytes, 1, MSG_DONTWAIT));
	while (alarms < 2)
		usleep(1000);
	alarm_soon();
	SAY(read(pair[0], bytes, 1));
	write(pair[1], "ab", 2);
	alarm_soon();
	SAY(recv(pair[0], bytes, 10, MSG_WAITALL));
	close(pair[0]), close(pair[1]);
}

static void broken(void)
{
	int pair[2], packets[2];
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = on_pipe }, NULL);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	close(pair[1]);
	SAY(write(pair[0], "x", 1));
	printf("SIGPIPE %d\n", (int)pipes);
	SAY(send(pair[0], "x", 1, MSG_NOSIGNAL));
	printf("SIGPIPE %d\n", (int)pipes);
	SAY(write(pair[0], "", 0));
	printf("SIGPIPE %d\n", (int)pipes);
	close(pair[0]);
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets);
	shutdown(packets[1], SHUT_RD);
	SAY(write(packets[0], "x", 1));
	printf("SIGPIPE %d\n", (int)pipes);
	close(packets[0]), close(packets[1]);
}

/* Threads: what one does ends the other's wait. */
static int shared[2];
struct errand { void (*act)(void); };
static void *after_a_while(void *argument)
{
	usleep(50000);
	((struct errand *)argument)->act();
	return NULL;
}
static void meanwhile(void (*act)(void), long (*wait)(void), const char *what)
{
	pthread_t thread;
	struct errand errand = { act };
	socketpair(AF_UNIX, SOCK_STREAM, 0, shared);
	pthread_create(&thread, NULL, after_a_while, &errand);
	errno = 0;
	long result = wait();
	printf("%s: %ld %s\n", what, result, result < 0 ? errno_name(errno) : "");
	pthread_join(thread, NULL);
	close(shared[0]), close(shared[1]);
}
static char big[300000];
static long wait_reading(void) { return read(shared[0], big, 10); }
static long wait_writing(void)
{
	long total = 0, part;
	while ((part = send(shared[0], big, sizeof(big), MSG_NOSIGNAL)) > 0 && total < 1000000)
		total += part;
	return part < 0 ? part : 1;
}
static void act_write(void) { write(shared[1], "abc", 3); }
static void act_shut_peer(void) { shutdown(shared[1], SHUT_WR); }
static void act_shut(void) { shutdown(shared[0], SHUT_RD); }
static void act_close_peer(void) { close(shared[1]); }
static void act_drain(void)
{
	static char bytes[300000];
	for (int i = 0; i < 200 && read(shared[1], bytes, sizeof(bytes)) > 0; i++)
		;
}
static void act_shut_peer_reading(void) { shutdown(shared[1], SHUT_RD); }

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	timeouts();
	signals(0);
	signals(SA_RESTART);
	broken();
	meanwhile(act_write, wait_reading, "bytes come");
	meanwhile(act_shut_peer, wait_reading, "the peer shuts");
	meanwhile(act_shut, wait_reading, "a thread shuts");
	meanwhile(act_close_peer, wait_reading, "the peer closes");
	meanwhile(act_shut_peer_reading, wait_writing, "the peer shuts for reading");
	meanwhile(act_close_peer, wait_writing, "the peer closes");
	(void)act_drain;
	return 0;
}
