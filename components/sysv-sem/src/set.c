/* The sets there are; semget(2). */
#include <rr/clock.h>
#include <rr/heap.h>
#include "set.h"

#define MOST_SETS 32000 /* SEMMNI, SEMMSL */
#define MOST_SEMAPHORES 32000

static struct rr_list sets = RR_LIST_INIT(sets);
static unsigned set_count;

long rr_sys_semget(int key, int count, unsigned flags);

struct sem_set *sem_set_find(int id)
{
	rr_list_for_each(node, &sets)
		if (rr_list_entry(node, struct sem_set, link)->id == id)
			return rr_list_entry(node, struct sem_set, link);
	return NULL;
}

static struct sem_set *find_key(int key)
{
	rr_list_for_each(node, &sets)
		if (rr_list_entry(node, struct sem_set, link)->state.perm.key == key)
			return rr_list_entry(node, struct sem_set, link);
	return NULL;
}

void sem_set_put(struct sem_set *set)
{
	if (--set->users == 0 && set->removed)
		rr_free(set);
}

void sem_set_changed(struct sem_set *set)
{
	set->changes++;
	rr_wake_all(&set->changed);
}

/* Take it out of the table; who waits is told. */
static void remove_set(struct sem_set *set)
{
	rr_list_remove(&set->link);
	set_count--;
	sem_undo_drop(set);
	set->removed = true;
	set->users++;
	sem_set_changed(set);
	sem_set_put(set);
}

static int new_id(void)
{
	static int last;
	do
		last = last == INT32_MAX ? 0 : last + 1;
	while (sem_set_find(last));
	return last;
}

static long create(int key, unsigned count, unsigned flags)
{
	if (set_count >= MOST_SETS)
		return -ENOSPC;
	struct sem_set *set = rr_zalloc(1, sizeof(*set) + count * sizeof(set->semaphores[0]));
	if (!set)
		return -ENOMEM;
	set->id = new_id();
	set->count = set->state.count = count;
	set->state.perm = rr_ipc_perm(key, flags);
	set->state.ctime = rr_clock_realtime() / RR_NSEC_PER_SEC;
	rr_waitqueue_init(&set->changed);
	rr_list_init(&set->waiting);
	rr_list_init(&set->undos);
	rr_list_push_back(&sets, &set->link);
	set_count++;
	return set->id;
}

static long open_existing(const struct sem_set *set, int count, unsigned flags)
{
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	if ((unsigned)count > set->count)
		return -EINVAL;
	int error = rr_ipc_check(&set->state.perm, flags & 0777);
	return error ? error : set->id;
}

long rr_sys_semget(int key, int count, unsigned flags)
{
	if (count < 0 || count > MOST_SEMAPHORES)
		return -EINVAL;
	struct sem_set *set = key == IPC_PRIVATE ? NULL : find_key(key);
	if (set)
		return open_existing(set, count, flags);
	if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
		return -ENOENT;
	return count ? create(key, count, flags) : -EINVAL;
}

long sem_set_control(struct sem_set *set, int command, const struct rr_abi_ipc_perm *wanted)
{
	if (!rr_ipc_owns(&set->state.perm) && !rr_capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (command == IPC_RMID) {
		remove_set(set);
		return 0;
	}
	rr_ipc_set(&set->state.perm, wanted);
	set->state.ctime = rr_clock_realtime() / RR_NSEC_PER_SEC;
	return 0;
}
