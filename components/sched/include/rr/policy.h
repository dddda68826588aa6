/*
 * How threads that wait for the CPU are ordered. Without a policy they take turns; the sched-policy component sets one when a program first
 * asks for another order.
 */
#pragma once
#include <rr/thread.h>

struct rr_sched_policy {
	/* `thread` is runnable and not running (any more). */
	void (*put)(struct rr_thread *thread);
	/* Take out who runs next; NULL: nobody waits. */
	struct rr_thread *(*take)(void);
	/* How long the current thread may go on while others wait, ns; RR_FOREVER: until it waits. */
	uint64_t (*slice)(const struct rr_thread *current);
	/* `child` begins with what `parent` has. */
	void (*inherit)(const struct rr_thread *parent, struct rr_thread *child);
};

/* NULL: threads take turns. */
extern const struct rr_sched_policy *rr_sched_policy;
/* Change the policy; threads that wait for the CPU move over. Thread context. */
void rr_sched_set_policy(const struct rr_sched_policy *policy);
/* Let the current thread look, on its way back to the program, whether somebody goes before it. Any context. */
void rr_sched_look_again(void);
/* Threads that wait for the CPU. Any context. */
unsigned rr_sched_waiting(void);
