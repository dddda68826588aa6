/* Locks with priority inheritance, by hand: the word, the errors, handing over, owners that end, chains. */
#include "threads.h"

static uint32_t lock, other;
static volatile int go;

static uint32_t show_owner(uint32_t value, int tid)
{
	return (value & FUTEX_TID_MASK) == (uint32_t)tid ? value & ~FUTEX_TID_MASK : value;
}

static void errors(void)
{
	uint32_t *none = (uint32_t *)0x1000, *odd = (uint32_t *)((char *)&lock + 1);
	struct timespec bad = { 0, -1 };
	int me = gettid_();
	SHOW(futex_e(odd, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(none, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(none, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	SHOW(futex_e(none, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_LOCK_PI, 0, &bad, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	SHOW(lock == (uint32_t)me);
	SHOW(futex_e(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	SHOW(lock);
	SHOW(futex_e(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_LOCK_PI2, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	lock = 0x3ffffff0; /* nobody's number */
	SHOW(futex_e(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	printf("word %x\n", lock);
	lock = FUTEX_OWNER_DIED;
	SHOW(futex_e(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	printf("word %x\n", show_owner(lock, me));
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	lock = 0;
}

static void *take(void *at)
{
	long result = futex_e(at, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	printf("taken: %ld, word %x\n", result, show_owner(*(uint32_t *)at, gettid_()));
	printf("given back: %ld\n", futex_e(at, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	return NULL;
}

static void *try(void *at) { return (void *)futex_e(at, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0); }

static void *take_for_a_while(void *at)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += 20000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return (void *)futex_e(at, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, &t, NULL, 0);
}

static void *wait_plainly(void *at)
{
	futex(at, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, *(uint32_t *)at, NULL, NULL, 0);
	return NULL;
}

/* Until somebody waits for the lock (or with FUTEX_WAIT_REQUEUE_PI), whom FUTEX_WAKE refuses to wake. */
static void await_pi(void *at)
{
	for (int i = 0; futex_e(at, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0) != -EINVAL; i++) {
		FAIL_IF(i > 100000);
		usleep(100);
	}
}

static void start(pthread_t *thread, void *(*run)(void *), void *at)
{
	FAIL_IF(pthread_create(thread, NULL, run, at));
	if (run == wait_plainly)
		await_waiters(at, FUTEX_PRIVATE_FLAG, 1);
	else
		await_pi(at);
}

static void contended(void)
{
	pthread_t a, b, c;
	void *result;
	int me = gettid_();
	SHOW(futex_e(&lock, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	pthread_create(&c, NULL, try, &lock);
	pthread_join(c, &result);
	printf("trylock: %ld, word %x\n", (long)result, show_owner(lock, me));
	pthread_create(&c, NULL, take_for_a_while, &lock);
	pthread_join(c, &result);
	printf("timed: %ld, word %x\n", (long)result, show_owner(lock, me));
	start(&a, take, &lock);
	SHOW(futex_e(&lock, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_REQUEUE | FUTEX_PRIVATE_FLAG, 1, NULL, &other, 0));
	lock = 0x3ffffff | FUTEX_WAITERS; /* the word and who owns the lock differ */
	pthread_create(&c, NULL, try, &lock);
	pthread_join(c, &result);
	printf("trylock of a broken word: %ld\n", (long)result);
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	lock = me | FUTEX_WAITERS;
	long result_of_unlock = futex_e(&lock, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	pthread_join(a, NULL);
	printf("unlocked: %ld\n", result_of_unlock);
	printf("word %x\n", lock);
	/* somebody waits at the word who is no waiter for a lock */
	lock = me;
	start(&b, wait_plainly, &lock);
	pthread_create(&c, NULL, try, &lock);
	pthread_join(c, &result);
	printf("trylock beside a plain waiter: %ld\n", (long)result);
	SHOW(futex_e(&lock, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	SHOW(futex_e(&lock, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	pthread_join(b, NULL);
	lock = 0;
}

static void *take_both(void *unused)
{
	(void)unused;
	futex(&other, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	go = 1;
	long result = futex_e(&lock, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	printf("the other: %ld\n", result);
	futex(&lock, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	futex(&other, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	return NULL;
}

static void circle(void)
{
	pthread_t thread;
	futex(&lock, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	pthread_create(&thread, NULL, take_both, NULL);
	while (!go)
		usleep(100);
	await_pi(&lock);
	SHOW(futex_e(&other, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0));
	long result = futex_e(&lock, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	pthread_join(thread, NULL);
	printf("unlocked: %ld\n", result);
	printf("words %x %x\n", lock, other);
}

/* The owner's process ends with the lock held, and no robust list says so: who waits gets it all the same. */
static void owner_ends(void)
{
	uint32_t *shared = shared_page();
	pid_t child = fork();
	if (!child) {
		futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
		shared[1] = 1;
		while (!(*(volatile uint32_t *)shared & FUTEX_WAITERS))
			usleep(100);
		usleep(20000);
		_exit(0);
	}
	while (!((volatile uint32_t *)shared)[1])
		usleep(100);
	SHOW(futex_e(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	printf("word %x\n", show_owner(*shared, gettid_()));
	waitpid(child, NULL, 0);
	SHOW(futex_e(shared, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	/* and without a waiter the word keeps a number that is no longer anybody's */
	child = fork();
	if (!child)
		_exit((int)futex(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	waitpid(child, NULL, 0);
	SHOW(*shared == (uint32_t)child);
	SHOW(futex_e(shared, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
}

static uint32_t condition, mutex;

static void *wait_for_condition(void *timeout)
{
	long result = futex_e(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, timeout, &mutex, 0);
	if (result == 0) {
		result = (mutex & FUTEX_TID_MASK) == (uint32_t)gettid_() ? 1000 : 1001;
		futex(&mutex, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	}
	return (void *)result;
}

static void requeue(void)
{
	pthread_t threads[3];
	struct timespec past = { 0, 1 };
	void *result;
	SHOW(futex_e(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, NULL, &mutex, 0));
	SHOW(futex_e(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, NULL, &condition, 0));
	SHOW(futex_e(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, &past, &mutex, 0));
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, NULL, &condition, 0));
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 2, NULL, &mutex, 0));
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, NULL, &mutex, 1));
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, NULL, &mutex, 0));
	for (int i = 0; i < 3; i++) {
		pthread_create(&threads[i], NULL, wait_for_condition, NULL);
		await_pi(&condition);
		usleep(i ? 100000 : 0); /* nothing tells that there are more */
	}
	SHOW(futex_e(&condition, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, (void *)1l, &mutex, 0));
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *)1l, &other, 0));
	futex(&mutex, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *)0l, &mutex, 0));
	futex(&mutex, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	usleep(20000);
	SHOW(futex_e(&condition, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *)(long)INT_MAX, &mutex, 0));
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], &result);
		printf("result %ld\n", (long)result);
	}
	printf("word %x\n", mutex);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	errors();
	contended();
	circle();
	owner_ends();
	requeue();
	return 0;
}
