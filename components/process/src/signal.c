/* Sending signals and choosing what to do with them; queues are in sigqueue.c, frames in sigframe.c, stopping in stop.c. */
#include <rr/control.h>
#include <rr/abi/resource.h>
#include <rr/crash.h>
#include <rr/image.h>
#include <rr/sched-init.h>
#include <rr/wait.h>
#include "internal.h"

#define DEFAULT_IGNORED (RR_SIGNAL_BIT(SIGCHLD) | RR_SIGNAL_BIT(SIGURG) | RR_SIGNAL_BIT(SIGWINCH) | RR_SIGNAL_BIT(SIGCONT))
/* Of an instruction: before all others, since what they see must be the instruction's registers. */
#define SYNCHRONOUS                                                                                           \
	(RR_SIGNAL_BIT(SIGSEGV) | RR_SIGNAL_BIT(SIGBUS) | RR_SIGNAL_BIT(SIGILL) | RR_SIGNAL_BIT(SIGTRAP) | RR_SIGNAL_BIT(SIGFPE) |   \
	 RR_SIGNAL_BIT(SIGSYS))

static bool is_ignored(const struct rr_process *process, int number)
{
	uint64_t handler = process->sighand->actions[number - 1].handler;
	return handler == SIG_IGN || (handler == SIG_DFL && (DEFAULT_IGNORED | (rr_stop ? 0 : RR_SIGNAL_STOPS)) & RR_SIGNAL_BIT(number));
}

/* What sending does at once. False: that was all. */
static bool send(struct rr_process *process, int number)
{
	if (process->exiting || !process->task_count)
		return false;
	if (number == SIGKILL) {
		rr_process_kill(process, SIGKILL);
		return false;
	}
	if (rr_stop && (RR_SIGNAL_STOPS | RR_SIGNAL_BIT(SIGCONT)) & RR_SIGNAL_BIT(number))
		rr_stop->sent(process, number);
	return true;
}

static bool blocks(const struct rr_task *task, int number) { return task->sigmask & ~task->awaited_signals & RR_SIGNAL_BIT(number); }

/* `task` is to act on it. */
static void notify(struct rr_task *task, int number, bool ignored)
{
	rr_thread_interrupt(&task->thread);
	if (!ignored && rr_signal_end_others)
		rr_signal_end_others(task, number);
}

/*
 * Queue for `task`, or for all of the process of `first`, if it is not ignored; one that `first` blocks is kept, since its handler may change, even
 * if `task` then takes it and ignores it.
 */
static int enqueue(struct rr_sigqueue *queue, struct rr_task *task, const struct rr_task *first, int number, const struct rr_abi_siginfo *info)
{
	bool ignored = is_ignored(first->process, number);
	if (ignored && !(first->sigmask & RR_SIGNAL_BIT(number)))
		return 0;
	int error = rr_sigqueue_add(queue, number, info, first->process->limits[RLIMIT_SIGPENDING][0]);
	if (!error && task && !blocks(task, number))
		notify(task, number, ignored);
	return error;
}

int rr_signal_task(struct rr_task *task, int number, const struct rr_abi_siginfo *info)
{
	return send(task->process, number) ? enqueue(&task->pending, task, task, number, info) : 0;
}

void rr_signal_forget_ignored(struct rr_process *process, int number)
{
	if (!is_ignored(process, number))
		return;
	rr_sigqueue_discard(&process->pending, RR_SIGNAL_BIT(number));
	rr_list_for_each(node, &process->tasks)
		rr_sigqueue_discard(&rr_list_entry(node, struct rr_task, link)->pending, RR_SIGNAL_BIT(number));
}

/* The first thread that does not block it, or NULL. One that was sent another signal takes that first, and may wait for one only: rather another. */
static struct rr_task *choose(struct rr_process *process, int number)
{
	struct rr_task *chosen = NULL;
	rr_list_for_each(node, &process->tasks) {
		struct rr_task *task = rr_list_entry(node, struct rr_task, link);
		if (blocks(task, number))
			continue;
		if (!(task->thread.work & RR_WORK_SIGNAL))
			return task;
		if (!chosen)
			chosen = task;
	}
	return chosen;
}

int rr_signal_process(struct rr_process *process, int number, const struct rr_abi_siginfo *info)
{
	if (!send(process, number))
		return 0;
	const struct rr_task *first = rr_list_entry(process->tasks.next, struct rr_task, link);
	return enqueue(&process->pending, choose(process, number), first, number, info);
}

bool rr_signal_send_entry(struct rr_process *process, struct rr_task *task, struct rr_sigentry *entry)
{
	int number = entry->info.signo;
	if (!send(process, number))
		return false;
	const struct rr_task *first = task ? task : rr_list_entry(process->tasks.next, struct rr_task, link);
	struct rr_task *target = task ? task : choose(process, number);
	bool ignored = is_ignored(process, number);
	if (ignored && !(first->sigmask & RR_SIGNAL_BIT(number)))
		return false;
	rr_sigqueue_add_entry(task ? &task->pending : &process->pending, entry);
	if (target && !blocks(target, number))
		notify(target, number, ignored);
	return true;
}

bool rr_signal_group(int pgid, int number)
{
	bool found = false;
	for (struct rr_process *process = NULL; (process = rr_process_next(process));)
		if (process->pgid == pgid && !process->zombie) {
			found = true;
			rr_signal_process(process, number, NULL);
		}
	return found;
}

bool rr_signal_pending(void)
{
	struct rr_task *task = rr_current_task();
	return (task->pending.set | task->process->pending.set) & ~task->sigmask;
}

void (*rr_signal_retarget)(struct rr_process *process, uint64_t signals);
void (*rr_signal_end_others)(struct rr_task *task, int number);

/* The current task blocks `signals` from now on. */
static void pass_on(uint64_t signals)
{
	struct rr_process *process = rr_current_process();
	if (rr_signal_retarget && process->pending.set & signals)
		rr_signal_retarget(process, process->pending.set & signals);
}

void rr_signal_await(uint64_t signals)
{
	struct rr_task *task = rr_current_task();
	uint64_t before = task->awaited_signals;
	task->awaited_signals = signals;
	pass_on(before & ~signals & task->sigmask);
}

void rr_signal_set_mask(uint64_t mask)
{
	struct rr_task *task = rr_current_task();
	task->sigmask = mask & ~RR_SIGNAL_UNSTOPPABLE;
	pass_on(task->sigmask);
	if (rr_signal_pending())
		rr_thread_interrupt(&task->thread);
}

int rr_signal_take(uint64_t wanted, struct rr_abi_siginfo *info)
{
	struct rr_task *task = rr_current_task();
	struct rr_sigqueue *queues[] = { &task->pending, &task->process->pending };
	for (unsigned i = 0; i < RR_ARRAY_SIZE(queues); i++) {
		uint64_t ready = queues[i]->set & wanted;
		if (ready) {
			int number = __builtin_ctzl(ready & SYNCHRONOUS ? ready & SYNCHRONOUS : ready) + 1;
			rr_sigqueue_take(queues[i], number, info);
			return number;
		}
	}
	return 0;
}

rr_signal_handler_runner *rr_signal_run_handler;
void (*rr_signal_again)(struct rr_regs *regs);
void (*rr_signal_report_others)(const struct rr_task *crashed);
void (*rr_signal_traced)(const struct rr_abi_siginfo *info, bool fatal);

void rr_signal_die(struct rr_regs *regs, const struct rr_abi_siginfo *info, const char *message)
{
	struct rr_task *task = rr_current_task();
	int number = info->signo;
	if (rr_signal_traced)
		rr_signal_traced(info, true);
	if (RR_SIGNAL_CORE & RR_SIGNAL_BIT(number)) {
		struct rr_crash_report report = { .signal = number, .code = info->code, .pid = task->process->pid, .tid = task->tid,
			.regs = regs, .message = message };
		if (info->code > 0)
			report.address = info->address;
		rr_control_entered(task->process->program->name); /* which is not always the last one that started */
		rr_crash_program(&report);
		if (rr_signal_report_others)
			rr_signal_report_others(task);
	}
	rr_process_exit(number);
}

void rr_signal_deliver(struct rr_regs *regs)
{
	struct rr_task *task = rr_current_task();
	struct rr_abi_siginfo info;
	int number;
	while ((number = rr_signal_take(~task->sigmask, &info))) {
		uint64_t handler = task->process->sighand->actions[number - 1].handler;
		if (is_ignored(task->process, number))
			continue;
		if (handler == SIG_DFL && RR_SIGNAL_STOPS & RR_SIGNAL_BIT(number)) {
			rr_stop->stop(task->process, number);
			if (task->process->stop_signal)
				return; /* the others when it goes on: rr_process_return() comes back */
			continue;
		}
		if (handler == SIG_DFL)
			rr_signal_die(regs, &info, "");
		rr_signal_run_handler(regs, number, &info, true);
	}
	if (task->restore_sigmask) {
		task->restore_sigmask = false;
		rr_signal_set_mask(task->saved_sigmask);
	}
}

void rr_signal_fault(int number, int code, uint64_t address, struct rr_regs *regs, const char *message)
{
	struct rr_task *task = rr_current_task();
	struct rr_abi_siginfo info = { .signo = number, .code = code, .address = address };
	uint64_t handler = task->process->sighand->actions[number - 1].handler;
	if (handler == SIG_DFL || handler == SIG_IGN || task->sigmask & RR_SIGNAL_BIT(number))
		rr_signal_die(regs, &info, message);
	rr_signal_run_handler(regs, number, &info, false);
}
