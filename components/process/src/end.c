/* The end of threads and processes but the first one, whose end is the machine's. Only programs that can start others carry this. */
#include <rr/crash.h>
#include <rr/heap.h>
#include <rr/uaccess.h>
#include <rr/vm.h>
#include "internal.h"

void (*rr_futex_wake_hook)(uint64_t address);
void (*rr_futex_exit_hook)(struct rr_task *task);

void (*rr_process_session_ended)(const struct rr_process *leader);

void rr_vfork_release(struct rr_process *child)
{
	if (!child->space_borrowed)
		return;
	child->space_borrowed = false;
	/* the thread that waits; not always one of the parent's (CLONE_PARENT) */
	const struct rr_task *creator = rr_task_find(child->creator);
	if (creator)
		rr_wake_all(&creator->process->state_event);
}

void rr_process_tell_parent(struct rr_process *process, int signal, int code, int status)
{
	struct rr_process *parent = process->parent;
	struct rr_abi_siginfo info = { .signo = signal, .code = code, .pid = process->pid, .uid = process->credentials.uid[0], .status = status };
	if (signal)
		rr_signal_process(parent, signal, &info);
	rr_wake_all(&parent->child_event);
}

/* Nobody will wait for a child whose parent does not want to know: SA_NOCLDWAIT, SIGCHLD ignored. */
static bool unwanted(const struct rr_process *process)
{
	const struct rr_sighand *sighand = process->parent->sighand;
	if (!sighand || process->exit_signal != SIGCHLD)
		return false;
	const struct rr_abi_sigaction *action = &sighand->actions[SIGCHLD - 1];
	return action->handler == SIG_IGN || action->flags & SA_NOCLDWAIT;
}

/* True when the process is to be freed, since nobody waits for it. Pid 1 is a program like others, which does not know of orphans. */
static bool tell_end(struct rr_process *process)
{
	if (process->adopted)
		return true;
	int status = process->exit_status, signal = status & 0x7f;
	bool free = unwanted(process);
	int tell = process->exit_signal >= 0 && process->exit_signal <= 64 ? process->exit_signal : 0;
	rr_process_tell_parent(process, tell, signal ? CLD_KILLED : CLD_EXITED, signal ? signal : status >> 8);
	return free;
}

/* Who takes over the children of `process`: its nearest ancestor that wants them, or pid 1. */
static struct rr_process *reaper_for(const struct rr_process *process)
{
	struct rr_process *ancestor = process->parent;
	while (ancestor->parent && (!ancestor->reaper || ancestor->exiting))
		ancestor = ancestor->parent;
	return ancestor;
}

/* prctl(2), PR_SET_PDEATHSIG: the thread that made it has ended. */
static void signal_death(struct rr_process *child)
{
	const struct rr_process *me = rr_current_process();
	struct rr_abi_siginfo info = { .signo = child->death_signal, .code = SI_USER, .pid = me->pid, .uid = me->credentials.uid[RR_REAL] };
	if (child->death_signal)
		rr_signal_process(child, child->death_signal, &info);
}

static void give_to(struct rr_process *child, struct rr_process *reaper)
{
	child->parent = reaper;
	child->parent_pid = reaper->pid;
	child->creator = rr_list_empty(&reaper->tasks) ? reaper->pid : rr_list_entry(reaper->tasks.next, struct rr_task, link)->tid;
	child->adopted = !reaper->parent && !reaper->reaper;
	child->exit_signal = SIGCHLD;
	rr_list_remove(&child->sibling);
	rr_list_push_back(&reaper->children, &child->sibling);
}

static void reparent_children(struct rr_process *process)
{
	struct rr_process *reaper = reaper_for(process);
	rr_list_for_each_safe(node, &process->children) {
		struct rr_process *child = rr_list_entry(node, struct rr_process, sibling);
		give_to(child, reaper);
		signal_death(child);
		if (child->zombie && tell_end(child))
			rr_process_free(child);
		else
			rr_process_check_orphaned(child, process, NULL);
	}
}

/* A thread's children stay with its process. */
static void pass_on_children(const struct rr_task *task)
{
	struct rr_process *process = task->process;
	rr_list_for_each(node, &process->children) {
		struct rr_process *child = rr_list_entry(node, struct rr_process, sibling);
		if (child->creator != task->tid)
			continue;
		child->creator = rr_list_entry(process->tasks.next, struct rr_task, link)->tid;
		signal_death(child);
	}
}

/* The last thread is gone: a zombie until the parent asks. Runs on the last thread, whose space is no longer used. */
static void become_zombie(struct rr_process *process)
{
	if (process->sid == process->pid && rr_process_session_ended)
		rr_process_session_ended(process);
	reparent_children(process);
	rr_process_check_orphaned(process, process->parent, process);
	rr_process_release_resources(process);
	process->zombie = true;
	if (rr_process_end_hook)
		rr_process_end_hook(process, false);
	process->unwanted = tell_end(process);
}

/* On another stack, once the thread's own is no longer in use: in the middle of a switch, so nothing here waits. */
static void reap(void *argument)
{
	struct rr_task *task = argument;
	struct rr_process *process = task->process;
	rr_thread_fini(&task->thread);
	rr_free(task);
	if (process->unwanted)
		rr_process_free(process);
}

void rr_process_release_thread(struct rr_task *task)
{
	uint32_t zero = 0;
	/* nobody could look at the word in a space that goes away */
	bool shared = task->process->task_count > 1 || task->process->space->sharers;
	if (rr_futex_exit_hook)
		rr_futex_exit_hook(task);
	if (task->clear_child_tid && shared && !rr_copy_to_user(task->clear_child_tid, &zero, sizeof(zero)) && rr_futex_wake_hook)
		rr_futex_wake_hook(task->clear_child_tid);
}

static void leave_space(struct rr_process *process)
{
	struct rr_aspace *space = process->space;
	rr_usage_space_left(process);
	rr_aspace_set_current(NULL);
	process->space = NULL;
	rr_aspace_destroy(space);
	rr_vfork_release(process);
}

/* More threads than this are not worth the reader's time. */
#define MOST_REPORTED_THREADS 16

static void report_other_threads(const struct rr_task *crashed)
{
	unsigned reported = 0;
	rr_list_for_each(node, &crashed->process->tasks) {
		const struct rr_task *task = rr_list_entry(node, struct rr_task, link);
		if (task == crashed || reported++ >= MOST_REPORTED_THREADS)
			continue;
		rr_crash_thread(&(struct rr_crash_report){ .pid = task->process->pid, .tid = task->tid, .regs = rr_thread_regs(&task->thread), .message = "" });
	}
}

/* Each goes to one thread: others would end their waits for nothing. */
static void retarget(struct rr_process *process, uint64_t signals)
{
	rr_list_for_each(node, &process->tasks) {
		struct rr_task *task = rr_list_entry(node, struct rr_task, link);
		uint64_t taken = signals & (~task->sigmask | task->awaited_signals);
		signals &= ~taken;
		if (taken)
			rr_thread_interrupt(&task->thread);
	}
}

/*
 * All threads end at once, the sender too, not when the one it was meant for runs; nor when that has waited for a vfork child. Where there is a
 * report, that one makes it. Those of a stopped process end when it goes on.
 */
static void end_others(struct rr_task *task, int number)
{
	struct rr_process *process = task->process;
	uint64_t bit = RR_SIGNAL_BIT(number);
	bool fatal = process->sighand->actions[number - 1].handler == SIG_DFL && !((RR_SIGNAL_CORE | RR_SIGNAL_STOPS) & bit) && !(task->sigmask & bit);
	if (fatal && (process->task_count > 1 || task->killable) && !process->stop_complete)
		rr_process_kill(process, number);
}

RR_NORETURN static void end_task(struct rr_task *task)
{
	struct rr_process *process = task->process;
	bool last = process->task_count == 1;
	rr_process_release_thread(task);
	rr_sigqueue_clear(&task->pending);
	rr_list_remove(&task->link);
	process->task_count--;
	rr_task_total--;
	rr_usage_thread_ends(task);
	if (last) {
		leave_space(process);
		become_zombie(process);
	} else {
		pass_on_children(task);
		retarget(process, process->pending.set);
		rr_stop_recount(process);
		rr_wake_all(&process->state_event);
	}
	rr_thread_end(reap, task);
}

void rr_process_enable_others(void)
{
	rr_process_enable_stop();
	rr_process_end_task = end_task;
	rr_signal_retarget = retarget;
	rr_signal_end_others = end_others;
	rr_signal_report_others = report_other_threads;
}
