/* Who runs first on one CPU: strict priorities, FIFO without slices, round robin among equals, lent priority, wake-up order. */
#include <semaphore.h>
#include "threads.h"

static char trace[4000];
static int length;
static sem_t begin;
static pthread_mutex_t lock;

static void note(char c)
{
	int at = __atomic_fetch_add(&length, 1, __ATOMIC_SEQ_CST);
	if (at < (int)sizeof(trace) - 1)
		trace[at] = c;
}

static void show(const char *what)
{
	printf("%s: %s\n", what, trace);
	memset(trace, 0, sizeof(trace));
	length = 0;
}

static pthread_t start(void *(*run)(void *), void *argument, int policy, int priority)
{
	pthread_t thread;
	pthread_attr_t attributes;
	struct sched_param param = { .sched_priority = priority };
	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, policy);
	pthread_attr_setschedparam(&attributes, &param);
	int error = pthread_create(&thread, &attributes, run, argument);
	FAIL_IF(error);
	return thread;
}

static void join(pthread_t *threads, int count)
{
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void burn(long ms)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	long end = t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	while (t.tv_sec * 1000 + t.tv_nsec / 1000000 < end);
}

static void *named(void *name)
{
	sem_wait(&begin);
	for (int i = 0; i < 3; i++) {
		note(*(char *)name);
		burn(3);
	}
	return NULL;
}

/* Started lowest first, all are let go at once: the highest runs to its end first. */
static void strict(void)
{
	pthread_t threads[4] = { start(named, "a", SCHED_FIFO, 10), start(named, "b", SCHED_FIFO, 30), start(named, "c", SCHED_RR, 20), start(named, "d", SCHED_OTHER, 0) };
	usleep(20000);
	for (int i = 0; i < 4; i++)
		sem_post(&begin);
	join(threads, 4);
	show("strict");
}

static void *long_run(void *name)
{
	sem_wait(&begin);
	for (int i = 0; i < 5; i++) {
		note(*(char *)name);
		burn(50);
	}
	return NULL;
}

static void equals(const char *what, int policy, void *(*run)(void *))
{
	pthread_t threads[2] = { start(run, "a", policy, 10), start(run, "b", policy, 10) };
	usleep(20000);
	sem_post(&begin);
	sem_post(&begin);
	join(threads, 2);
	/* which of two equals a slice ends for depends on the clock's grain; that both ran before either ended does not */
	if (policy == SCHED_RR)
		printf("%s: %s\n", what, strcmp(trace, "aaaaabbbbb") && strcmp(trace, "bbbbbaaaaa") ? "mixed" : trace);
	else
		printf("%s: %s\n", what, trace);
	memset(trace, 0, sizeof(trace));
	length = 0;
}

static void *yielding(void *name)
{
	sem_wait(&begin);
	for (int i = 0; i < 5; i++) {
		note(*(char *)name);
		sched_yield();
	}
	return NULL;
}

static uint32_t word;

static void *wait_at_word(void *name)
{
	futex(&word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	note(*(char *)name);
	return NULL;
}

/* Waiters are woken by priority, equals in the order they came. */
static void wakeups(void)
{
	pthread_t threads[5];
	static const int priorities[] = { 10, 30, 20, 30, 0 };
	for (int i = 0; i < 5; i++) {
		threads[i] = start(wait_at_word, "abcde" + i, priorities[i] ? SCHED_FIFO : SCHED_OTHER, priorities[i]);
		await_waiters(&word, FUTEX_PRIVATE_FLAG, i + 1);
	}
	for (int i = 0; i < 5; i++) {
		futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
		while (__atomic_load_n(&length, __ATOMIC_SEQ_CST) != i + 1)
			usleep(1000);
	}
	join(threads, 5);
	show("woken");
}

static void *hold(void *unused)
{
	pthread_mutex_lock(&lock);
	sem_post(&begin);
	burn(30);
	note('h');
	pthread_mutex_unlock(&lock);
	burn(5);
	note('e');
	return unused;
}

static void *need(void *unused)
{
	pthread_mutex_lock(&lock);
	note('n');
	pthread_mutex_unlock(&lock);
	return unused;
}

static void *disturb(void *unused)
{
	note('m');
	burn(30);
	note('M');
	return unused;
}

/* Priority inversion: with inheritance the holder of the lock is not kept from it by the one in the middle. */
static void inversion(int protocol, const char *what)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	FAIL_IF(pthread_mutexattr_setprotocol(&attributes, protocol));
	FAIL_IF(pthread_mutex_init(&lock, &attributes));
	pthread_t threads[3];
	threads[0] = start(hold, NULL, SCHED_FIFO, 10);
	sem_wait(&begin); /* we have priority 50: the holder got the lock while we waited */
	threads[1] = start(need, NULL, SCHED_FIFO, 30);
	usleep(5000);
	threads[2] = start(disturb, NULL, SCHED_FIFO, 20);
	join(threads, 3);
	show(what);
	pthread_mutex_destroy(&lock);
}

static pthread_mutex_t outer;

static void *hold_both(void *unused)
{
	pthread_mutex_lock(&outer);
	sem_post(&begin);
	pthread_mutex_lock(&lock);
	note('b');
	pthread_mutex_unlock(&lock);
	pthread_mutex_unlock(&outer);
	note('B');
	return unused;
}

static void *need_outer(void *unused)
{
	pthread_mutex_lock(&outer);
	note('n');
	pthread_mutex_unlock(&outer);
	return unused;
}

/* n (40) waits for what b (15) holds, who waits for what h (10) holds: h runs with 40, past m (20). */
static void chain(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&lock, &attributes);
	pthread_mutex_init(&outer, &attributes);
	pthread_t threads[4];
	threads[0] = start(hold, NULL, SCHED_FIFO, 10);
	sem_wait(&begin);
	threads[1] = start(hold_both, NULL, SCHED_FIFO, 15);
	sem_wait(&begin);
	threads[2] = start(need_outer, NULL, SCHED_FIFO, 40);
	usleep(5000);
	threads[3] = start(disturb, NULL, SCHED_FIFO, 20);
	join(threads, 4);
	show("chain");
}

/* The priority of one who waits is changed from outside: its lender is lent that. */
static void changed(void)
{
	pthread_mutexattr_t attributes;
	struct sched_param param = { .sched_priority = 40 };
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&lock, &attributes);
	pthread_t threads[3];
	threads[0] = start(hold, NULL, SCHED_FIFO, 10);
	sem_wait(&begin);
	threads[1] = start(need, NULL, SCHED_FIFO, 12);
	usleep(5000);
	pthread_setschedparam(threads[1], SCHED_FIFO, &param);
	threads[2] = start(disturb, NULL, SCHED_FIFO, 20);
	join(threads, 3);
	show("changed");
}

int main(void)
{
	cpu_set_t one;
	struct sched_param param = { .sched_priority = 50 };
	setvbuf(stdout, NULL, _IONBF, 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) || syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param)) {
		printf("no real-time policies here\n");
		return 0;
	}
	sem_init(&begin, 0, 0);
	strict();
	equals("fifo", SCHED_FIFO, long_run);
	equals("round robin", SCHED_RR, long_run);
	equals("yield", SCHED_FIFO, yielding);
	wakeups();
	inversion(PTHREAD_PRIO_NONE, "inversion");
	inversion(PTHREAD_PRIO_INHERIT, "inheritance");
	chain();
	changed();
	return 0;
}
