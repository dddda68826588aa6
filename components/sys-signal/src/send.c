/* kill(2), tkill(2), rt_sigqueueinfo(2). */
#include <rr/abi/errno.h>
#include <rr/process.h>
#include <rr/uaccess.h>

long rr_sys_kill(int pid, int number);
long rr_sys_tkill(int tid, int number);
long rr_sys_tgkill(int tgid, int tid, int number);
long rr_sys_rt_sigqueueinfo(int pid, int number, uint64_t info);
long rr_sys_rt_tgsigqueueinfo(int tgid, int tid, int number, uint64_t info);

static struct rr_abi_siginfo from_me(int number, int code)
{
	return (struct rr_abi_siginfo){ .signo = number, .code = code, .pid = rr_current_process()->pid, .uid = rr_current_process()->credentials.uid[0] };
}

/* Who may signal whom: kill(2). */
static bool may_signal(const struct rr_process *process, int number)
{
	const struct rr_process *self = rr_current_process();
	const uint32_t *mine = self->credentials.uid, *its = process->credentials.uid;
	return mine[RR_EFFECTIVE] == its[RR_SAVED] || mine[RR_EFFECTIVE] == its[RR_REAL] || mine[RR_REAL] == its[RR_SAVED] ||
	       mine[RR_REAL] == its[RR_REAL] || (number == SIGCONT && process->sid == self->sid) || rr_capable(CAP_KILL);
}

static int check(const struct rr_process *process, int number)
{
	if (number < 0 || number > 64)
		return -EINVAL;
	return may_signal(process, number) ? 0 : -EPERM;
}

static int send_process(struct rr_process *process, int number, const struct rr_abi_siginfo *info)
{
	int error = check(process, number);
	if (error)
		return error;
	rr_process_enable_stop();
	return number ? rr_signal_process(process, number, info) : 0;
}

/* A thread's number stands for its process, too. */
static struct rr_process *find(int pid)
{
	struct rr_process *process = rr_process_find(pid);
	const struct rr_task *task = process ? NULL : rr_task_find(pid);
	return task ? task->process : process;
}

/* All but pid 1 and the caller, or the members of a group. */
static bool is_meant(const struct rr_process *process, int pid, int group)
{
	return pid == -1 ? process->pid != 1 && process != rr_current_process() : process->pgid == group;
}

long rr_sys_kill(int pid, int number)
{
	struct rr_abi_siginfo info = from_me(number, SI_USER);
	if (pid > 0) {
		struct rr_process *process = find(pid);
		return process ? send_process(process, number, &info) : -ESRCH;
	}
	int group = pid == 0 ? rr_current_process()->pgid : -pid, result = -ESRCH;
	for (struct rr_process *process = NULL; (process = rr_process_next(process));) {
		if (!is_meant(process, pid, group))
			continue;
		/* One that could be told is enough. */
		int error = send_process(process, number, &info);
		result = result ? error : 0;
	}
	return result;
}

static long send_task(int tgid, int tid, int number, const struct rr_abi_siginfo *info)
{
	if (tid <= 0)
		return -EINVAL;
	struct rr_task *task = rr_task_find(tid);
	/* a first thread that has ended is there as long as its process; what it is sent is lost */
	const struct rr_process *process = task ? task->process : rr_process_find(tid);
	if (!process || (tgid && process->pid != tgid))
		return -ESRCH;
	int error = check(process, number);
	if (error)
		return error;
	rr_process_enable_stop();
	return number && task ? rr_signal_task(task, number, info) : 0;
}

long rr_sys_tkill(int tid, int number)
{
	struct rr_abi_siginfo info = from_me(number, SI_TKILL);
	return send_task(0, tid, number, &info);
}

long rr_sys_tgkill(int tgid, int tid, int number)
{
	struct rr_abi_siginfo info = from_me(number, SI_TKILL);
	return tgid <= 0 ? -EINVAL : send_task(tgid, tid, number, &info);
}

/* The sender fills in siginfo; it must not look like the kernel's unless it is for `id`, the running thread: rt_sigqueueinfo(2). */
static int read_info(uint64_t from, int number, int id, struct rr_abi_siginfo *info)
{
	if (rr_get_user(*info, from))
		return -EFAULT;
	info->signo = number;
	return (info->code >= 0 || info->code == SI_TKILL) && id != rr_current_task()->tid ? -EPERM : 0;
}

long rr_sys_rt_sigqueueinfo(int pid, int number, uint64_t from)
{
	struct rr_abi_siginfo info;
	int error = read_info(from, number, pid, &info);
	if (error)
		return error;
	struct rr_process *process = find(pid);
	return process ? send_process(process, number, &info) : -ESRCH;
}

long rr_sys_rt_tgsigqueueinfo(int tgid, int tid, int number, uint64_t from)
{
	struct rr_abi_siginfo info;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	int error = read_info(from, number, tid, &info);
	return error ? error : send_task(tgid, tid, number, &info);
}
