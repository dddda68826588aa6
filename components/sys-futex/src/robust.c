/* Robust locks: set_robust_list(2), and what happens to them when their owner ends (Documentation/locking/robust-futex-ABI). */
#include <rr/abi/errno.h>
#include <rr/uaccess.h>
#include "internal.h"

#define LIST_LIMIT 2048
#define HEAD_SIZE 24
#define ENTRY_PI 1ul /* bit 0 of a pointer: the lock inherits priorities */

long rr_sys_set_robust_list(uint64_t head, size_t size);
long rr_sys_get_robust_list(int tid, uint64_t head, uint64_t size);

static void wake_one(uint64_t word)
{
	rr_futex_wake_hook(word);
}

/* `pending`: the owner was about to lock or unlock it. False: the word cannot be used. */
static bool release(uint64_t word, int tid, bool pi, bool pending)
{
	uint32_t old, seen;
	do {
		if (word & 3 || rr_get_user(old, word))
			return false;
		/* unlocked, but who waits was not woken any more */
		if (pending && !pi && !old)
			wake_one(word);
		if ((int)(old & FUTEX_TID_MASK) != tid)
			return true;
		if (rr_cmpxchg_user(word, old, (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &seen))
			return false;
	} while (seen != old);
	/* who waits for a lock with inheritance is given it by leave_pi_locks() */
	if (!pi && old & FUTEX_WAITERS)
		wake_one(word);
	return true;
}

void leave_robust_locks(struct rr_task *task)
{
	struct { uint64_t next; int64_t offset; uint64_t pending; } head;
	uint64_t list = task->robust_list;
	task->robust_list = 0;
	if (!list || rr_get_user(head, list))
		return;
	uint64_t entry = head.next, pending = head.pending & ~ENTRY_PI;
	for (unsigned i = 0; i < LIST_LIMIT && (entry & ~ENTRY_PI) != list; i++) {
		uint64_t next, lock = entry & ~ENTRY_PI;
		bool last = rr_get_user(next, lock);
		if (lock != pending && !release(lock + head.offset, task->tid, entry & ENTRY_PI, false))
			return;
		if (last)
			return;
		entry = next;
	}
	if (pending)
		release(pending + head.offset, task->tid, head.pending & ENTRY_PI, true);
}

long rr_sys_set_robust_list(uint64_t head, size_t size)
{
	if (size != HEAD_SIZE)
		return -EINVAL;
	rr_current_task()->robust_list = head;
	return 0;
}

long rr_sys_get_robust_list(int tid, uint64_t head, uint64_t size)
{
	struct rr_task *task = tid ? rr_task_find(tid) : rr_current_task();
	uint64_t length = HEAD_SIZE;
	if (!task)
		return -ESRCH;
	return rr_put_user(length, size) || rr_put_user(task->robust_list, head) ? -EFAULT : 0;
}
