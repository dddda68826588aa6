/* A pool of threads that work off a bounded queue; see README.md. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct task {
	uint64_t (*run)(uint64_t argument);
	uint64_t argument;
	uint64_t *result;
};

/* All of it is guarded by `lock`. */
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t not_empty, not_full, idle;
	struct task *ring;
	unsigned size, used, head, busy;
	bool closed;
	pthread_t *workers;
	unsigned worker_count;
};

static void must(int error, const char *what)
{
	if (error) {
		fprintf(stderr, "thread-pool: %s: error %d\n", what, error);
		exit(2);
	}
}

static bool take(struct pool *pool, struct task *task)
{
	pthread_mutex_lock(&pool->lock);
	while (!pool->used && !pool->closed)
		pthread_cond_wait(&pool->not_empty, &pool->lock);
	bool got = pool->used > 0;
	if (got) {
		*task = pool->ring[pool->head];
		pool->head = (pool->head + 1) % pool->size;
		pool->used--;
		pool->busy++;
		pthread_cond_signal(&pool->not_full);
	}
	pthread_mutex_unlock(&pool->lock);
	return got;
}

static void done(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	if (--pool->busy == 0 && !pool->used)
		pthread_cond_broadcast(&pool->idle);
	pthread_mutex_unlock(&pool->lock);
}

static void submit(struct pool *pool, struct task task)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->used == pool->size)
		pthread_cond_wait(&pool->not_full, &pool->lock);
	pool->ring[(pool->head + pool->used++) % pool->size] = task;
	pthread_cond_signal(&pool->not_empty);
	pthread_mutex_unlock(&pool->lock);
}

static void wait_until_idle(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->used || pool->busy)
		pthread_cond_wait(&pool->idle, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument)
{
	struct pool *pool = argument;
	struct task task;
	while (take(pool, &task)) {
		*task.result = task.run(task.argument);
		done(pool);
	}
	return NULL;
}

/* Each worker with another real-time priority, where that is allowed; libc's own function for it is not everywhere there. */
static void raise_priority(unsigned worker)
{
	struct sched_param param = { .sched_priority = 1 + (int)worker % 50 };
	syscall(SYS_sched_setscheduler, 0, SCHED_RR, &param);
}

static unsigned started;

static void *work_in_real_time(void *argument)
{
	raise_priority(__atomic_fetch_add(&started, 1, __ATOMIC_SEQ_CST));
	return work(argument);
}

static void open_pool(struct pool *pool, unsigned workers, unsigned size, bool inherit)
{
	pthread_mutexattr_t attributes;
	*pool = (struct pool){ .size = size, .worker_count = workers };
	pthread_mutexattr_init(&attributes);
	if (inherit)
		must(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT), "priority inheritance");
	must(pthread_mutex_init(&pool->lock, &attributes), "mutex");
	pthread_cond_init(&pool->not_empty, NULL);
	pthread_cond_init(&pool->not_full, NULL);
	pthread_cond_init(&pool->idle, NULL);
	pool->ring = calloc(size, sizeof(*pool->ring));
	pool->workers = calloc(workers, sizeof(*pool->workers));
	must(!pool->ring || !pool->workers, "memory");
	for (unsigned i = 0; i < workers; i++)
		must(pthread_create(&pool->workers[i], NULL, inherit ? work_in_real_time : work, pool), "thread");
}

static void close_pool(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->closed = true;
	pthread_cond_broadcast(&pool->not_empty);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->worker_count; i++)
		must(pthread_join(pool->workers[i], NULL), "join");
	free(pool->workers);
	free(pool->ring);
}

/* What there is to compute: steps of the Collatz sequence, then their sum of divisors. */
static uint64_t collatz(uint64_t n)
{
	uint64_t steps = 0;
	for (n++; n != 1; steps++)
		n = n % 2 ? 3 * n + 1 : n / 2;
	return steps;
}

static uint64_t divisors(uint64_t n)
{
	uint64_t sum = 0;
	for (uint64_t i = 1; i <= n; i++)
		sum += n % i ? 0 : i;
	return sum;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned wrong_results(const uint64_t *first, const uint64_t *second, unsigned count)
{
	unsigned wrong = 0;
	for (unsigned i = 0; i < count; i++)
		wrong += first[i] != collatz(i) || second[i] != divisors(collatz(i));
	return wrong;
}

static unsigned number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*end || !value || value > 10000000) {
		fprintf(stderr, "thread-pool: \"%s\" is no number from 1 to 10000000\n", text);
		exit(2);
	}
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	unsigned workers = 4, count = 20000, size = 64;
	bool inherit = false, timed = false;
	for (int option; (option = getopt(argc, argv, "w:n:q:pt")) != -1;)
		switch (option) {
		case 'w': workers = number(optarg); break;
		case 'n': count = number(optarg); break;
		case 'q': size = number(optarg); break;
		case 'p': inherit = true; break;
		case 't': timed = true; break;
		default: fprintf(stderr, "usage: thread-pool [-w WORKERS] [-n TASKS] [-q QUEUE] [-p] [-t]\n"); return 2;
		}
	struct pool pool;
	uint64_t *first = calloc(count, sizeof(*first)), *second = calloc(count, sizeof(*second));
	must(!first || !second, "memory");
	open_pool(&pool, workers, size, inherit);
	double begin = now();
	for (unsigned i = 0; i < count; i++)
		submit(&pool, (struct task){ collatz, i, &first[i] });
	wait_until_idle(&pool);
	for (unsigned i = 0; i < count; i++)
		submit(&pool, (struct task){ divisors, first[i], &second[i] });
	wait_until_idle(&pool);
	double end = now();
	close_pool(&pool);
	unsigned wrong = wrong_results(first, second, count);
	printf("%u workers, %u tasks: %u wrong results\n", workers, 2 * count, wrong);
	if (timed)
		printf("%.0f tasks a second\n", 2 * count / (end - begin));
	free(first);
	free(second);
	return wrong != 0;
}
