/* Clocks run forward and agree with each other; sleeping lasts as long as asked; wrong arguments are refused. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock)
{
	struct timespec time;
	if (clock_gettime(clock, &time))
		return -errno;
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void check(const char *what, int holds) { printf("%s: %s\n", what, holds ? "ok" : "WRONG"); }

static void forward(void)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
	for (unsigned i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		long long before = now(clocks[i]), after = before;
		int steps_back = 0;
		for (int k = 0; k < 2000; k++) {
			long long next = now(clocks[i]);
			steps_back += next < after;
			after = next;
		}
		printf("clock %d: %s, %d steps back\n", clocks[i], after > before ? "runs" : "stands", steps_back);
	}
}

static void agree(void)
{
	struct timeval day;
	gettimeofday(&day, NULL);
	long long wall = now(CLOCK_REALTIME), of_day = day.tv_sec * 1000000000ll + day.tv_usec * 1000ll;
	check("gettimeofday is the real-time clock", wall - of_day >= 0 && wall - of_day < 1000000000);
	check("time is the real-time clock", time(NULL) - wall / 1000000000 <= 1);
	check("we live after 2024", wall / 1000000000 > 1704067200);
	struct tms tms;
	clock_t ticks = times(&tms);
	check("times tells ticks", ticks != (clock_t)-1 && sysconf(_SC_CLK_TCK) == 100);
}

static void cpu_time(void)
{
	long long cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
	usleep(60000);
	long long slept_cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu, slept = now(CLOCK_MONOTONIC) - wall;
	check("sleeping takes time", slept >= 60000000);
	check("but not the CPU's", slept_cpu < slept / 2);
	while (now(CLOCK_THREAD_CPUTIME_ID) < cpu + 20000000)
		;
	check("computing does", now(CLOCK_PROCESS_CPUTIME_ID) - cpu >= 15000000);
	clockid_t clock;
	check("a thread's clock has a number", pthread_getcpuclockid(pthread_self(), &clock) == 0 && now(clock) > 0);
	check("a process's clock has one", clock_getcpuclockid(0, &clock) == 0 && now(clock) > 0);
}

static void absolute(void)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	long long start = now(CLOCK_MONOTONIC);
	until.tv_nsec += 30000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	check("absolute sleep", error == 0 && now(CLOCK_MONOTONIC) - start >= 29000000);
	until.tv_sec = 0;
	error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	check("one that is over", error == 0);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += until.tv_nsec < 900000000 ? 20000000 : 0;
	check("by the wall clock", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) == 0);
}

static void result(const char *what, long value) { printf("%s: %ld, errno %d\n", what, value, value < 0 ? errno : 0); }

static void refused(void)
{
	struct timespec time = { 0, 1000000000 };
	result("nanosleep of a billion ns", nanosleep(&time, NULL));
	time = (struct timespec){ -1, 0 };
	result("of -1 s", nanosleep(&time, NULL));
	time = (struct timespec){ 0, 0 };
	result("of nothing", nanosleep(&time, NULL));
	result("clock 77", clock_gettime(77, &time));
	result("sleep on clock 77", clock_nanosleep(77, 0, &time, NULL));
	result("resolution", clock_getres(CLOCK_MONOTONIC, &time));
	result("set the monotonic clock", clock_settime(CLOCK_MONOTONIC, &time));
}

int main(void)
{
	forward();
	agree();
	cpu_time();
	absolute();
	refused();
	return 0;
}
