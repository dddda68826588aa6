/* Queues of pending signals. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include "internal.h"

#define REAL_TIME_FIRST 32

static uint64_t entries; /* in all queues: there is one user */

void (*rr_signal_arrived_hook)(void);

void rr_sigqueue_init(struct rr_sigqueue *queue)
{
	queue->set = queue->bare = queue->plain = 0;
	rr_list_init(&queue->info);
}

/* Unlink an entry and give it back. */
static void leave(struct rr_sigentry *entry, struct rr_abi_siginfo *info)
{
	rr_list_remove(&entry->link);
	entry->queue = NULL;
	if (entry->left) {
		entry->left(entry, info);
	} else {
		rr_free(entry);
		entries--;
	}
}

void rr_sigqueue_discard(struct rr_sigqueue *queue, uint64_t set)
{
	queue->set &= ~set;
	queue->bare &= ~set;
	queue->plain &= ~set;
	rr_list_for_each_safe(node, &queue->info) {
		struct rr_sigentry *entry = rr_list_entry(node, struct rr_sigentry, link);
		if (!(set & RR_SIGNAL_BIT(entry->info.signo)))
			continue;
		leave(entry, NULL);
	}
}

void rr_sigqueue_clear(struct rr_sigqueue *queue) { rr_sigqueue_discard(queue, ~0ul); }

static void set_pending(struct rr_sigqueue *queue, int number)
{
	queue->set |= RR_SIGNAL_BIT(number);
	if (rr_signal_arrived_hook)
		rr_signal_arrived_hook();
}

/* What an ordinary kill(2) or the libOS says is kept whatever the limit is: it is one entry for each signal at most. */
static bool add_info(struct rr_sigqueue *queue, const struct rr_abi_siginfo *info, uint64_t limit)
{
	bool always = info->signo < REAL_TIME_FIRST && info->code >= 0;
	struct rr_sigentry *entry = always || entries < limit ? rr_alloc(sizeof(*entry)) : NULL;
	if (!entry)
		return false;
	entry->info = *info;
	entry->left = NULL;
	rr_list_push_back(&queue->info, &entry->link);
	entries++;
	return true;
}

int rr_sigqueue_add(struct rr_sigqueue *queue, int number, const struct rr_abi_siginfo *info, uint64_t limit)
{
	uint64_t bit = RR_SIGNAL_BIT(number);
	/* an ordinary signal is pending or not; a real-time one is queued as often as it is sent */
	bool counts = number >= REAL_TIME_FIRST || !(queue->set & bit);
	if (counts && !info) {
		queue->plain |= bit;
	} else if (counts && !add_info(queue, info, limit)) {
		if (number >= REAL_TIME_FIRST && info->code != SI_USER)
			return -EAGAIN;
		queue->bare |= bit;
	}
	set_pending(queue, number);
	return 0;
}

void rr_sigqueue_add_entry(struct rr_sigqueue *queue, struct rr_sigentry *entry)
{
	entry->queue = queue;
	rr_list_push_back(&queue->info, &entry->link);
	set_pending(queue, entry->info.signo);
}

static bool has_entry(const struct rr_sigqueue *queue, int number)
{
	rr_list_for_each(node, &queue->info)
		if (rr_list_entry(node, struct rr_sigentry, link)->info.signo == number)
			return true;
	return false;
}

void rr_sigqueue_withdraw(struct rr_sigentry *entry)
{
	struct rr_sigqueue *queue = entry->queue;
	if (!queue)
		return;
	entry->queue = NULL;
	rr_list_remove(&entry->link);
	if (!((queue->plain | queue->bare) & RR_SIGNAL_BIT(entry->info.signo)) && !has_entry(queue, entry->info.signo))
		queue->set &= ~RR_SIGNAL_BIT(entry->info.signo);
}

void rr_sigqueue_take(struct rr_sigqueue *queue, int number, struct rr_abi_siginfo *info)
{
	struct rr_sigentry *found = NULL;
	uint64_t bit = RR_SIGNAL_BIT(number);
	bool plain = queue->plain & bit, more = false;
	*info = (struct rr_abi_siginfo){ .signo = number, .code = queue->bare & bit ? SI_USER : SI_KERNEL };
	queue->plain &= ~bit;
	rr_list_for_each(node, &queue->info) {
		struct rr_sigentry *entry = rr_list_entry(node, struct rr_sigentry, link);
		if (entry->info.signo != number)
			continue;
		if (found || plain) {
			more = true;
			break;
		}
		found = entry;
	}
	if (!more) {
		queue->set &= ~bit;
		queue->bare &= ~bit;
	}
	if (found) {
		*info = found->info;
		leave(found, info);
	}
}
