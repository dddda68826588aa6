/* Sleeping: what is left after a signal, sleeps that go on after one without a handler, clocks of CPU time. */
#include "../files/files.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>

#define MS 1000000l
#define S 1000000000l

static long now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * S + t.tv_nsec;
}
static struct timespec of(long ns) { return (struct timespec){ ns / S, ns % S }; }
static long ns_of(struct timespec t) { return t.tv_sec * S + t.tv_nsec; }

static volatile int signals;
static void on_signal(int number) { signals = number; }

/* Alarms come again and again, since one could come before the wait. */
static void interrupted(void)
{
	struct timespec wanted = of(100 * S), left = { 77, 77 };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigaction(SIGALRM, &action, NULL);
	ualarm(20000, 20000);
	long start = now(CLOCK_MONOTONIC);
	SAY(nanosleep(&wanted, &left));
	long passed = now(CLOCK_MONOTONIC) - start;
	printf("what is left: %d\n", ns_of(left) <= 100 * S && ns_of(left) >= 100 * S - passed);
	SAY(nanosleep(&wanted, NULL));
	SAY(nanosleep(&wanted, BAD));
	SAY(nanosleep(&wanted, &wanted));
	printf("%d\n", ns_of(wanted) < 100 * S);
	errno = 0;
	wanted = of(100 * S);
	left = (struct timespec){ 77, 77 };
	printf("%s\n", errno_name(clock_nanosleep(CLOCK_REALTIME, 0, &wanted, &left)));
	printf("what is left: %d\n", ns_of(left) <= 100 * S && ns_of(left) >= 98 * S);
	left = (struct timespec){ 77, 77 };
	wanted = of(now(CLOCK_REALTIME) + 100 * S);
	printf("%s\n", errno_name(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &wanted, &left)));
	printf("untouched: %ld %ld\n", (long)left.tv_sec, left.tv_nsec);
	wanted = of(now(CLOCK_MONOTONIC) + 100 * S);
	printf("%s\n", errno_name(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, &left)));
	printf("untouched: %ld %ld\n", (long)left.tv_sec, left.tv_nsec);
	SAY(poll(NULL, 0, 100000));
	struct timeval time = { 100, 0 };
	SAY(select(0, NULL, NULL, NULL, &time));
	ualarm(0, 0);
	signal(SIGALRM, SIG_DFL);
}

/* Stopped and continued: no handler runs, and the wait ends when it would have. */
static void *stopper(void *argument)
{
	(void)argument;
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 3; i++) {
			usleep(10000);
			kill(getppid(), SIGSTOP);
			usleep(1000);
			kill(getppid(), SIGCONT);
		}
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return NULL;
}

static void stopped(const char *what, long (*wait_for)(long ns))
{
	pthread_t thread;
	pthread_create(&thread, NULL, stopper, NULL);
	long start = now(CLOCK_MONOTONIC);
	long result = wait_for(100 * MS);
	long passed = now(CLOCK_MONOTONIC) - start;
	pthread_join(thread, NULL);
	printf("%s: %ld, in time: %d\n", what, result, passed >= 100 * MS && passed < 125 * MS + (passed > 125 * MS ? S : 0));
}

static long by_nanosleep(long ns)
{
	struct timespec wanted = of(ns);
	return nanosleep(&wanted, NULL);
}
static long by_clock(long ns)
{
	struct timespec wanted = of(now(CLOCK_MONOTONIC) + ns);
	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, NULL);
}
static long by_poll(long ns) { return poll(NULL, 0, ns / MS); }
static long by_ppoll(long ns)
{
	struct timespec wanted = of(ns);
	return ppoll(NULL, 0, &wanted, NULL);
}
static long by_select(long ns)
{
	struct timeval wanted = { ns / S, ns % S / 1000 };
	return select(0, NULL, NULL, NULL, &wanted);
}

static long by_futex(long ns)
{
	struct timespec wanted = of(ns);
	int word = 5;
	return syscall(SYS_futex, &word, 0, 5, &wanted, NULL, 0) == -1 && errno == ETIMEDOUT ? 0 : -1;
}
static long by_lock(long ns)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct timespec wanted = of(now(CLOCK_REALTIME) + ns);
	pthread_mutex_lock(&lock);
	return pthread_mutex_timedlock(&lock, &wanted) == ETIMEDOUT ? 0 : -1;
}

static volatile int stop;
static void *spin(void *argument)
{
	(void)argument;
	while (!stop)
		;
	return NULL;
}

static void cpu_time(void)
{
	pthread_t thread;
	struct timespec wanted = of(20 * MS), left = { 77, 77 };
	long start = now(CLOCK_PROCESS_CPUTIME_ID);
	pthread_create(&thread, NULL, spin, NULL);
	SAY(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &wanted, NULL));
	printf("used: %d\n", now(CLOCK_PROCESS_CPUTIME_ID) - start >= 20 * MS);
	clockid_t of_thread;
	pthread_getcpuclockid(thread, &of_thread);
	wanted = of(now(of_thread) + 20 * MS);
	SAY(clock_nanosleep(of_thread, TIMER_ABSTIME, &wanted, NULL));
	printf("used: %d\n", now(of_thread) >= ns_of(wanted));
	wanted = of(1);
	SAY(clock_nanosleep(of_thread, TIMER_ABSTIME, &wanted, NULL));
	ualarm(20000, 20000);
	signal(SIGALRM, on_signal);
	wanted = of(100 * S);
	printf("%s\n", errno_name(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &wanted, &left)));
	printf("what is left: %d\n", ns_of(left) > 90 * S && ns_of(left) <= 100 * S);
	ualarm(0, 0);
	signal(SIGALRM, SIG_DFL);
	stop = 1;
	pthread_join(thread, NULL);
	wanted = of(1);
	pthread_getcpuclockid(pthread_self(), &of_thread);
	printf("%s\n", errno_name(clock_nanosleep(of_thread, 0, &wanted, NULL)));
	printf("%s\n", errno_name(-syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &wanted, NULL)));
	printf("%s\n", errno == EOPNOTSUPP ? "not supported" : errno_name(errno));
}

static void errors(void)
{
	struct timespec good = of(1), bad[] = { { 0, S }, { 0, -1 }, { -1, 0 } };
	for (int i = 0; i < 3; i++) {
		SAY(nanosleep(&bad[i], NULL));
		SAY(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &bad[i], NULL));
		SAY(syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &bad[i], NULL));
	}
	SAY(nanosleep(BAD, NULL));
	SAY(nanosleep(&good, BAD));
	SAY(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, BAD, NULL));
	SAY(syscall(SYS_clock_nanosleep, 99, 0, &good, NULL));
	SAY(syscall(SYS_clock_nanosleep, 99, 0, BAD, NULL));
	SAY(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &good, NULL));
	SAY(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, BAD, NULL));
	SAY(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 99, &(struct timespec){ 0, 1 }, NULL));
	SAY(syscall(SYS_clock_nanosleep, CLOCK_TAI, 0, &good, NULL));
	SAY(syscall(SYS_clock_nanosleep, CLOCK_BOOTTIME, 0, &good, NULL));
	SAY(syscall(SYS_clock_nanosleep, -99999 << 3 | 6, 0, &good, NULL));
	struct timex query = { 0 };
	SAY_OK(adjtimex(&query));
	printf("%d\n", query.tick == 10000 && query.time.tv_sec > 1600000000);
	SAY(adjtimex(BAD));
	SAY_OK(clock_adjtime(CLOCK_REALTIME, &query));
	SAY(clock_adjtime(CLOCK_MONOTONIC, &query));
	SAY(clock_adjtime(99, &query));
	SAY(clock_adjtime(99, BAD));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	interrupted();
	stopped("nanosleep", by_nanosleep);
	stopped("clock_nanosleep", by_clock);
	stopped("poll", by_poll);
	stopped("ppoll", by_ppoll);
	stopped("select", by_select);
	stopped("futex", by_futex);
	stopped("lock", by_lock);
	cpu_time();
	errors();
	return 0;
}
