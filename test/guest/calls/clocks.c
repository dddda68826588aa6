/* Clocks, sleeping, alarms and interval timers. */
#include "calls.h"
#include <signal.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

static volatile int rung;
static void ring(int number) { rung = number; }

static long long now(int clock)
{
	struct timespec time;
	return RAW(clock_gettime, clock, &time) ? -1 : time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void reading(void)
{
	struct timespec time = { 0 };
	struct timeval day;
	struct timezone zone;
	for (int clock = 0; clock <= 7; clock++) {
		char what[40];
		snprintf(what, sizeof(what), "clock %d", clock);
		CALL(clock_gettime, what, clock, &time);
		long long first = now(clock);
		EFFECT(clock_gettime, "does not step back", now(clock) >= first && first >= 0);
		CALL(clock_getres, what, clock, &time);
	}
	CALL(clock_gettime, "CLOCK_BOOTTIME_ALARM's neighbour", 10, &time);
	CALL(clock_gettime, "CLOCK_TAI", 11, &time);
	CALL(clock_gettime, "no such clock", 99, &time);
	CALL(clock_gettime, "a clock of no process", (clockid_t)(~999999u << 3 | 2), &time);
	CALL(clock_gettime, "this process's", (clockid_t)(~(unsigned)getpid() << 3 | 2), &time);
	CALL(clock_gettime, "a wild pointer", CLOCK_MONOTONIC, BAD);
	CALL(clock_getres, "no such clock", 99, &time);
	CALL(clock_getres, "no pointer", CLOCK_MONOTONIC, NULL);
	CALL(clock_getres, "a wild pointer", CLOCK_MONOTONIC, BAD);
	CALL(gettimeofday, "now", &day, &zone);
	EFFECT(gettimeofday, "as CLOCK_REALTIME", now(CLOCK_REALTIME) / 1000000000 - day.tv_sec <= 1);
	CALL(gettimeofday, "nothing", NULL, NULL);
	CALL(gettimeofday, "a wild pointer", BAD, NULL);
	CALL(gettimeofday, "a wild zone", &day, BAD);
	long seconds = 0;
	long told = CALL_OK(time, "now", &seconds);
	EFFECT(time, "twice", told == seconds && now(CLOCK_REALTIME) / 1000000000 - told <= 1);
	CALL(time, "a wild pointer", BAD);
}

static void setting_as_user(void)
{
	struct timespec time = { 1000000000, 0 };
	struct timeval day = { 1000000000, 0 };
	RAW(setuid, 1000);
	CALL(clock_settime, "without privilege", CLOCK_REALTIME, &time);
	CALL(settimeofday, "without privilege", &day, NULL);
}

/* The time itself stays as it is: the host is in use. */
static void setting(void)
{
	struct timespec time = { 1000000000, 0 }, bad = { 1000000000, 1000000000 }, negative = { -1, 0 };
	struct timeval day = { 1000000000, 1000000 }, before = { -1, 0 };
	CALL(clock_settime, "CLOCK_MONOTONIC", CLOCK_MONOTONIC, &time);
	CALL(clock_settime, "no such clock", 99, &time);
	CALL(clock_settime, "a billion nanoseconds", CLOCK_REALTIME, &bad);
	CALL(clock_settime, "before 1970", CLOCK_REALTIME, &negative);
	CALL(clock_settime, "a wild pointer", CLOCK_REALTIME, BAD);
	CALL(clock_settime, "a processor's clock", CLOCK_PROCESS_CPUTIME_ID, &time);
	CALL(settimeofday, "a million microseconds", &day, NULL);
	CALL(settimeofday, "before 1970", &before, NULL);
	CALL(settimeofday, "a wild pointer", BAD, NULL);
	CALL(settimeofday, "a wild zone", NULL, BAD);
	CALL(settimeofday, "nothing", NULL, NULL);
	calls_apart(setting_as_user);
}

static void adjusting_as_user(void)
{
	struct timex change = { .modes = ADJ_FREQUENCY };
	RAW(setuid, 1000);
	CALL(adjtimex, "changed, without privilege", &change);
	CALL(clock_adjtime, "changed, without privilege", CLOCK_REALTIME, &change);
}

static void adjusting(void)
{
	struct timex look = { 0 };
	CALL_OK(adjtimex, "a look", &look);
	EFFECT(adjtimex, "tells the time", now(CLOCK_REALTIME) / 1000000000 - look.time.tv_sec <= 1);
	CALL(adjtimex, "a wild pointer", BAD);
	CALL_OK(clock_adjtime, "a look", CLOCK_REALTIME, &look);
	CALL(clock_adjtime, "no such clock", 99, &look);
	CALL(clock_adjtime, "CLOCK_MONOTONIC", CLOCK_MONOTONIC, &look);
	CALL(clock_adjtime, "a wild pointer", CLOCK_REALTIME, BAD);
	calls_apart(adjusting_as_user);
}

static void sleeping(void)
{
	struct timespec little = { 0, 2000000 }, bad = { 0, 1000000000 }, negative = { -1, 0 }, left = { 0, 0 }, past = { 1, 0 }, long_one = { 100, 0 };
	long long start = now(CLOCK_MONOTONIC);
	CALL(nanosleep, "2 ms", &little, NULL);
	EFFECT(nanosleep, "have passed", now(CLOCK_MONOTONIC) - start >= 2000000);
	CALL(nanosleep, "a billion nanoseconds", &bad, NULL);
	CALL(nanosleep, "seconds below zero", &negative, NULL);
	CALL(nanosleep, "a wild pointer", BAD, NULL);
	struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
	RAW(setitimer, ITIMER_REAL, &soon, NULL);
	CALL(nanosleep, "interrupted", &long_one, &left);
	EFFECT(nanosleep, "most of it is left", left.tv_sec >= 98 && left.tv_sec < 100);
	RAW(setitimer, ITIMER_REAL, &soon, NULL);
	CALL(nanosleep, "interrupted, to a wild pointer", &long_one, BAD);
	start = now(CLOCK_MONOTONIC);
	CALL(clock_nanosleep, "2 ms", CLOCK_MONOTONIC, 0, &little, NULL);
	EFFECT(clock_nanosleep, "have passed", now(CLOCK_MONOTONIC) - start >= 2000000);
	CALL(clock_nanosleep, "until what has passed", CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL);
	CALL(clock_nanosleep, "no such clock", 99, 0, &little, NULL);
	CALL(clock_nanosleep, "the thread's processor time", CLOCK_THREAD_CPUTIME_ID, 0, &little, NULL);
	CALL(clock_nanosleep, "a billion nanoseconds", CLOCK_MONOTONIC, 0, &bad, NULL);
	CALL(clock_nanosleep, "a wild pointer", CLOCK_MONOTONIC, 0, BAD, NULL);
	RAW(setitimer, ITIMER_REAL, &soon, NULL);
	CALL(clock_nanosleep, "interrupted", CLOCK_MONOTONIC, 0, &long_one, &left);
}

static void alarms(void)
{
	struct itimerval set = { { 3, 0 }, { 100, 0 } }, got, bad = { { 0, 0 }, { 0, 1000000 } }, negative = { { 0, 0 }, { -1, 0 } }, none = { 0 };
	CALL(alarm, "in 100 s", 100);
	CALL(alarm, "off, what was left", 0);
	CALL(alarm, "again", 0);
	CALL(setitimer, "in 100 s, then each 3", ITIMER_REAL, &set, NULL);
	CALL(getitimer, "what is left", ITIMER_REAL, &got);
	EFFECT(getitimer, "is most of it", got.it_value.tv_sec >= 98 && got.it_value.tv_sec <= 100 && got.it_interval.tv_sec == 3);
	CALL(setitimer, "off", ITIMER_REAL, &none, &got);
	EFFECT(setitimer, "the old one", got.it_value.tv_sec >= 98 && got.it_interval.tv_sec == 3);
	CALL(setitimer, "a million microseconds", ITIMER_REAL, &bad, NULL);
	CALL(setitimer, "seconds below zero", ITIMER_REAL, &negative, NULL);
	CALL(setitimer, "no such timer", 3, &set, NULL);
	CALL(setitimer, "a wild pointer", ITIMER_REAL, BAD, NULL);
	CALL(setitimer, "off, the old one to a wild pointer", ITIMER_REAL, &none, BAD);
	CALL(getitimer, "no such timer", 3, &got);
	CALL(getitimer, "a wild pointer", ITIMER_REAL, BAD);
	struct itimerval soon = { { 0, 0 }, { 0, 1000 } };
	sigset_t alarm_only, old;
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_only, &old);
	rung = 0;
	RAW(setitimer, ITIMER_REAL, &soon, NULL);
	sigsuspend(&old);
	EFFECT(setitimer, "rings", rung == SIGALRM);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int main(void)
{
	files_enter();
	signal(SIGALRM, ring);
	reading();
	setting();
	adjusting();
	sleeping();
	alarms();
	files_leave();
	return 0;
}
