/* A thread that waits in read() is cancelled; one that has cancellation disabled is not. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include <errno.h>

static int ends[2];
static volatile int cleaned;

static void cleanup(void *argument) { (void)argument; cleaned++; }

static void *reader(void *argument)
{
	char byte;
	pthread_cleanup_push(cleanup, argument);
	read(ends[0], &byte, 1);
	puts("read returned");
	pthread_cleanup_pop(0);
	return "ended";
}

static void *stubborn(void *argument)
{
	char byte = 0;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	long n = read(ends[0], &byte, 1);
	printf("stubborn read %ld: %c\n", n, byte);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	pthread_testcancel();
	puts("not reached");
	return argument;
}

int main(void)
{
	pthread_t thread;
	void *result;
	pipe(ends);
	for (int i = 0; i < 20; i++) {
		pthread_create(&thread, NULL, reader, NULL);
		if (i % 2)
			usleep(2000);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		if (result != PTHREAD_CANCELED)
			printf("round %d: not cancelled\n", i);
	}
	printf("cleaned up %d times\n", cleaned);
	pthread_create(&thread, NULL, stubborn, NULL);
	usleep(2000);
	pthread_cancel(thread);
	usleep(2000);
	write(ends[1], "x", 1);
	pthread_join(thread, &result);
	printf("stubborn: %s\n", result == PTHREAD_CANCELED ? "cancelled afterwards" : "?");
	return 0;
}
