#include <rr/abi/sched.h>
#include <rr/clock.h>
#include <rr/policy.h>
#include <rr/sched-policy.h>
#include "queue.h"

/* An ordinary thread's turn; shares come out of virtual time, whatever its length. */
#define SLICE_NS 10000000ul

void (*rr_sched_band_changed)(struct rr_thread *thread);

/* Real-time, put back while it could run on: at the head, unless it yields or its turn is over. */
static bool goes_first(struct rr_thread *thread)
{
	if (thread != rr_current_thread() || thread->sched.yielded)
		return false;
	return thread->sched.policy != SCHED_RR || thread->sched.slice_used < RR_SCHED_ROUND_NS;
}

static void put(struct rr_thread *thread)
{
	queue_charge(thread);
	bool head = thread->band && goes_first(thread);
	if (!head)
		thread->sched.slice_used = 0;
	/* who slept starts level with those that run, who yields behind the next */
	if (!thread->band && (thread != rr_current_thread() || thread->sched.yielded))
		thread->sched.virtual_time = rr_max(thread->sched.virtual_time, queue_virtual_time());
	thread->sched.yielded = false;
	queue_add(thread, head);
}

static uint64_t slice(const struct rr_thread *current)
{
	if (!current->band)
		return SLICE_NS;
	if (current->sched.policy != SCHED_RR)
		return RR_FOREVER;
	uint64_t used = current->sched.slice_used + (current->cpu_time - current->sched.charged);
	return used < RR_SCHED_ROUND_NS ? RR_SCHED_ROUND_NS - used : 0;
}

static uint8_t own_band(const struct rr_thread *thread) { return rr_max(thread->sched.priority, thread->sched.boost); }

static void inherit(const struct rr_thread *parent, struct rr_thread *child)
{
	const struct rr_sched_entity *from = &parent->sched;
	child->sched.virtual_time = from->virtual_time;
	child->sched.nice = from->nice;
	if (from->reset_on_fork) {
		child->sched.nice = from->priority ? 0 : rr_max(from->nice, 0);
	} else {
		child->sched.policy = from->policy;
		child->sched.priority = from->priority;
	}
	child->band = own_band(child);
}

static const struct rr_sched_policy policy = { .put = put, .take = queue_take, .slice = slice, .inherit = inherit };

static void switch_on(void)
{
	if (!rr_sched_policy)
		rr_sched_set_policy(&policy);
}

/* `thread`'s place changes with what the caller has just set in it. It was taken out of the queue for that. */
static void put_in_order(struct rr_thread *thread, uint8_t old_band)
{
	thread->band = own_band(thread);
	/* who falls in priority goes before its new equals (POSIX, pthread_setschedprio) */
	if (thread->queued)
		queue_add(thread, thread->band < old_band);
	rr_sched_look_again();
}

static void take_out(struct rr_thread *thread)
{
	if (thread->queued)
		queue_remove(thread);
	queue_charge(thread);
}

struct rr_sched_parameters rr_sched_parameters(const struct rr_thread *thread)
{
	const struct rr_sched_entity *from = &thread->sched;
	return (struct rr_sched_parameters){ from->policy, from->priority, from->nice, from->reset_on_fork };
}

static bool same(const struct rr_sched_parameters *a, const struct rr_sched_parameters *b)
{
	return a->policy == b->policy && a->priority == b->priority && a->nice == b->nice && a->reset_on_fork == b->reset_on_fork;
}

void rr_sched_change(struct rr_thread *thread, const struct rr_sched_parameters *new)
{
	struct rr_sched_parameters now = rr_sched_parameters(thread);
	if (same(&now, new))
		return; /* and it keeps its place */
	switch_on();
	uint8_t old = thread->band;
	take_out(thread);
	thread->sched.policy = new->policy;
	thread->sched.priority = new->priority;
	thread->sched.nice = new->nice;
	thread->sched.reset_on_fork = new->reset_on_fork;
	put_in_order(thread, old);
	if (thread->band != old && rr_sched_band_changed)
		rr_sched_band_changed(thread);
}

void rr_sched_boost(struct rr_thread *thread, uint8_t priority)
{
	if (thread->sched.boost == priority)
		return;
	switch_on();
	uint8_t old = thread->band;
	take_out(thread);
	thread->sched.boost = priority;
	put_in_order(thread, old);
}

void rr_sched_yield(void)
{
	if (rr_sched_policy)
		rr_current_thread()->sched.yielded = true;
	rr_thread_yield();
	rr_current_thread()->sched.yielded = false;
}
