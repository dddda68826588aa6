/* pidfd_open(2), pidfd_send_signal(2). */
#include <rr/pidfd.h>
#include <rr/abi/errno.h>
#include <rr/abi/fcntl.h>
#include <rr/process.h>
#include <rr/uaccess.h>

long rr_sys_pidfd_open(int pid, unsigned flags);
long rr_sys_pidfd_send_signal(int fd, int number, uint64_t info, unsigned flags);

long rr_sys_pidfd_open(int pid, unsigned flags)
{
	if (flags & ~O_NONBLOCK || pid <= 0)
		return -EINVAL;
	struct rr_process *process = rr_process_find(pid);
	if (!process)
		return rr_task_find(pid) ? -EINVAL : -ESRCH; /* of a thread that is not its process's first */
	return rr_pidfd_install(process, flags);
}

/* What the caller says, which must not look like the kernel's; or what kill(2) would say. */
static int read_info(uint64_t from, int number, bool to_self, struct rr_abi_siginfo *info)
{
	const struct rr_process *me = rr_current_process();
	*info = (struct rr_abi_siginfo){ .signo = number, .code = SI_USER, .pid = me->pid, .uid = me->credentials.uid[0] };
	if (!from)
		return 0;
	if (rr_get_user(*info, from))
		return -EFAULT;
	if (info->signo != number)
		return -EINVAL;
	return (info->code >= 0 || info->code == SI_TKILL) && !to_self ? -EPERM : 0;
}

long rr_sys_pidfd_send_signal(int fd, int number, uint64_t from, unsigned flags)
{
	struct rr_process *process;
	struct rr_abi_siginfo info;
	bool nonblocking;
	if (flags)
		return -EINVAL;
	int error = rr_pidfd_get(fd, &process, &nonblocking);
	if (!error)
		error = read_info(from, number, process && process->pid == rr_current_task()->tid, &info);
	if (error)
		return error;
	if (!process)
		return -ESRCH;
	if (number < 0 || number > 64)
		return -EINVAL;
	rr_process_enable_stop();
	return number ? rr_signal_process(process, number, &info) : 0;
}
