/* Timeouts: relative and absolute, by both clocks; a wait by wall time follows the clock when it is set; signals. */
#include <sys/utsname.h>
#include "threads.h"

static uint32_t word;
static volatile sig_atomic_t handled;

static struct timespec in(clockid_t clock, long ms)
{
	struct timespec t;
	clock_gettime(clock, &t);
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static long elapsed(const struct timespec *from)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - from->tv_sec) * 1000 + (now.tv_nsec - from->tv_nsec) / 1000000;
}

static void timed(const char *what, int op, struct timespec t)
{
	struct timespec start = in(CLOCK_MONOTONIC, 0);
	long result = futex_e(&word, op, 0, &t, NULL, ~0u);
	printf("%s: %ld, %s\n", what, result, elapsed(&start) >= 19 ? "waited" : "did not wait");
}

/* The clock of the machine belongs to others too when this is the host: only a guest sets it. */
static int may_set_clock(void)
{
	struct utsname names;
	uname(&names);
	return strstr(names.release, "-rr") != NULL;
}

static void *wait_an_hour(void *argument)
{
	struct timespec t = in(CLOCK_REALTIME, may_set_clock() ? 3600 * 1000 : 20);
	return (void *)futex_e(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &t, argument, ~0u);
}

static void *lock_within_an_hour(void *at)
{
	struct timespec t = in(CLOCK_REALTIME, may_set_clock() ? 3600 * 1000 : 20);
	return (void *)futex_e(at, FUTEX_LOCK_PI, 0, &t, NULL, 0);
}

static void clock_set(void)
{
	pthread_t a, b;
	void *result, *locked;
	static uint32_t lock;
	lock = gettid_();
	pthread_create(&a, NULL, wait_an_hour, NULL);
	pthread_create(&b, NULL, lock_within_an_hour, &lock);
	if (may_set_clock()) {
		usleep(20000);
		struct timespec t = in(CLOCK_REALTIME, 2 * 3600 * 1000);
		clock_settime(CLOCK_REALTIME, &t);
	}
	pthread_join(a, &result);
	pthread_join(b, &locked);
	printf("wall time came: %ld %ld\n", (long)result, (long)locked);
}

static void handler(int signal) { handled += signal != 0; }

static void *interrupted(void *timeout) { return (void *)futex_e(&word, FUTEX_WAIT, 0, timeout, NULL, 0); }

/* Whether a wait goes on behind a handler: with SA_RESTART it does unless it has a timeout. */
static void signals(int flags, int with_timeout)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	struct timespec long_time = { 1000, 0 };
	pthread_t thread;
	void *result;
	sigaction(SIGUSR1, &action, NULL);
	handled = 0;
	pthread_create(&thread, NULL, interrupted, with_timeout ? &long_time : NULL);
	await_waiters(&word, 0, 1);
	pthread_kill(thread, SIGUSR1);
	while (!handled)
		usleep(100);
	if (flags & SA_RESTART && !with_timeout) {
		await_waiters(&word, 0, 1);
		futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	pthread_join(thread, &result);
	printf("signal, %s, %s: %ld\n", flags ? "restart" : "no restart", with_timeout ? "timeout" : "no timeout", (long)result);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	timed("relative", FUTEX_WAIT | FUTEX_PRIVATE_FLAG, (struct timespec){ 0, 20000000 });
	timed("absolute", FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, in(CLOCK_MONOTONIC, 20));
	timed("absolute, wall", FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, in(CLOCK_REALTIME, 20));
	timed("past", FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, (struct timespec){ 0, 5 });
	timed("now", FUTEX_WAIT | FUTEX_PRIVATE_FLAG, (struct timespec){ 0, 0 });
	clock_set();
	for (int i = 0; i < 4; i++)
		signals(i & 1 ? SA_RESTART : 0, i & 2);
	return 0;
}
