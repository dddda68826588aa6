#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/paging.h>
#include <rr/sched-policy.h>
#include <rr/uaccess.h>
#include <rr/vm.h>
#include "pi.h"

/* Locks in a chain of owners that wait for each other, as in Linux (kernel.max_lock_depth). */
#define MOST_LOCKS 1024
/* The word changes under our hands only while the program runs elsewhere. */
#define MOST_TRIES 16

static struct rr_list *owned_by(struct rr_task *task)
{
	if (!task->pi_owned.next)
		rr_list_init(&task->pi_owned);
	return &task->pi_owned;
}

static struct pi_waiter *first_waiter(struct pi_lock *lock)
{
	return rr_list_empty(&lock->waiters) ? NULL : rr_list_entry(lock->waiters.next, struct pi_waiter, link);
}

static struct pi_lock *make_lock(const struct rr_futex_key *key, struct rr_task *owner)
{
	struct pi_lock *lock = rr_zalloc(1, sizeof(*lock));
	if (!lock)
		return NULL;
	lock->key = *key;
	lock->owner = owner;
	rr_list_init(&lock->waiters);
	rr_list_push_back(owned_by(owner), &lock->owned);
	return lock;
}

void pi_drop(struct pi_lock *lock)
{
	if (!rr_list_empty(&lock->waiters))
		return;
	rr_list_remove(&lock->owned);
	rr_free(lock);
}

/* Into the lock's order and the word's. */
static void place(struct pi_waiter *waiter)
{
	waiter->futex.band = waiter->futex.thread->band;
	struct rr_list *before = waiter->lock->waiters.prev;
	while (before != &waiter->lock->waiters && rr_list_entry(before, struct pi_waiter, link)->futex.band < waiter->futex.band)
		before = before->prev;
	rr_list_push_front(before, &waiter->link);
	rr_futex_insert(&waiter->futex);
}

static void displace(struct pi_waiter *waiter)
{
	rr_list_remove(&waiter->link);
	rr_list_remove(&waiter->futex.link);
}

static uint8_t highest_waiter(struct rr_task *owner)
{
	uint8_t highest = 0;
	rr_list_for_each(node, owned_by(owner)) {
		struct pi_waiter *first = first_waiter(rr_list_entry(node, struct pi_lock, owned));
		if (first)
			highest = rr_max(highest, first->futex.band);
	}
	return highest;
}

/* The waiters of `task`'s locks have changed: lend it their priority, and pass it on to who it waits for. */
static void adjust(struct rr_task *task)
{
	for (unsigned depth = 0; depth < MOST_LOCKS; depth++) {
		uint8_t old = task->thread.band;
		rr_sched_boost(&task->thread, highest_waiter(task));
		struct pi_waiter *waiter = task->pi_waiting;
		if (!waiter || task->thread.band == old)
			return;
		displace(waiter);
		place(waiter);
		task = waiter->lock->owner;
	}
}

/* The priority of a thread that waits was changed by somebody. */
static void band_changed(struct rr_thread *thread)
{
	struct pi_waiter *waiter = rr_container_of(thread, struct rr_task, thread)->pi_waiting;
	if (!waiter)
		return;
	displace(waiter);
	place(waiter);
	adjust(waiter->lock->owner);
}

void pi_init(void) { rr_sched_band_changed = band_changed; }

static bool leads_back_to(const struct pi_lock *lock, const struct rr_task *task)
{
	for (unsigned depth = 0; depth < MOST_LOCKS; depth++) {
		if (lock->owner == task)
			return true;
		const struct pi_waiter *next = lock->owner->pi_waiting;
		if (!next)
			return false;
		lock = next->lock;
	}
	return true;
}

int pi_block(struct pi_waiter *waiter, struct pi_lock *lock)
{
	if (leads_back_to(lock, waiter->task))
		return -EDEADLK;
	waiter->lock = lock;
	waiter->futex.key = lock->key;
	waiter->task->pi_waiting = waiter;
	place(waiter);
	adjust(lock->owner);
	return 0;
}

void pi_unblock(struct pi_waiter *waiter)
{
	struct pi_lock *lock = waiter->lock;
	waiter->task->pi_waiting = NULL;
	rr_list_remove(&waiter->futex.link);
	if (!lock || waiter->acquired)
		return;
	struct rr_task *owner = lock->owner;
	rr_list_remove(&waiter->link);
	pi_drop(lock);
	adjust(owner);
}

static uint32_t heirs_word(const struct pi_waiter *heir) { return heir->task->tid | FUTEX_WAITERS | FUTEX_OWNER_DIED; }

/*
 * The owner ended: at once, before any thread of the program finds the lock ownerless and helps itself, the word becomes the heir's. Shared memory
 * is written where it lies, if the heir still has it there. False: it cannot be reached from here.
 */
static bool name_heir(const struct pi_waiter *heir)
{
	uint32_t value = heirs_word(heir);
	uint64_t offset = heir->address & RR_PAGE_MASK;
	if (heir->futex.key.space)
		return heir->futex.key.space == rr_aspace_current() && !rr_put_user(value, heir->address);
	struct rr_aspace *space = heir->task->process->space;
	rr_phys page = space ? rr_vm_shared_frame(space, heir->address) : RR_NO_PAGE;
	if (page == RR_NO_PAGE || page + offset != heir->futex.key.address)
		return false;
	__atomic_store_n((uint32_t *)rr_phys_to_virt(page + offset), value, __ATOMIC_SEQ_CST);
	return true;
}

void pi_hand_over(struct pi_lock *lock, bool died)
{
	struct rr_task *old = lock->owner;
	struct pi_waiter *next = first_waiter(lock);
	displace(next);
	next->acquired = true;
	next->owner_died = died && !name_heir(next);
	next->task->pi_waiting = NULL;
	rr_list_remove(&lock->owned);
	lock->owner = next->task;
	rr_list_push_back(owned_by(next->task), &lock->owned);
	pi_drop(lock);
	adjust(next->task);
	adjust(old);
	rr_futex_wake_waiter(&next->futex);
}

struct rr_futex_waiter *pi_top_waiter(const struct rr_futex_key *key)
{
	rr_list_for_each(node, rr_futex_bucket(key)) {
		struct rr_futex_waiter *waiter = rr_list_entry(node, struct rr_futex_waiter, link);
		if (rr_futex_same(&waiter->key, key))
			return waiter;
	}
	return NULL;
}

/* The lock that is waited for already, if what the program wrote fits it: the rules of Linux's attach_to_pi_state(). */
static int attach(uint32_t value, const struct rr_futex_waiter *top, struct pi_lock **out)
{
	const struct pi_waiter *waiter = top->pi;
	if (!waiter || !waiter->lock)
		return -EINVAL;
	bool being_left = value & FUTEX_OWNER_DIED && !(value & FUTEX_TID_MASK);
	if (!being_left && (int)(value & FUTEX_TID_MASK) != waiter->lock->owner->tid)
		return -EINVAL;
	*out = waiter->lock;
	return 0;
}

/* 1: the word was `value` and is `new` now; 0: it was something else. */
static int replace(uint64_t address, uint32_t value, uint32_t new)
{
	uint32_t seen;
	int error = rr_cmpxchg_user(address, value, new, &seen);
	return error ? error : seen == value;
}

static int begin_to_wait(uint32_t value, const struct rr_futex_key *key, struct pi_lock **out)
{
	struct rr_task *owner = rr_task_find(value & FUTEX_TID_MASK);
	if (!owner)
		return -ESRCH;
	*out = make_lock(key, owner);
	return *out ? 0 : -ENOMEM;
}

int pi_take(uint64_t address, const struct rr_futex_key *key, struct rr_task *task, bool contended, struct pi_lock **out)
{
	for (unsigned i = 0; i < MOST_TRIES; i++) {
		uint32_t value;
		if (rr_get_user(value, address))
			return -EFAULT;
		if ((int)(value & FUTEX_TID_MASK) == task->tid)
			return -EDEADLK;
		const struct rr_futex_waiter *top = pi_top_waiter(key);
		if (top)
			return attach(value, top, out);
		bool free = !(value & FUTEX_TID_MASK);
		uint32_t new = free ? (value & FUTEX_OWNER_DIED) | task->tid | (contended ? FUTEX_WAITERS : 0) : value | FUTEX_WAITERS;
		int replaced = replace(address, value, new);
		if (replaced < 0)
			return replaced;
		if (replaced)
			return free ? 1 : begin_to_wait(value, key, out);
	}
	return -EAGAIN;
}

/* The former owner ended: the word is its or nobody's. */
static int take_from_the_dead(const struct pi_waiter *heir)
{
	uint32_t value = heirs_word(heir);
	return rr_put_user(value, heir->address) ? -EFAULT : 0;
}

int pi_sleep(struct pi_waiter *waiter, const struct rr_futex_deadline *deadline)
{
	int error = 0;
	while (!waiter->acquired && !error)
		error = rr_futex_sleep(deadline);
	pi_unblock(waiter);
	if (!waiter->acquired)
		return error;
	return waiter->owner_died ? take_from_the_dead(waiter) : 0;
}
