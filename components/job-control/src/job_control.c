/* The terminal as the controlling terminal of a session: ioctl_tty(2), credentials(7). Thread context, under the big lock. */
#include <rr/abi/errno.h>
#include <rr/abi/ioctl.h>
#include <rr/process.h>
#include <rr/tty.h>
#include <rr/uaccess.h>

void rr_job_control_init(void);

static bool has_terminal(const struct rr_process *process) { return process->sid == rr_tty_session && !process->no_terminal; }
static bool leads_session(const struct rr_process *process) { return process->sid == process->pid; }

static bool have_terminal(void) { return has_terminal(rr_current_process()); }

/* Neither handler nor default action would see the signal. */
static bool ignores(int signal)
{
	const struct rr_task *task = rr_current_task();
	return task->sigmask & RR_SIGNAL_BIT(signal) || task->process->sighand->actions[signal - 1].handler == SIG_IGN;
}

/* POSIX, 11.1.4: a background process that reads is stopped, one that writes or changes settings too, unless it ignores that. */
static int check(int signal)
{
	const struct rr_process *process = rr_current_process();
	if (!has_terminal(process) || !rr_tty_foreground_group || process->pgid == rr_tty_foreground_group)
		return 0;
	if (ignores(signal))
		return signal == SIGTTIN ? -EIO : 0;
	if (rr_process_group_is_orphaned(process->pgid, NULL))
		return -EIO;
	rr_signal_group(process->pgid, signal);
	rr_thread_interrupt(rr_current_thread());
	return -RR_ERESTARTSYS;
}

static long put_number(int32_t number, uint64_t argument) { return rr_put_user(number, argument); }

/* The session of a process group, 0 when there is no such group. */
static int session_of(int group)
{
	for (struct rr_process *each = NULL; (each = rr_process_next(each));)
		if (each->pgid == group)
			return each->sid;
	return 0;
}

static long set_foreground(uint64_t argument)
{
	const struct rr_process *process = rr_current_process();
	int32_t group;
	int error = check(SIGTTOU);
	if (error)
		return error == -EIO ? -ENOTTY : error;
	if (rr_get_user(group, argument))
		return -EFAULT;
	if (group < 0)
		return -EINVAL;
	if (!has_terminal(process))
		return -ENOTTY;
	int session = session_of(group);
	if (session != process->sid)
		return session ? -EPERM : -ESRCH;
	rr_tty_foreground_group = group;
	return 0;
}

/* The terminal belongs to no session any more; those who use it hear of it. */
static void give_up(void)
{
	int group = rr_tty_foreground_group;
	rr_tty_session = rr_tty_foreground_group = 0;
	if (group) {
		rr_signal_group(group, SIGHUP);
		rr_signal_group(group, SIGCONT);
	}
}

static long leave_terminal(void)
{
	struct rr_process *process = rr_current_process();
	if (!has_terminal(process))
		return -ENOTTY;
	if (leads_session(process))
		give_up();
	else
		process->no_terminal = true;
	return 0;
}

/* `steal`: a privileged caller may take it from another session. */
static long take_terminal(uint64_t steal)
{
	struct rr_process *process = rr_current_process();
	if (leads_session(process) && process->sid == rr_tty_session)
		return 0;
	if (!leads_session(process) || has_terminal(process))
		return -EPERM;
	if (rr_tty_session && !(steal == 1 && process->credentials.uid[1] == 0))
		return -EPERM;
	rr_tty_session = process->sid;
	rr_tty_foreground_group = process->pgid;
	process->no_terminal = false;
	return 0;
}

static long ioctl(unsigned command, uint64_t argument)
{
	bool mine = has_terminal(rr_current_process());
	switch (command) {
	case TIOCGPGRP: return mine ? put_number(rr_tty_foreground_group, argument) : -ENOTTY;
	case TIOCGSID: return mine ? put_number(rr_tty_session, argument) : -ENOTTY;
	case TIOCSPGRP: return set_foreground(argument);
	case TIOCSCTTY: return take_terminal(argument);
	case TIOCNOTTY: return leave_terminal();
	default: return -ENOTTY;
	}
}

static void session_ended(const struct rr_process *leader)
{
	if (leader->sid == rr_tty_session)
		give_up();
}

void rr_job_control_init(void)
{
	static const struct rr_tty_jobs jobs = { .check = check, .has_terminal = have_terminal, .ioctl = ioctl };
	rr_tty_jobs = &jobs;
	rr_process_session_ended = session_ended;
}
