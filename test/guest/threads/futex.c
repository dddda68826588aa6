/* futex(2): each operation's result and errors; who is woken, and in which order. */
#include "threads.h"

#define PRIVATE FUTEX_PRIVATE_FLAG
static uint32_t word, other, order_at;
static int order[16];
static volatile int turn;

static void errors(void)
{
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 }, past = { 0, 1 };
	uint32_t *none = (uint32_t *)0x1000, *odd = (uint32_t *)((char *)&word + 1), *high = (uint32_t *)0xffff800000000000;
	uint32_t *ro = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*ro = 5;
	mprotect(ro, 4096, PROT_READ);
	SHOW(futex_e(&word, FUTEX_WAIT | PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT, 1, NULL, NULL, 0));
	SHOW(futex_e(odd, FUTEX_WAIT, 0, NULL, NULL, 0));
	SHOW(futex_e(odd, FUTEX_WAKE, 1, NULL, NULL, 0));
	SHOW(futex_e(none, FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0));
	SHOW(futex_e(none, FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex_e(none, FUTEX_WAKE, 1, NULL, NULL, 0));
	SHOW(futex_e(high, FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex_e(ro, FUTEX_WAKE, 1, NULL, NULL, 0));
	SHOW(futex_e(ro, FUTEX_WAIT, 1, NULL, NULL, 0));
	SHOW(futex_e(ro, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT | PRIVATE, 0, &bad, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT | PRIVATE, 0, &negative, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT | PRIVATE, 0, (void *)0x1000, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT | PRIVATE, 0, &past, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT_BITSET | PRIVATE, 0, &past, NULL, ~0u));
	SHOW(futex_e(&word, FUTEX_WAIT_BITSET | PRIVATE | FUTEX_CLOCK_REALTIME, 0, &past, NULL, ~0u));
	SHOW(futex_e(&word, FUTEX_WAIT_BITSET | PRIVATE, 0, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAKE_BITSET | PRIVATE, 1, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAIT | PRIVATE | FUTEX_CLOCK_REALTIME, 0, &past, NULL, 0));
	SHOW(futex_e(&word, FUTEX_WAKE | PRIVATE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_FD, 0, NULL, NULL, 0));
	SHOW(futex_e(&word, 100, 0, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_REQUEUE, -1, NULL, &other, 0));
	SHOW(futex_e(&word, FUTEX_REQUEUE, 0, (void *)-1l, &other, 0));
	SHOW(futex_e(&word, FUTEX_REQUEUE, 0, NULL, odd, 0));
	SHOW(futex_e(&word, FUTEX_CMP_REQUEUE, 0, NULL, &other, 1));
	SHOW(futex_e(&word, FUTEX_CMP_REQUEUE, 0, NULL, &other, 0));
	SHOW(futex_e(&word, FUTEX_WAKE_OP, 0, NULL, none, 0));
	SHOW(futex_e(&word, FUTEX_WAKE_OP, 0, NULL, &other, 5u << 28));
	SHOW(futex_e(&word, FUTEX_WAKE_OP, 0, NULL, &other, 6u << 24));
}

static void *wait_in_order(void *argument)
{
	long me = (long)argument;
	futex(&word, FUTEX_WAIT | PRIVATE, 0, NULL, NULL, 0);
	order[__atomic_fetch_add(&order_at, 1, __ATOMIC_SEQ_CST)] = (int)me;
	return NULL;
}

static void *wait_for_bits(void *argument)
{
	long bits = (long)argument;
	futex(&word, FUTEX_WAIT_BITSET | PRIVATE, 0, NULL, NULL, (unsigned)bits);
	return NULL;
}

static void start(pthread_t *threads, int count, void *(*run)(void *), int (*argument)(int))
{
	for (int i = 0; i < count; i++) {
		FAIL_IF(pthread_create(&threads[i], NULL, run, (void *)(long)argument(i)));
		await_waiters(&word, PRIVATE, i + 1);
	}
}

static int same(int i) { return i; }
static int bit(int i) { return 1 << i; }

static void join(pthread_t *threads, int count)
{
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void wakes(void)
{
	pthread_t threads[8];
	start(threads, 6, wait_in_order, same);
	for (unsigned i = 0; i < 3; i++) {
		SHOW(futex_e(&word, FUTEX_WAKE | PRIVATE, i == 2 ? 0 : 1, NULL, NULL, 0)); /* 0 wakes one too */
		while (__atomic_load_n(&order_at, __ATOMIC_SEQ_CST) != i + 1)
			usleep(100);
	}
	SHOW(futex_e(&word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0)); /* another key */
	SHOW(futex_e(&word, FUTEX_WAKE | PRIVATE, INT_MAX, NULL, NULL, 0));
	join(threads, 6);
	printf("first three: %d %d %d\n", order[0], order[1], order[2]);
}

static void bits(void)
{
	pthread_t threads[8];
	start(threads, 5, wait_for_bits, bit);
	SHOW(futex_e(&word, FUTEX_WAKE_BITSET | PRIVATE, INT_MAX, NULL, NULL, 0x100));
	SHOW(futex_e(&word, FUTEX_WAKE_BITSET | PRIVATE, 1, NULL, NULL, 0x18));
	SHOW(count_waiters(&word, PRIVATE));
	SHOW(futex_e(&word, FUTEX_WAKE_BITSET | PRIVATE, INT_MAX, NULL, NULL, 0x18));
	SHOW(futex_e(&word, FUTEX_WAKE | PRIVATE, INT_MAX, NULL, NULL, 0));
	join(threads, 5);
}

static void requeues(void)
{
	pthread_t threads[8];
	order_at = 0;
	start(threads, 7, wait_in_order, same);
	SHOW(futex_e(&word, FUTEX_CMP_REQUEUE | PRIVATE, 1, (void *)3l, &other, 1));
	SHOW(futex_e(&word, FUTEX_CMP_REQUEUE | PRIVATE, 1, (void *)3l, &other, 0));
	SHOW(count_waiters(&word, PRIVATE));
	SHOW(count_waiters(&other, PRIVATE));
	SHOW(futex_e(&word, FUTEX_REQUEUE | PRIVATE, 0, (void *)1l, &other, 0));
	SHOW(futex_e(&other, FUTEX_WAKE | PRIVATE, INT_MAX, NULL, NULL, 0));
	SHOW(futex_e(&word, FUTEX_REQUEUE | PRIVATE, INT_MAX, NULL, &other, 0));
	join(threads, 7);
}

static void wake_op(unsigned op, unsigned argument, unsigned compare, unsigned with, uint32_t old)
{
	pthread_t thread;
	order_at = 0;
	start(&thread, 1, wait_in_order, same);
	other = old;
	long result = futex_e(&other, FUTEX_WAKE_OP | PRIVATE, 1, (void *)1l, &word, FUTEX_OP(op, argument, compare, with));
	uint32_t now = word;
	printf("op %u %u, cmp %u %u: result %ld, word %u\n", op, argument, compare, with, result, now);
	word = 0;
	futex(&word, FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0);
	join(&thread, 1);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	errors();
	wakes();
	bits();
	requeues();
	wake_op(FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 0, 0);
	wake_op(FUTEX_OP_ADD, 0xfff, FUTEX_OP_CMP_NE, 0, 0);
	wake_op(FUTEX_OP_OR, 5, FUTEX_OP_CMP_LT, 1, 0);
	wake_op(FUTEX_OP_ANDN, 5, FUTEX_OP_CMP_LE, 0xfff, 0);
	wake_op(FUTEX_OP_XOR | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_GT, 0xfff, 0);
	wake_op(FUTEX_OP_SET, 1, FUTEX_OP_CMP_GE, 1, 0);
	return 0;
}
