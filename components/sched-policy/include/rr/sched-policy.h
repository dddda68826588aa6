/* Policies and priorities of threads. Thread context under the big lock. */
#pragma once
#include <rr/thread.h>

struct rr_sched_parameters {
	uint8_t policy;    /* SCHED_OTHER, FIFO, RR, BATCH or IDLE */
	uint8_t priority;  /* 1 to 99 for SCHED_FIFO and SCHED_RR, else 0 */
	int8_t nice;       /* -20 to 19 */
	bool reset_on_fork;
};

/* How long a SCHED_RR thread runs before its equals, ns. */
#define RR_SCHED_ROUND_NS 100000000ul

struct rr_sched_parameters rr_sched_parameters(const struct rr_thread *thread);
/* `thread` is scheduled by `new`, which the caller has checked, from now on. */
void rr_sched_change(struct rr_thread *thread, const struct rr_sched_parameters *new);
/* Somebody with real-time priority `priority` waits for what `thread` holds (0: nobody does): it runs with no less. */
void rr_sched_boost(struct rr_thread *thread, uint8_t priority);
/* sched_yield(2): the current thread goes behind its equals. */
void rr_sched_yield(void);

/* A thread that waits runs with another priority from now on: set by who keeps waiting threads in order. NULL: nobody. */
extern void (*rr_sched_band_changed)(struct rr_thread *thread);
