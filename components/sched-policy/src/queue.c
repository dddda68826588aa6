#include <rr/abi/sched.h>
#include "queue.h"

/* Of nice 0; each step is a factor of 1.25 (Linux, kernel/sched/core.c: the values are part of what nice(2) promises). */
#define WEIGHT_NORMAL 1024u
#define WEIGHT_IDLE 3u
static const uint32_t weights[] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
	1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
};
_Static_assert(RR_ARRAY_SIZE(weights) == RR_NICE_MOST - RR_NICE_LEAST + 1, "one a nice value");

static struct rr_list bands[RR_PRIORITY_MAX + 1]; /* [0] is not used */
static uint64_t busy[2];                          /* bit n: bands[n] has somebody */

static int by_virtual_time(const struct rr_tree_node *a, const struct rr_tree_node *b)
{
	const struct rr_thread *x = rr_container_of(a, struct rr_thread, sched.node), *y = rr_container_of(b, struct rr_thread, sched.node);
	return x->sched.virtual_time < y->sched.virtual_time ? -1 : x->sched.virtual_time > y->sched.virtual_time;
}

static struct rr_tree fair = RR_TREE_INIT(by_virtual_time);
static uint64_t virtual_now;

static uint32_t weight(const struct rr_thread *thread)
{
	return thread->sched.policy == SCHED_IDLE ? WEIGHT_IDLE : weights[thread->sched.nice - RR_NICE_LEAST];
}

void queue_charge(struct rr_thread *thread)
{
	uint64_t used = thread->cpu_time - thread->sched.charged;
	thread->sched.charged = thread->cpu_time;
	thread->sched.slice_used += used;
	thread->sched.virtual_time += used * WEIGHT_NORMAL / weight(thread);
}

static struct rr_list *band_list(unsigned band)
{
	struct rr_list *list = &bands[band];
	if (!list->next)
		rr_list_init(list);
	return list;
}

void queue_add(struct rr_thread *thread, bool head)
{
	if (!thread->band) {
		rr_tree_insert(&fair, &thread->sched.node);
		return;
	}
	struct rr_list *list = band_list(thread->band);
	if (head)
		rr_list_push_front(list, &thread->run_link);
	else
		rr_list_push_back(list, &thread->run_link);
	busy[thread->band / 64] |= 1ul << thread->band % 64;
}

void queue_remove(struct rr_thread *thread)
{
	if (thread->sched.node.level) {
		rr_tree_remove(&fair, &thread->sched.node);
		return;
	}
	rr_list_remove(&thread->run_link);
	if (rr_list_empty(band_list(thread->band)))
		busy[thread->band / 64] &= ~(1ul << thread->band % 64);
}

static struct rr_thread *highest(void)
{
	for (int word = 1; word >= 0; word--)
		if (busy[word]) {
			unsigned band = word * 64 + 63 - __builtin_clzl(busy[word]);
			return rr_list_entry(bands[band].next, struct rr_thread, run_link);
		}
	struct rr_tree_node *first = rr_tree_first(&fair);
	return first ? rr_container_of(first, struct rr_thread, sched.node) : NULL;
}

struct rr_thread *queue_take(void)
{
	struct rr_thread *thread = highest();
	if (!thread)
		return NULL;
	queue_remove(thread);
	if (!thread->band)
		virtual_now = rr_max(virtual_now, thread->sched.virtual_time);
	return thread;
}

uint64_t queue_virtual_time(void)
{
	struct rr_tree_node *first = rr_tree_first(&fair);
	return first ? rr_container_of(first, struct rr_thread, sched.node)->sched.virtual_time : virtual_now;
}
