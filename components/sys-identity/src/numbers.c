/* Process, group and session numbers: getpid(2), setpgid(2), setsid(2). */
#include <rr/abi/errno.h>
#include <rr/process.h>

long rr_sys_getpid(void);
long rr_sys_gettid(void);
long rr_sys_getppid(void);
long rr_sys_getpgrp(void);
long rr_sys_getpgid(int pid);
long rr_sys_getsid(int pid);
long rr_sys_setpgid(int pid, int group);
long rr_sys_setsid(void);

static struct rr_process *find(int pid) { return pid ? rr_process_find(pid) : rr_current_process(); }

long rr_sys_getpid(void) { return rr_current_process()->pid; }
long rr_sys_gettid(void) { return rr_current_task()->tid; }
long rr_sys_getpgrp(void) { return rr_current_process()->pgid; }

long rr_sys_getppid(void) { return rr_current_process()->parent_pid; }

long rr_sys_getpgid(int pid)
{
	const struct rr_process *process = find(pid);
	return process ? process->pgid : -ESRCH;
}

long rr_sys_getsid(int pid)
{
	const struct rr_process *process = find(pid);
	return process ? process->sid : -ESRCH;
}

/* The group is a new one of its own, or there is one of that number in its session. */
static bool joinable(const struct rr_process *process, int group)
{
	if (group == process->pid)
		return true;
	for (struct rr_process *each = NULL; (each = rr_process_next(each));)
		if (each->pgid == group && each->sid == process->sid)
			return true;
	return false;
}

/* A child may be moved until it runs another program: then it may rely on its group. */
static int may_move(const struct rr_process *self, const struct rr_process *process)
{
	if (process->parent == self) {
		if (process->sid != self->sid)
			return -EPERM;
		if (process->executed)
			return -EACCES;
	} else if (process != self) {
		return -ESRCH;
	}
	return process->sid == process->pid ? -EPERM : 0;
}

long rr_sys_setpgid(int pid, int group)
{
	struct rr_process *self = rr_current_process(), *process = find(pid);
	if (group < 0 || (!group && pid < 0))
		return -EINVAL;
	if (!process)
		return rr_task_find(pid) ? -EINVAL : -ESRCH;
	int error = may_move(self, process);
	if (error)
		return error;
	if (!group)
		group = pid ? pid : process->pid;
	if (!joinable(process, group))
		return -EPERM;
	process->pgid = group;
	return 0;
}

static bool is_group(int group)
{
	for (struct rr_process *each = NULL; (each = rr_process_next(each));)
		if (each->pgid == group)
			return true;
	return false;
}

long rr_sys_setsid(void)
{
	struct rr_process *process = rr_current_process();
	if (process->sid == process->pid || is_group(process->pid))
		return -EPERM;
	process->pgid = process->sid = process->pid;
	process->no_terminal = false;
	return process->sid;
}
