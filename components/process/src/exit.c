/* The end of the first process, and of the machine with it; end.c has the end of all others. */
#include <rr/control.h>
#include <rr/platform.h>
#include <rr/print.h>
#include "internal.h"

/* Process 1 is gone, and with it the machine. */
RR_NORETURN static void end_machine(const struct rr_process *process)
{
	int status = process->exit_status;
	if (rr_platform_settle)
		rr_platform_settle();
	if (process->out_of_memory)
		rr_control_exit(RR_EXIT_OUT_OF_MEMORY, SIGKILL);
	else if (status & 0x7f)
		rr_control_exit(RR_EXIT_SIGNAL, status & 0x7f);
	else
		rr_control_exit(RR_EXIT_CODE, status >> 8 & 0xff);
	rr_platform_end();
}

RR_NORETURN void (*rr_process_end_task)(struct rr_task *task);

/* The first wish counts. Whether the process stopped or went on before that, nobody is told any more. */
static void set_status(struct rr_process *process, int status)
{
	if (process->exiting)
		return;
	process->exiting = true;
	process->exit_status = status;
	process->stop_signal = process->stop_status = process->notice = 0;
	process->stop_complete = process->continued = false;
}

/* A process ends; if it is the first one, the machine does. */
static void end(struct rr_process *process, int status)
{
	set_status(process, status);
	if (process->pid == 1)
		end_machine(process);
}

void rr_task_exit(int status)
{
	struct rr_task *task = rr_current_task();
	struct rr_process *process = task->process;
	if (process->task_count == 1)
		end(process, status);
	rr_process_end_task(task);
}

void rr_process_end_threads(struct rr_process *process, const struct rr_task *except)
{
	rr_list_for_each(node, &process->tasks) {
		struct rr_task *task = rr_list_entry(node, struct rr_task, link);
		if (task == except)
			continue;
		task->ending = true;
		rr_thread_interrupt(&task->thread);
	}
}

void rr_process_exit(int status)
{
	struct rr_process *process = rr_current_process();
	end(process, status);
	rr_process_end_threads(process, NULL);
	rr_task_exit(status);
}

void rr_process_kill(struct rr_process *process, int number)
{
	set_status(process, number);
	rr_process_end_threads(process, NULL);
}

void rr_process_out_of_memory(void)
{
	struct rr_process *process = rr_current_process();
	if (!process->exiting) {
		rr_log("out of memory: %s (pid %d) is ended", process->name, process->pid);
		process->out_of_memory = true;
	}
	rr_process_kill(process, SIGKILL);
}
