#include <rr/abi/errno.h>
#include "internal.h"

int find_thread(int tid, struct rr_task **out)
{
	if (tid < 0)
		return -EINVAL;
	*out = tid ? rr_task_find(tid) : rr_current_task();
	return *out ? 0 : -ESRCH;
}

static bool selected(const struct rr_process *process, enum selection which, int who)
{
	const struct rr_process *self = rr_current_process();
	if (which == SELECT_GROUP)
		return process->pgid == (who ? who : self->pgid);
	return process->credentials.uid[RR_REAL] == (who ? (uint32_t)who : self->credentials.uid[RR_REAL]);
}

static struct rr_task *first_of(struct rr_process *process)
{
	return rr_list_empty(&process->tasks) ? NULL : rr_list_entry(process->tasks.next, struct rr_task, link);
}

struct rr_task *select_next(enum selection which, int who, struct rr_task *after)
{
	struct rr_process *process = NULL;
	if (which == SELECT_THREAD)
		return after ? NULL : who ? rr_task_find(who) : rr_current_task();
	if (after) {
		process = after->process;
		if (after->link.next != &process->tasks)
			return rr_list_entry(after->link.next, struct rr_task, link);
	}
	while ((process = rr_process_next(process)))
		if (selected(process, which, who) && first_of(process))
			return first_of(process);
	return NULL;
}

bool may_change(const struct rr_task *task)
{
	const uint32_t *mine = rr_current_process()->credentials.uid, *its = task->process->credentials.uid;
	return mine[RR_EFFECTIVE] == its[RR_EFFECTIVE] || mine[RR_EFFECTIVE] == its[RR_REAL] || rr_capable(CAP_SYS_NICE);
}
