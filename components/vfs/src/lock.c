/* Advisory locks: a list of ranges per inode. */
#include <rr/heap.h>
#include <rr/lock.h>
#include "internal.h"

/* Waiters of all files: locks are rarely waited for, so one queue is enough. */
static struct rr_waitqueue changed = RR_WAITQUEUE_INIT(changed);

/* Who waits for whom, to find deadlocks of process locks. */
struct blocked {
	struct rr_list link;
	const void *owner, *holder;
};
static struct rr_list blocked_owners = RR_LIST_INIT(blocked_owners);

static bool overlap(const struct rr_lock *a, const struct rr_lock *b) { return a->start <= b->end && b->start <= a->end; }

const struct rr_lock *rr_lock_conflict(struct rr_inode *inode, const struct rr_lock *request)
{
	if (!inode->locks.next || request->type == F_UNLCK)
		return NULL;
	rr_list_for_each(node, &inode->locks) {
		const struct rr_lock *lock = rr_container_of(node, struct rr_lock, link);
		if (lock->owner != request->owner && lock->kind == request->kind && overlap(lock, request) &&
		    (lock->type == F_WRLCK || request->type == F_WRLCK))
			return lock;
	}
	return NULL;
}

static void drop(struct rr_lock *lock)
{
	rr_list_remove(&lock->link);
	rr_free(lock);
}

static struct rr_lock *copy_of(const struct rr_lock *lock)
{
	struct rr_lock *copy = rr_alloc(sizeof(*copy));
	if (copy)
		*copy = *lock;
	return copy;
}

/*
 * Make the owner's locks in the request's range be of the request's type: cut or drop what overlaps, join what adjoins and has the same
 * type. Everything that must be allocated is allocated before anything changes.
 */
static int set_range(struct rr_inode *inode, const struct rr_lock *request)
{
	struct rr_lock *added = NULL, *tail = NULL;
	if (request->type != F_UNLCK) {
		added = copy_of(request);
		if (!added)
			return -ENOMEM;
	}
	rr_list_for_each_safe(node, &inode->locks) {
		struct rr_lock *lock = rr_container_of(node, struct rr_lock, link);
		if (lock->owner != request->owner || lock->kind != request->kind)
			continue;
		if (added && lock->type == added->type) {
			bool touches = lock->start <= (added->end == UINT64_MAX ? added->end : added->end + 1) &&
			               added->start <= (lock->end == UINT64_MAX ? lock->end : lock->end + 1);
			if (touches) {
				added->start = rr_min(added->start, lock->start);
				added->end = rr_max(added->end, lock->end);
				drop(lock);
			}
			continue;
		}
		if (!overlap(lock, request))
			continue;
		if (lock->start < request->start && lock->end > request->end) {
			/* The only lock the range can lie within: nothing else overlaps, so nothing has changed yet. */
			tail = copy_of(lock);
			if (!tail) {
				rr_free(added);
				return -ENOMEM;
			}
			tail->start = request->end + 1;
			lock->end = request->start - 1;
			rr_list_push_back(&inode->locks, &tail->link);
			break;
		}
		if (lock->start < request->start)
			lock->end = request->start - 1;
		else if (lock->end > request->end)
			lock->start = request->end + 1;
		else
			drop(lock);
	}
	if (added)
		rr_list_push_back(&inode->locks, &added->link);
	rr_wake_all(&changed);
	return 0;
}

void rr_lock_release(struct rr_inode *inode, const void *owner)
{
	rr_list_for_each_safe(node, &inode->locks) {
		struct rr_lock *lock = rr_container_of(node, struct rr_lock, link);
		if (lock->owner == owner)
			drop(lock);
	}
	rr_wake_all(&changed);
}

static void drop_flock(struct rr_inode *inode, const void *owner)
{
	rr_list_for_each_safe(node, &inode->locks) {
		struct rr_lock *lock = rr_container_of(node, struct rr_lock, link);
		if (lock->owner == owner && lock->kind == RR_LOCK_FLOCK)
			drop(lock);
	}
	rr_wake_all(&changed);
}

/* Would `owner` waiting for `holder` close a circle? */
static bool deadlock(const void *owner, const void *holder)
{
	bool found = true;
	while (found) {
		if (holder == owner)
			return true;
		found = false;
		rr_list_for_each(node, &blocked_owners) {
			const struct blocked *blocked = rr_container_of(node, struct blocked, link);
			if (blocked->owner == holder) {
				holder = blocked->holder;
				found = true;
				break;
			}
		}
	}
	return false;
}

static int wait_for(struct rr_inode *inode, const struct rr_lock *request)
{
	for (;;) {
		const struct rr_lock *conflict = rr_lock_conflict(inode, request);
		if (!conflict)
			return 0;
		struct blocked self = { .owner = request->owner, .holder = conflict->owner };
		/* As on Linux, only locks of processes are looked at: an open file can be held by several. */
		bool process = request->pid != -1 && request->kind == RR_LOCK_RECORD;
		if (process && deadlock(self.owner, self.holder))
			return -EDEADLK;
		rr_list_init(&self.link);
		if (process)
			rr_list_push_back(&blocked_owners, &self.link);
		const void *holder = self.holder;
		int error = rr_wait_until(&changed, !(conflict = rr_lock_conflict(inode, request)) || conflict->owner != holder, RR_FOREVER,
		                          RR_INTERRUPTIBLE);
		rr_list_remove(&self.link);
		if (error)
			return error;
	}
}

int rr_lock_apply(struct rr_inode *inode, const struct rr_lock *request, bool wait)
{
	vfs_release_locks = rr_lock_release;
	if (!inode->locks.next)
		rr_list_init(&inode->locks);
	if (rr_lock_conflict(inode, request)) {
		/* Changing a lock of flock(2) gives up the old one first, come what may. */
		if (request->kind == RR_LOCK_FLOCK)
			drop_flock(inode, request->owner);
		if (!wait)
			return -EAGAIN;
		int error = wait_for(inode, request);
		if (error)
			return error;
	}
	return set_range(inode, request);
}
