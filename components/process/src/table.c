/* Which processes and threads there are. */
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/string.h>
#include <rr/vfs.h>
#include <rr/vm.h>
#include "internal.h"

static struct rr_list processes = RR_LIST_INIT(processes);
static int last_id = 1; /* the first process */
unsigned rr_task_total;
void (*rr_process_end_hook)(struct rr_process *process, bool freed);

#define MAX_ID 32767 /* Linux's default pid_max; then numbers are used again */

int rr_task_new_id(void)
{
	do
		last_id = last_id == MAX_ID ? 2 : last_id + 1;
	while (rr_process_find(last_id) || rr_task_find(last_id));
	return last_id;
}

struct rr_process *rr_process_next(struct rr_process *process)
{
	struct rr_list *next = process ? process->all_link.next : processes.next;
	return next == &processes ? NULL : rr_list_entry(next, struct rr_process, all_link);
}

struct rr_process *rr_process_find(int pid)
{
	for (struct rr_process *process = NULL; (process = rr_process_next(process));)
		if (process->pid == pid)
			return process;
	return NULL;
}

struct rr_task *rr_task_find(int tid)
{
	for (struct rr_process *process = NULL; (process = rr_process_next(process));)
		rr_list_for_each(node, &process->tasks) {
			struct rr_task *task = rr_list_entry(node, struct rr_task, link);
			if (task->tid == tid)
				return task;
		}
	return NULL;
}

struct rr_process *rr_process_create(struct rr_process *parent, int pid)
{
	struct rr_process *process = rr_zalloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->parent = parent;
	process->parent_pid = parent ? parent->pid : 0;
	rr_list_init(&process->children);
	rr_list_init(&process->sibling);
	rr_list_init(&process->tasks);
	rr_list_init(&process->pidfds);
	rr_sigqueue_init(&process->pending);
	rr_waitqueue_init(&process->child_event);
	rr_waitqueue_init(&process->state_event);
	process->start_time = parent ? rr_clock_monotonic() : 0; /* the first began with the clock */
	process->pid = pid;
	process->exit_signal = SIGCHLD;
	rr_list_push_back(&processes, &process->all_link);
	if (parent)
		rr_list_push_back(&parent->children, &process->sibling);
	return process;
}

static void sighand_put(struct rr_sighand *sighand)
{
	if (sighand && !--sighand->refs)
		rr_free(sighand);
}

void rr_process_release_resources(struct rr_process *process)
{
	rr_timer_cancel(&process->alarm);
	rr_process_end_attachments(process, false);
	if (process->fds)
		rr_fdtable_put(process->fds);
	if (process->fs)
		rr_fs_context_destroy(process->fs);
	sighand_put(process->sighand);
	process->fds = NULL;
	process->fs = NULL;
	process->sighand = NULL;
	rr_sigqueue_clear(&process->pending);
}

void rr_process_free(struct rr_process *process)
{
	if (rr_process_end_hook)
		rr_process_end_hook(process, true);
	rr_process_release_resources(process);
	if (process->space)
		rr_aspace_destroy(process->space);
	rr_list_remove(&process->all_link);
	rr_list_remove(&process->sibling);
	rr_groups_put(process->credentials.groups);
	rr_free(process);
}

void rr_task_attach(struct rr_task *task, struct rr_process *process)
{
	task->process = process;
	rr_sigqueue_init(&task->pending);
	task->altstack_flags = SS_DISABLE;
	rr_list_push_back(&process->tasks, &task->link);
	process->task_count++;
	rr_task_total++;
	if (process->stop_signal)
		rr_thread_interrupt(&task->thread);
}
