/* Cancellation of a blocked call, before it, and while it is disabled; detached threads that unmap their own stacks. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static int pipes[2];

static void *reader(void *unused)
{
	char c;
	ssize_t n = read(pipes[0], &c, 1);
	printf("read returned %zd\n", n);
	return 0;
}

static void *stubborn_reader(void *unused)
{
	int state;
	char c;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	ssize_t n = read(pipes[0], &c, 1);
	printf("disabled: read %zd %c\n", n, c);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
	pthread_testcancel();
	puts("not reached");
	return 0;
}

static void *brief(void *unused)
{
	return 0;
}

static const char *cancelled(pthread_t thread)
{
	void *result;
	pthread_join(thread, &result);
	return result == PTHREAD_CANCELED ? "cancelled" : "not cancelled";
}

int main(void)
{
	pthread_t thread;
	pthread_attr_t detached;
	int early = 0;

	pipe(pipes);
	pthread_create(&thread, 0, reader, 0);
	usleep(50000);
	pthread_cancel(thread);
	printf("blocked: %s\n", cancelled(thread));

	pthread_create(&thread, 0, stubborn_reader, 0);
	usleep(50000);
	pthread_cancel(thread);
	usleep(50000);
	write(pipes[1], "x", 1);
	printf("disabled: %s\n", cancelled(thread));

	for (int i = 0; i < 300; i++) {
		pthread_create(&thread, 0, reader, 0);
		if (i % 3)
			usleep(i);
		pthread_cancel(thread);
		early += cancelled(thread)[0] == 'c';
	}
	printf("at any moment: %d\n", early);

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 20; i++)
		pthread_create(&thread, &detached, brief, 0);
	usleep(100000);
	puts("detached: ok");
	return 0;
}
