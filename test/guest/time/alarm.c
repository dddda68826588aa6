/* The interval timer, alarm, and sleeps that a signal ends. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ticks;
static void on_alarm(int number) { ticks += number == SIGALRM; }

static void result(const char *what, long value) { printf("%s: %ld, errno %d\n", what, value, value < 0 ? errno : 0); }

static long long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

int main(void)
{
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);

	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } }, old;
	result("set", setitimer(ITIMER_REAL, &timer, NULL));
	while (ticks < 3)
		pause();
	printf("three ticks\n");
	timer = (struct itimerval){ { 0, 0 }, { 0, 0 } };
	result("stop", setitimer(ITIMER_REAL, &timer, &old));
	printf("interval was %ld us\n", (long)old.it_interval.tv_usec);
	getitimer(ITIMER_REAL, &old);
	printf("stopped: %ld %ld\n", (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);

	printf("alarm before: %u\n", alarm(100));
	printf("alarm again: %u\n", alarm(0));
	printf("and none: %u\n", alarm(0));

	ticks = 0;
	timer = (struct itimerval){ { 0, 0 }, { 0, 50000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
	struct timespec wanted = { 5, 0 }, left = { 99, 99 };
	long long start = now();
	int slept = nanosleep(&wanted, &left);
	printf("interrupted: %d %d, ticks %d\n", slept, errno == EINTR, ticks);
	printf("about five seconds are left: %d\n", left.tv_sec == 4 && left.tv_nsec > 0);
	printf("it was quick: %d\n", now() - start < 4000000000ll);

	timer = (struct itimerval){ { 0, 0 }, { 0, 30000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
	clock_gettime(CLOCK_MONOTONIC, &wanted);
	wanted.tv_sec += 5;
	printf("absolute, interrupted: %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, NULL) == EINTR);

	timer = (struct itimerval){ { 0, 0 }, { 0, 2000000 } };
	result("too many microseconds", setitimer(ITIMER_REAL, &timer, NULL));
	result("no such timer", setitimer(9, &timer, NULL));
	fflush(stdout);

	signal(SIGALRM, SIG_DFL);
	alarm(1);
	pause();
	printf("not reached\n");
	return 0;
}
