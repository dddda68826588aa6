/*
 * Stopping and continuing: job control of signal(7). The signal that stops is acted on by one thread; all threads then park on their way out of the
 * libOS, and the last one to do so tells the parent. SIGCONT continues when it is sent, whatever becomes of it.
 */
#include <rr/sched-init.h>
#include <rr/trap.h>
#include "internal.h"

const struct rr_stop_ops *rr_stop;

/* Forget pending signals of all of a process's queues. */
static void discard(struct rr_process *process, uint64_t set)
{
	rr_sigqueue_discard(&process->pending, set);
	rr_list_for_each(node, &process->tasks)
		rr_sigqueue_discard(&rr_list_entry(node, struct rr_task, link)->pending, set);
}

static void resume(struct rr_process *process)
{
	process->notice = process->stop_complete ? CLD_CONTINUED : CLD_STOPPED;
	process->continued = true;
	process->stop_status = process->stop_signal = 0;
	process->stop_complete = false;
	rr_wake_all(&process->state_event);
}

static void sent(struct rr_process *process, int number)
{
	if (number == SIGCONT) {
		discard(process, RR_SIGNAL_STOPS);
		if (process->stop_signal)
			resume(process);
	} else {
		discard(process, RR_SIGNAL_BIT(SIGCONT));
	}
}

static void stop(struct rr_process *process, int number)
{
	if (process->exiting || process->stop_signal)
		return;
	/* who would continue it? the session's leader is not there to do it */
	if (number != SIGSTOP && rr_process_group_is_orphaned(process->pgid, NULL))
		return;
	if (rr_signal_traced)
		rr_signal_traced(&(struct rr_abi_siginfo){ .signo = number, .code = SI_KERNEL }, false);
	process->stop_signal = number;
	process->continued = false;
	rr_list_for_each(node, &process->tasks)
		rr_thread_interrupt(&rr_list_entry(node, struct rr_task, link)->thread);
}

/* To the parent, which may not want to hear of it. */
static void tell(struct rr_process *process, int code, int status)
{
	const struct rr_sighand *sighand = process->parent ? process->parent->sighand : NULL;
	if (!sighand || process->adopted)
		return;
	const struct rr_abi_sigaction *action = &sighand->actions[SIGCHLD - 1];
	bool wanted = action->handler != SIG_IGN && !(action->flags & SA_NOCLDSTOP);
	rr_process_tell_parent(process, wanted ? SIGCHLD : 0, code, status);
}

void rr_stop_recount(struct rr_process *process)
{
	if (!process->stop_signal || process->stop_complete || process->stopped_tasks < process->task_count)
		return;
	process->stop_complete = true;
	process->stop_status = process->stop_signal;
	tell(process, CLD_STOPPED, process->stop_signal);
}

static void tell_notice(struct rr_process *process)
{
	int code = process->notice;
	process->notice = 0;
	if (code)
		tell(process, code, code == CLD_CONTINUED ? SIGCONT : 0);
}

static void park(const struct rr_regs *regs)
{
	struct rr_process *process = rr_current_process();
	bool interrupted = regs->kind == RR_ENTRY_TRAP;
	if (interrupted && !rr_thread_keep_state(true)) {
		process->stop_signal = 0; /* no memory to keep what the program computes with */
		return;
	}
	process->stopped_tasks++;
	rr_stop_recount(process);
	rr_process_wait_killable(&process->state_event, !process->stop_signal);
	process->stopped_tasks--;
	if (interrupted)
		rr_thread_keep_state(false);
	tell_notice(process);
}

void rr_process_enable_stop(void)
{
	static const struct rr_stop_ops ops = { .sent = sent, .stop = stop, .park = park };
	rr_stop = &ops;
	rr_signal_enable_restart();
}
