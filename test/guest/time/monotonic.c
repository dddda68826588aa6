/* Clocks never step back, in one thread, between threads, or while others run, sleep and are interrupted. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_MONOTONIC_COARSE, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
#define CLOCKS (sizeof(clocks) / sizeof(clocks[0]))

static long now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

static atomic_long newest;
static atomic_int back;

/* What one thread has read is not later than what another one reads afterwards. */
static void *compare(void *argument)
{
	(void)argument;
	for (int i = 0; i < 60000; i++) {
		long seen = atomic_load(&newest), time = now(CLOCK_MONOTONIC);
		back += time < seen;
		while (time > seen && !atomic_compare_exchange_weak(&newest, &seen, time))
			;
		if (i % 5000 == 0)
			usleep(100);
	}
	return NULL;
}

static void on_alarm(int number) { (void)number; }

int main(void)
{
	pthread_t threads[3];
	long last[CLOCKS] = { 0 };
	int steps = 0;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 700 }, { 0, 700 } }, NULL);
	for (int i = 0; i < 20000; i++) {
		for (unsigned clock = 0; clock < CLOCKS; clock++) {
			long time = now(clocks[clock]);
			steps += time < last[clock];
			last[clock] = time;
		}
		if (i % 1000 == 0)
			usleep(500);
	}
	printf("%d steps back\n", steps);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, compare, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d between threads\n", back);
	return 0;
}
