/* futex_waitv(2): wait at several words at once. */
#include <rr/abi/errno.h>
#include <rr/abi/time.h>
#include <rr/heap.h>
#include <rr/uaccess.h>
#include <rr/wait.h>
#include "internal.h"

#define MOST_WORDS 128
#define FUTEX2_SIZE_U32 2u

struct futex_waitv {
	uint64_t value, address;
	uint32_t flags, reserved;
};
_Static_assert(sizeof(struct futex_waitv) == 24, "linux/futex.h");

static int read_word(uint64_t at, struct futex_waitv *word, struct rr_futex_waiter *waiter)
{
	if (rr_get_user(*word, at))
		return -EFAULT;
	if (word->flags & ~(FUTEX2_SIZE_U32 | FUTEX_PRIVATE_FLAG) || !(word->flags & FUTEX2_SIZE_U32) || word->reserved)
		return -EINVAL;
	waiter->bits = FUTEX_ANY_BIT;
	rr_list_init(&waiter->link);
	return 0;
}

/* The last that has been woken meanwhile, as on Linux, or -1. */
static int last_woken(const struct rr_futex_waiter *waiters, unsigned count)
{
	int i = (int)count - 1;
	while (i >= 0 && !waiters[i].woken)
		i--;
	return i;
}

static int queue_all(const struct futex_waitv *words, struct rr_futex_waiter *waiters, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int error = rr_futex_key(words[i].address, words[i].flags & FUTEX_PRIVATE_FLAG, false, &waiters[i].key);
		if (error)
			return error;
	}
	for (unsigned i = 0; i < count; i++) {
		uint32_t value;
		if (rr_get_user(value, words[i].address))
			return -EFAULT;
		if (value != (uint32_t)words[i].value)
			return -EAGAIN;
		rr_futex_queue(&waiters[i]);
	}
	return 0;
}

static long wait_for_any(const struct futex_waitv *words, struct rr_futex_waiter *waiters, unsigned count, const struct rr_futex_deadline *deadline)
{
	int error = queue_all(words, waiters, count);
	while (!error && last_woken(waiters, count) < 0)
		error = rr_futex_sleep(deadline);
	for (unsigned i = 0; i < count; i++)
		rr_list_remove(&waiters[i].link);
	int woken = last_woken(waiters, count);
	return woken >= 0 ? woken : error;
}

long rr_sys_futex_waitv(uint64_t words_at, unsigned count, unsigned flags, uint64_t timeout, int clock);
long rr_sys_futex_waitv(uint64_t words_at, unsigned count, unsigned flags, uint64_t timeout, int clock)
{
	struct rr_futex_deadline deadline;
	if (flags || !count || count > MOST_WORDS || !words_at)
		return -EINVAL;
	if (timeout && clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return -EINVAL;
	long result = rr_futex_deadline(timeout, FUTEX_WAIT_BITSET | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0), &deadline);
	if (result)
		return result;
	struct rr_futex_waiter *waiters = rr_zalloc(count, sizeof(*waiters));
	struct futex_waitv *words = rr_alloc(count * sizeof(*words));
	if (!waiters || !words)
		result = -ENOMEM;
	for (unsigned i = 0; !result && i < count; i++)
		result = read_word(words_at + i * sizeof(*words), &words[i], &waiters[i]);
	if (!result)
		result = wait_for_any(words, waiters, count, &deadline);
	rr_free(words);
	rr_free(waiters);
	return result;
}
