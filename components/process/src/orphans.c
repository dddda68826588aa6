/* Orphaned process groups: POSIX, 3.264 and the consequences of _exit(). */
#include "internal.h"

/* A parent in the same session but another group: who can continue a stopped member. */
static bool has_guardian(const struct rr_process *process, const struct rr_process *parent)
{
	return parent && !process->adopted && parent->pgid != process->pgid && parent->sid == process->sid;
}

bool rr_process_group_is_orphaned(int pgid, const struct rr_process *ignored)
{
	for (struct rr_process *each = NULL; (each = rr_process_next(each));)
		if (each->pgid == pgid && each != ignored && !each->zombie && has_guardian(each, each->parent))
			return false;
	return true;
}

static bool has_stopped_member(int pgid)
{
	for (struct rr_process *each = NULL; (each = rr_process_next(each));)
		if (each->pgid == pgid && each->stop_signal)
			return true;
	return false;
}

void rr_process_check_orphaned(struct rr_process *process, struct rr_process *parent, const struct rr_process *ending)
{
	bool mattered = parent && parent->pgid != process->pgid && parent->sid == process->sid;
	if (mattered && has_stopped_member(process->pgid) && rr_process_group_is_orphaned(process->pgid, ending)) {
		rr_signal_group(process->pgid, SIGHUP);
		rr_signal_group(process->pgid, SIGCONT);
	}
}
