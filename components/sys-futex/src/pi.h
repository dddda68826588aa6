/* Locks with priority inheritance, private to sys-futex. Thread context under the big lock. */
#pragma once
#include <rr/futex.h>
#include <rr/process.h>

/* Exists while somebody waits for the lock, and moves on with it. */
struct pi_lock {
	struct rr_list owned;     /* in owner->pi_owned */
	struct rr_futex_key key;
	struct rr_task *owner;
	struct rr_list waiters;   /* of struct pi_waiter.link, by priority and arrival; never empty between two calls */
};

/* On the waiting thread's stack. */
struct pi_waiter {
	struct rr_futex_waiter futex; /* first; at the lock's word, or at the word of FUTEX_WAIT_REQUEUE_PI */
	struct rr_list link;
	struct pi_lock *lock;         /* NULL: still at the word of FUTEX_WAIT_REQUEUE_PI */
	struct rr_task *task;
	uint64_t address;             /* of the lock's word, in the thread's space */
	struct rr_futex_key target;   /* of FUTEX_WAIT_REQUEUE_PI: the lock it is to wait for */
	bool acquired;
	bool owner_died;              /* acquired from a thread that ended, and the word could not be changed yet */
};

/*
 * Try to take the lock for `task`: 1 taken; 0 *out is what it must wait for (pi_drop() when it does not); -EDEADLK it has it already; -EINVAL the word
 * and the waiters do not fit together; -ESRCH the word names no thread; -EFAULT, -ENOMEM. `contended`: more will wait, say so in the word.
 */
int pi_take(uint64_t address, const struct rr_futex_key *key, struct rr_task *task, bool contended, struct pi_lock **out);
/* Let `waiter` (task and futex.thread set, in no list) wait for `lock`. -EDEADLK: its owner waits for a lock of waiter->task. */
int pi_block(struct pi_waiter *waiter, struct pi_lock *lock);
/* The waiter gives up, or gave up before it blocked. */
void pi_unblock(struct pi_waiter *waiter);
/* Free a lock nobody waits for. */
void pi_drop(struct pi_lock *lock);
/* Give the lock to its first waiter, whose number the caller puts into the word; `died`: the owner ends, and its space is the current one. */
void pi_hand_over(struct pi_lock *lock, bool died);
/* The waiter that is woken first at `key`, of whatever kind, or NULL. */
struct rr_futex_waiter *pi_top_waiter(const struct rr_futex_key *key);
/* Sleep until the waiter has the lock it waits for; 0, -ETIMEDOUT, -RR_ERESTARTSYS: given up. */
int pi_sleep(struct pi_waiter *waiter, const struct rr_futex_deadline *deadline);
/* Install what keeps waiters in order when priorities change. */
void pi_init(void);
