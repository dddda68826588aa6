/* A small hash of lists; in each, waiters of several keys by priority and then arrival. */
#include <rr/abi/errno.h>
#include <rr/futex.h>
#include <rr/wait.h>

#define BUCKETS 64
static struct rr_list buckets[BUCKETS];

long (*rr_futex_other)(const struct rr_futex_request *request);

struct rr_list *rr_futex_bucket(const struct rr_futex_key *key)
{
	struct rr_list *list = &buckets[(key->address >> 2 ^ key->address >> 12) % BUCKETS];
	if (!list->next)
		rr_list_init(list);
	return list;
}

void rr_futex_insert(struct rr_futex_waiter *waiter)
{
	struct rr_list *before = rr_futex_bucket(&waiter->key)->prev;
	/* ordinary threads are last: nothing to pass */
	while (waiter->band && before != rr_futex_bucket(&waiter->key) && rr_list_entry(before, struct rr_futex_waiter, link)->band < waiter->band)
		before = before->prev;
	rr_list_push_front(before, &waiter->link);
}

void rr_futex_queue(struct rr_futex_waiter *waiter)
{
	waiter->thread = rr_current_thread();
	waiter->band = waiter->thread->band;
	rr_futex_insert(waiter);
}

void rr_futex_wake_waiter(struct rr_futex_waiter *waiter)
{
	rr_list_remove(&waiter->link);
	waiter->woken = true;
	rr_thread_wake(waiter->thread);
}

long rr_futex_wake(const struct rr_futex_key *key, int count, uint32_t bits)
{
	long woken = 0;
	rr_list_for_each_safe(node, rr_futex_bucket(key)) {
		struct rr_futex_waiter *waiter = rr_list_entry(node, struct rr_futex_waiter, link);
		if (!rr_futex_same(&waiter->key, key) || !(waiter->bits & bits))
			continue;
		if (waiter->pi)
			return -EINVAL;
		rr_futex_wake_waiter(waiter);
		if (++woken >= count)
			break;
	}
	return woken;
}
