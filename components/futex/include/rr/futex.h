/* Queues of threads that wait at words of programs: futex(2). Thread context under the big lock. */
#pragma once
#include <rr/clock.h>
#include <rr/list.h>
#include <rr/types.h>

struct rr_thread;

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_FD 2
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI 12
#define FUTEX_LOCK_PI2 13
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_COMMAND (~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))
#define FUTEX_ANY_BIT 0xffffffffu

/* In the word of a robust or priority-inheriting lock. */
#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu

/* Which word: private ones by address in a space, shared ones by where the page lies in memory, so that processes meet there. */
struct rr_futex_key {
	const void *space; /* NULL: shared memory */
	uint64_t address;  /* physical for shared memory; bit 0: asked for as shared, though the memory is private */
};

struct rr_futex_waiter {
	struct rr_list link;
	struct rr_futex_key key;
	uint32_t bits;
	bool woken;
	uint8_t band;             /* the thread's real-time priority: higher ones are woken first */
	struct rr_thread *thread;
	void *pi;                 /* not NULL: belongs to a lock with priority inheritance, and is not woken by FUTEX_WAKE */
};

/* When a wait ends, and by which clock. */
struct rr_futex_deadline {
	uint64_t at; /* RR_FOREVER: never */
	bool realtime;
};

/* 0, -EINVAL (not aligned), -EFAULT. `write`: the word must be writable. May bring a page in. */
int rr_futex_key(uint64_t address, bool private, bool write, struct rr_futex_key *key);
static inline bool rr_futex_same(const struct rr_futex_key *a, const struct rr_futex_key *b)
{
	return a->space == b->space && a->address == b->address;
}

/* Queue `waiter`, whose key and bits are set, for the current thread. */
void rr_futex_queue(struct rr_futex_waiter *waiter);
/* The list in which all waiters of `key` are, among others. */
struct rr_list *rr_futex_bucket(const struct rr_futex_key *key);
/* Insert behind all of the same or a higher priority. */
void rr_futex_insert(struct rr_futex_waiter *waiter);
/* Unqueue and make runnable. */
void rr_futex_wake_waiter(struct rr_futex_waiter *waiter);
/* Wake up to `count` (at least one, as Linux) whose bits meet `bits`. How many; -EINVAL at one that belongs to a lock. */
long rr_futex_wake(const struct rr_futex_key *key, int count, uint32_t bits);
/* Sleep once, until woken, a signal or the deadline; 0, -ETIMEDOUT, -RR_ERESTARTSYS. Spurious returns of 0 are possible. */
int rr_futex_sleep(const struct rr_futex_deadline *deadline);
/* Read timespec `timeout` for `operation`: relative for FUTEX_WAIT, else absolute. 0 address: never. 0, -EFAULT, -EINVAL. */
int rr_futex_deadline(uint64_t timeout, int operation, struct rr_futex_deadline *out);

/* All of futex(2) beside waiting and waking; NULL where the sys-futex component is not in the image. */
struct rr_futex_request {
	uint64_t address, timeout, address2;
	int operation;
	uint32_t value, value3;
};
extern long (*rr_futex_other)(const struct rr_futex_request *request);
