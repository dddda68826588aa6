/* futex_waitv(2): which of several words woke the thread, and its errors. */
#include "threads.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static struct futex_waitv words[130];
static uint32_t values[130];

static long waitv_e(void *at, unsigned count, unsigned flags, const struct timespec *timeout, int clock)
{
	long result = syscall(SYS_futex_waitv, at, count, flags, timeout, clock);
	return result < 0 ? -errno : result;
}

static void reset(void)
{
	for (int i = 0; i < 130; i++)
		words[i] = (struct futex_waitv){ .uaddr = (uintptr_t)&values[i], .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG };
}

static void *wait_for_any(void *count) { return (void *)waitv_e(words, (unsigned)(long)count, 0, NULL, 0); }

static void wake(long count, int which)
{
	pthread_t thread;
	void *result;
	pthread_create(&thread, NULL, wait_for_any, (void *)count);
	await_waiters(&values[count - 1], FUTEX_PRIVATE_FLAG, 1);
	printf("of %ld, woken by %d: %ld", count, which, futex_e(&values[which], FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	pthread_join(thread, &result);
	printf(", result %ld, left %d\n", (long)result, count_waiters(&values[0], FUTEX_PRIVATE_FLAG));
}

/* Two of them are woken at once: the same word is there twice. */
static void wake_both(void)
{
	pthread_t thread;
	void *result;
	reset();
	words[2].uaddr = words[0].uaddr;
	pthread_create(&thread, NULL, wait_for_any, (void *)3l);
	await_waiters(&values[0], FUTEX_PRIVATE_FLAG, 2);
	printf("two at once: %ld", futex_e(&values[0], FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 2, NULL, NULL, 0));
	pthread_join(thread, &result);
	printf(", result %ld\n", (long)result);
}

int main(void)
{
	struct timespec past = { 0, 1 }, bad = { 0, -1 };
	setvbuf(stdout, NULL, _IONBF, 0);
	reset();
	SHOW(waitv_e(words, 0, 0, NULL, 0));
	SHOW(waitv_e(words, 129, 0, NULL, 0));
	SHOW(waitv_e(words, 1, 1, NULL, 0));
	SHOW(waitv_e(NULL, 1, 0, NULL, 0));
	SHOW(waitv_e((void *)0x1000, 1, 0, NULL, 0));
	SHOW(waitv_e(words, 2, 0, &past, CLOCK_MONOTONIC));
	SHOW(waitv_e(words, 2, 0, &past, CLOCK_REALTIME));
	SHOW(waitv_e(words, 2, 0, &past, CLOCK_BOOTTIME));
	SHOW(waitv_e(words, 2, 0, &bad, CLOCK_MONOTONIC));
	SHOW(waitv_e(words, 2, 0, (void *)0x1000, CLOCK_MONOTONIC));
	values[1] = 1;
	SHOW(waitv_e(words, 2, 0, NULL, 0));
	values[1] = 0;
	words[1].flags = FUTEX_PRIVATE_FLAG;
	SHOW(waitv_e(words, 2, 0, NULL, 0));
	words[1].flags = FUTEX_32 | 0x100;
	SHOW(waitv_e(words, 2, 0, NULL, 0));
	words[1].flags = FUTEX_32;
	words[1].__reserved = 1;
	SHOW(waitv_e(words, 2, 0, NULL, 0));
	words[1].__reserved = 0;
	words[1].uaddr = 0x1000;
	SHOW(waitv_e(words, 2, 0, NULL, 0));
	words[1].uaddr = (uintptr_t)&values[1] + 2;
	SHOW(waitv_e(words, 2, 0, NULL, 0));
	reset();
	wake(1, 0);
	wake(3, 1);
	wake(128, 127);
	wake_both();
	return 0;
}
