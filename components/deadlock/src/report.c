#include <rr/control.h>
#include <rr/crash.h>
#include <rr/image.h>
#include <rr/sched-init.h>
#include <rr/vm.h>
#include "internal.h"

/* More threads than this are not worth the reader's time. */
#define MOST_THREADS 64u

static void report(const struct rr_task *task)
{
	char detail[DETAIL_SIZE];
	describe_wait(task, detail);
	rr_crash_thread(&(struct rr_crash_report){ .pid = task->process->pid, .tid = task->tid, .regs = rr_thread_regs(&task->thread), .message = detail });
}

/* Stacks are read through the current space; the machine ends before anybody runs on it again. */
unsigned report_threads(void)
{
	unsigned count = 0;
	for (struct rr_process *process = NULL; (process = rr_process_next(process));) {
		if (!process->space || rr_list_empty(&process->tasks))
			continue;
		rr_aspace_set_current(process->space);
		if (count < MOST_THREADS && process->program)
			rr_control_entered(process->program->name);
		rr_list_for_each(node, &process->tasks)
			if (count++ < MOST_THREADS)
				report(rr_list_entry(node, struct rr_task, link));
	}
	return count;
}
