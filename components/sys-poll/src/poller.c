#include <rr/heap.h>
#include <rr/process.h>
#include "poller.h"

#define FEW 8u

/* Waiters are taken one by one; more than a few lie in blocks on the heap. */
struct block {
	struct block *next;
	struct rr_waiter waiters[32];
};
struct poller {
	struct rr_poll_table table;
	struct rr_waiter few[FEW];
	struct block *blocks;
	unsigned count;
	bool no_memory;
};

static struct rr_waiter *next_waiter(struct poller *poller)
{
	unsigned index = poller->count;
	if (index < FEW)
		return &poller->few[index];
	index = (index - FEW) % RR_ARRAY_SIZE(poller->blocks->waiters);
	if (index == 0) {
		struct block *block = rr_alloc(sizeof(*block));
		if (!block)
			return NULL;
		block->next = poller->blocks;
		poller->blocks = block;
	}
	return &poller->blocks->waiters[index];
}

static void add(struct rr_poll_table *table, struct rr_waitqueue *queue)
{
	struct poller *poller = rr_container_of(table, struct poller, table);
	struct rr_waiter *waiter = next_waiter(poller);
	if (!waiter) {
		poller->no_memory = true;
		return;
	}
	poller->count++;
	*waiter = (struct rr_waiter){ .thread = rr_current_thread() };
	rr_list_init(&waiter->link);
	rr_waiter_add(queue, waiter);
}

static void leave_queues(struct poller *poller)
{
	for (unsigned i = 0; i < rr_min(poller->count, FEW); i++)
		rr_waiter_remove(&poller->few[i]);
	unsigned rest = poller->count > FEW ? poller->count - FEW : 0;
	while (poller->blocks) {
		/* The first block is the one filled last. */
		unsigned used = rest ? (rest - 1) % RR_ARRAY_SIZE(poller->blocks->waiters) + 1 : 0;
		for (unsigned i = 0; i < used; i++)
			rr_waiter_remove(&poller->blocks->waiters[i]);
		rest -= used;
		struct block *next = poller->blocks->next;
		rr_free(poller->blocks);
		poller->blocks = next;
	}
	poller->count = 0;
}

static unsigned scan(struct poll_entry *entries, unsigned count, struct rr_poll_table *table)
{
	unsigned ready = 0;
	for (struct poll_entry *entry = entries, *end = entries + count; entry < end; entry++) {
		if (!entry->file)
			continue;
		unsigned wanted = entry->events | POLLERR | POLLHUP;
		if (table)
			table->events = wanted;
		entry->ready = rr_file_poll(entry->file, table) & wanted;
		if (entry->ready) {
			ready++;
			table = NULL; /* it will not wait */
		}
	}
	return ready;
}

/* Nothing is ready and the time is over; a signal counts all the same, as on Linux. */
static long when_over(void) { return rr_signal_pending() ? -RR_ERESTARTNOHAND : 0; }

static long wait_until_ready(struct poll_entry *entries, unsigned count, uint64_t deadline)
{
	struct poller poller = { .table.add = add };
	long ready;
	int error = 0;
	for (;;) {
		rr_wait_prepare(RR_INTERRUPTIBLE);
		ready = scan(entries, count, &poller.table);
		if (ready || error || poller.no_memory) {
			rr_wait_cancel();
			break;
		}
		error = rr_wait_sleep(deadline);
		leave_queues(&poller);
	}
	leave_queues(&poller);
	if (ready)
		return ready;
	if (poller.no_memory)
		return -ENOMEM;
	return error == -ETIMEDOUT ? when_over() : -RR_ERESTARTNOHAND;
}

/* What is ready at once needs neither references nor places in queues. */
long poll_wait(struct poll_entry *entries, unsigned count, uint64_t deadline)
{
	long result = scan(entries, count, NULL);
	if (result || !deadline)
		return result ? result : when_over();
	for (unsigned i = 0; i < count; i++)
		if (entries[i].file)
			rr_file_ref(entries[i].file);
	result = wait_until_ready(entries, count, deadline);
	for (unsigned i = 0; i < count; i++)
		if (entries[i].file)
			rr_file_put(entries[i].file);
	return result;
}
