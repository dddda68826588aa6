/* poll(2) and select(2). */
#include "files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <time.h>

static int ends[2];
static volatile int handled;
static void handler(int number) { handled = number; }

static void *write_later(void *argument)
{
	usleep(20000);
	write(ends[1], argument, strlen(argument));
	return NULL;
}

static pthread_t main_thread;
static void *signal_later(void *argument)
{
	(void)argument;
	usleep(20000);
	pthread_kill(main_thread, SIGUSR1);
	return NULL;
}

static long milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void)
{
	files_enter();
	pthread_t thread;
	char text[10];
	long start;
	put_file("f", "x");
	int file = open("f", O_RDONLY), path = open("f", O_PATH);
	pipe(ends);
	struct pollfd fds[40] = { { ends[0], POLLIN, 0 }, { ends[1], POLLOUT, 0 }, { file, POLLIN | POLLOUT | POLLPRI, 0 }, { -1, POLLIN, 99 }, { 999, POLLIN, 0 }, { path, POLLIN, 0 } };
	SAY(poll(fds, 6, -1));
	for (int i = 0; i < 6; i++)
		printf("%#x ", fds[i].revents);
	printf("\n");
	SAY(poll(fds, 1, 0));
	start = milliseconds();
	SAY(poll(fds, 1, 30));
	printf("waited: %d\n", milliseconds() - start >= 29);
	start = milliseconds();
	SAY(poll(NULL, 0, 20));
	printf("waited: %d\n", milliseconds() - start >= 19);
	pthread_create(&thread, NULL, write_later, "ab");
	SAY(poll(fds, 1, 10000));
	printf("%#x\n", fds[0].revents);
	pthread_join(thread, NULL);
	read(ends[0], text, 2);
	/* Many entries, the last one gets ready. */
	for (int i = 0; i < 40; i++)
		fds[i] = (struct pollfd){ ends[0], i == 39 ? POLLIN : 0, 0 };
	pthread_create(&thread, NULL, write_later, "c");
	SAY(poll(fds, 40, -1));
	printf("%#x %#x\n", fds[0].revents, fds[39].revents);
	pthread_join(thread, NULL);
	read(ends[0], text, 1);
	SAY(poll(BAD, 1, 0));
	SAY(poll(fds, 100000000, 0));

	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	sigaction(SIGUSR1, &action, NULL);
	main_thread = pthread_self();
	pthread_create(&thread, NULL, signal_later, NULL);
	SAY(poll(fds, 1, 5000));
	printf("handled %d\n", handled == SIGUSR1);
	pthread_join(thread, NULL);

	/* A signal that is blocked but for the wait. */
	sigset_t blocked, open_mask;
	sigemptyset(&open_mask);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	handled = 0;
	raise(SIGUSR1);
	printf("handled %d\n", handled);
	struct timespec timeout = { 5, 0 };
	SAY(ppoll(fds, 1, &timeout, &open_mask));
	printf("handled %d\n", handled == SIGUSR1);
	sigset_t now;
	sigprocmask(SIG_BLOCK, NULL, &now);
	printf("blocked again %d\n", sigismember(&now, SIGUSR1));
	handled = 0;
	raise(SIGUSR1);
	timeout.tv_sec = 0;
	SAY(ppoll(fds, 1, &timeout, NULL));
	printf("handled %d\n", handled);
	fd_set set;
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	timeout.tv_sec = 5;
	SAY(pselect(ends[0] + 1, &set, NULL, NULL, &timeout, &open_mask));
	printf("handled %d\n", handled == SIGUSR1);
	timeout.tv_nsec = 1000000000;
	SAY(ppoll(fds, 1, &timeout, NULL));
	timeout.tv_nsec = -1;
	SAY(ppoll(fds, 1, &timeout, NULL));
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);

	fd_set reads, writes, excepts;
	FD_ZERO(&reads);
	FD_ZERO(&writes);
	FD_ZERO(&excepts);
	FD_SET(ends[0], &reads);
	FD_SET(file, &reads);
	FD_SET(ends[1], &writes);
	FD_SET(ends[1], &excepts);
	SAY(select(20, &reads, &writes, &excepts, NULL));
	printf("%d %d %d %d\n", FD_ISSET(ends[0], &reads) != 0, FD_ISSET(file, &reads) != 0, FD_ISSET(ends[1], &writes) != 0, FD_ISSET(ends[1], &excepts) != 0);
	FD_ZERO(&reads);
	FD_SET(ends[0], &reads);
	struct timeval value = { 0, 20000 };
	start = milliseconds();
	SAY(select(20, &reads, NULL, NULL, &value));
	printf("waited %d, set %d, left %ld.%06ld\n", milliseconds() - start >= 19, FD_ISSET(ends[0], &reads) != 0, (long)value.tv_sec, (long)value.tv_usec);
	FD_SET(ends[0], &reads);
	pthread_create(&thread, NULL, write_later, "d");
	value = (struct timeval){ 10, 0 };
	SAY(select(ends[0] + 1, &reads, NULL, NULL, &value));
	printf("set %d, time left %d\n", FD_ISSET(ends[0], &reads) != 0, value.tv_sec == 9);
	pthread_join(thread, NULL);
	FD_ZERO(&reads);
	FD_SET(60, &reads); // within the 64 descriptors that every table has room for: Linux does not look beyond the table
	value = (struct timeval){ 0, 0 };
	SAY(select(61, &reads, NULL, NULL, &value));
	SAY(select(60, &reads, NULL, NULL, &value));
	SAY(select(-1, &reads, NULL, NULL, &value));
	value.tv_usec = -1;
	SAY(select(1, NULL, NULL, NULL, &value));
	value = (struct timeval){ 0, 10000 };
	SAY(select(0, NULL, NULL, NULL, &value));
	close(ends[1]);
	fds[0].events = POLLIN;
	SAY(poll(fds, 1, -1));
	printf("%#x\n", fds[0].revents);
	read(ends[0], text, 10);
	SAY(poll(fds, 1, -1));
	printf("%#x\n", fds[0].revents);
	FD_ZERO(&reads);
	FD_SET(ends[0], &reads);
	SAY(select(ends[0] + 1, &reads, NULL, NULL, NULL));
	files_leave();
	return 0;
}
