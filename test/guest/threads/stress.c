/*
 * Locks of all kinds under threads and processes that come, change their priorities, give up waiting and are killed: mutual exclusion holds, everybody comes
 * back, and no memory is lost.
 */
#include <sys/sysinfo.h>
#include "threads.h"

#define THREADS 6
#define LOCKS 3

struct shared {
	pthread_mutex_t locks[LOCKS];
	int inside[LOCKS];
	int errors, deaths;
};

static struct shared *shared;
static long real_time;

static unsigned next(unsigned *seed) { return (*seed = *seed * 1103515245u + 12345u) >> 16; }

static void set_priority(unsigned priority)
{
	struct sched_param param = { .sched_priority = (int)priority };
	if (real_time)
		syscall(SYS_sched_setscheduler, 0, priority ? SCHED_RR : SCHED_OTHER, &param);
}

/* 0, or the error that says nobody got it. */
static int take(int which, unsigned *seed)
{
	pthread_mutex_t *lock = &shared->locks[which];
	struct timespec limit;
	int error;
	switch (next(seed) % 3) {
	case 0: error = pthread_mutex_trylock(lock); break;
	case 1:
		clock_gettime(CLOCK_REALTIME, &limit);
		limit.tv_nsec += 2000000;
		limit.tv_sec += limit.tv_nsec / 1000000000;
		limit.tv_nsec %= 1000000000;
		error = pthread_mutex_timedlock(lock, &limit);
		break;
	default: error = pthread_mutex_lock(lock);
	}
	if (error == EOWNERDEAD) {
		__atomic_fetch_add(&shared->deaths, 1, __ATOMIC_SEQ_CST);
		shared->inside[which] = 0;
		error = pthread_mutex_consistent(lock);
	}
	return error;
}

static void use(int which, unsigned *seed)
{
	int error = take(which, seed);
	if (error) {
		if (error != EBUSY && error != ETIMEDOUT)
			__atomic_fetch_add(&shared->errors, 1, __ATOMIC_SEQ_CST);
		return;
	}
	if (__atomic_fetch_add(&shared->inside[which], 1, __ATOMIC_SEQ_CST))
		__atomic_fetch_add(&shared->errors, 1, __ATOMIC_SEQ_CST);
	if (next(seed) % 4 == 0)
		sched_yield();
	if (which + 1 < LOCKS && next(seed) % 3 == 0)
		use(which + 1, seed);
	__atomic_fetch_sub(&shared->inside[which], 1, __ATOMIC_SEQ_CST);
	if (pthread_mutex_unlock(&shared->locks[which]))
		__atomic_fetch_add(&shared->errors, 1, __ATOMIC_SEQ_CST);
}

/* musl tells the kernel of a thread's list of locks when it first takes a free one: until then it could leave one behind that it was handed over. */
static void make_robust(void)
{
	pthread_mutex_t mine;
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mine, &attributes);
	FAIL_IF(pthread_mutex_lock(&mine) || pthread_mutex_unlock(&mine));
}

static void *run(void *number)
{
	unsigned seed = (unsigned)(long)number * 7919u + 1u;
	make_robust();
	for (int i = 0; i < 150; i++) {
		if (next(&seed) % 8 == 0)
			set_priority(next(&seed) % 4 * 10);
		use((int)(next(&seed) % LOCKS), &seed);
	}
	set_priority(0);
	return NULL;
}

static void threads(long from)
{
	pthread_t all[THREADS];
	for (long i = 0; i < THREADS; i++)
		FAIL_IF(pthread_create(&all[i], NULL, run, (void *)(from + i)));
	for (int i = 0; i < THREADS; i++)
		pthread_join(all[i], NULL);
}

/* A process that is killed in the middle of it. */
static void victim(long from)
{
	pid_t child = fork();
	if (!child) {
		threads(from);
		pause();
	}
	usleep(3000);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void prepare(int protocol)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	FAIL_IF(pthread_mutexattr_setprotocol(&attributes, protocol));
	memset(shared, 0, sizeof(*shared));
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&shared->locks[i], &attributes);
}

static unsigned long free_memory(void)
{
	struct sysinfo info;
	sysinfo(&info);
	return info.freeram;
}

int main(void)
{
	struct sched_param param = { 0 };
	setvbuf(stdout, NULL, _IONBF, 0);
	shared = shared_page();
	real_time = syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param) == 0;
	for (int kind = 0; kind < 2; kind++) {
		unsigned long before = 0, after = 0;
		prepare(kind ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
		for (int round = 0; round < 12; round++) {
			if (round == 3)
				before = free_memory();
			for (int i = 0; i < 3; i++)
				victim(round * 100 + i * 10);
			threads(round * 1000);
		}
		after = free_memory();
		int whole = 0;
		for (int i = 0; i < LOCKS; i++) {
			int error = pthread_mutex_lock(&shared->locks[i]);
			if (error == EOWNERDEAD)
				error = pthread_mutex_consistent(&shared->locks[i]);
			whole += !error && !pthread_mutex_unlock(&shared->locks[i]);
		}
		/* the host's free memory is other programs' business as well */
		printf("%s: %d errors, %d locks whole, memory %s\n", kind ? "inherit" : "plain", shared->errors, whole,
		       before < after + (200 << 20) ? "back" : "lost");
		fprintf(stderr, "deaths %d, memory %ld\n", shared->deaths, (long)(before - after));
	}
	return 0;
}
