/*
 * Wait queues. Use:
 *
 *     int error = rr_wait_until(&pipe->readers, pipe->used > 0 || !pipe->writers, RR_FOREVER, RR_INTERRUPTIBLE);
 *
 * Wakers change the condition first, then wake. Wake functions may be called in any context; waiting only in thread context. The big lock is
 * given up while waiting: anything but the condition must be looked at again afterwards.
 */
#pragma once
#include <rr/clock.h>
#include <rr/thread.h>

struct rr_waitqueue {
	struct rr_list waiters; /* of struct rr_waiter.link */
};
#define RR_WAITQUEUE_INIT(name) { RR_LIST_INIT((name).waiters) }
static inline void rr_waitqueue_init(struct rr_waitqueue *queue) { rr_list_init(&queue->waiters); }

struct rr_waiter {
	struct rr_list link;
	struct rr_thread *thread;
	/*
	 * Called when woken, in any context; the waiter stays queued. False: nobody behind it makes use of this, somebody else may. NULL: unqueue the
	 * waiter and make `thread` runnable.
	 */
	bool (*wake)(struct rr_waiter *waiter);
	bool exclusive; /* for rr_wake_event() */
};

/* Woken when wall time is set: who sleeps by it looks again. */
extern struct rr_waitqueue rr_clock_set_event;

#define RR_INTERRUPTIBLE 1u

/* Internal error numbers; never seen by programs: the way out of the boundary turns them into a restart or EINTR. */
#define RR_ERESTARTSYS 512     /* restart if the handler has SA_RESTART or none ran, else EINTR */
#define RR_ERESTARTNOINTR 513  /* always restart */
#define RR_ERESTARTNOHAND 514  /* restart only if no handler ran, else EINTR */
#define RR_ERESTART_BLOCK 516  /* the same; the call goes on with its deadline: rr_restart_later() */

/* `link` must have been initialised; harmless when queued already. */
void rr_waiter_add(struct rr_waitqueue *queue, struct rr_waiter *waiter);
void rr_waiter_remove(struct rr_waiter *waiter); /* harmless when not queued */
/* The thread intends to sleep: a wake from now on is not lost. */
void rr_wait_prepare(unsigned flags);
/* Sleep until woken, `deadline` (monotonic ns) or, if interruptible, a signal. Returns at once when woken since prepare.
 * 0 woken, -ETIMEDOUT, -RR_ERESTARTSYS. */
int rr_wait_sleep(uint64_t deadline);
/* Undo rr_wait_prepare() without sleeping. */
void rr_wait_cancel(void);

/* Wake the first / the first n / all waiters; returns how many. Any context. */
unsigned rr_wake(struct rr_waitqueue *queue, unsigned n);
static inline unsigned rr_wake_one(struct rr_waitqueue *queue) { return rr_wake(queue, 1); }
static inline unsigned rr_wake_all(struct rr_waitqueue *queue) { return rr_wake(queue, ~0u); }
/* Something happened that all may see and one can use: wakes all waiters, but of the exclusive ones only the first that makes use of it. Any context. */
void rr_wake_event(struct rr_waitqueue *queue);
/* Make a waiting thread runnable whatever it waits for. Any context. */
void rr_thread_wake(struct rr_thread *thread);

/* 0 once `condition` holds, -ETIMEDOUT, or -RR_ERESTARTSYS. */
#define rr_wait_until(queue, condition, deadline, flags)                                                     \
	({                                                                                                   \
		struct rr_waiter rr_waiter_ = { .thread = rr_current_thread() };                             \
		int rr_error_ = 0;                                                                           \
		rr_list_init(&rr_waiter_.link);                                                              \
		for (;;) {                                                                                   \
			rr_waiter_add((queue), &rr_waiter_);                                                 \
			rr_wait_prepare(flags);                                                              \
			if (condition) {                                                                     \
				rr_wait_cancel();                                                            \
				rr_error_ = 0;                                                               \
				break;                                                                       \
			}                                                                                    \
			if (rr_error_)                                                                       \
				{ rr_wait_cancel(); break; }                                                 \
			rr_error_ = rr_wait_sleep(deadline);                                                 \
		}                                                                                            \
		rr_waiter_remove(&rr_waiter_);                                                               \
		rr_error_;                                                                                   \
	})

/* Sleep until `deadline`: -ETIMEDOUT when it came, -RR_ERESTARTSYS on a signal (if flags has RR_INTERRUPTIBLE). */
int rr_sleep_until(uint64_t deadline, unsigned flags);
