/* What ends with a program when its process runs another one. A first program finds all of this as it is made. */
#include <rr/control.h>
#include <rr/exec.h>
#include <rr/heap.h>
#include <rr/image.h>
#include <rr/sched-init.h>
#include <rr/vfs.h>
#include <rr/vm.h>
#include "internal.h"

/* Handlers that ran program code are gone with it; ignored signals stay ignored (execve(2)). */
static void reset_signals(struct rr_task *task)
{
	struct rr_abi_sigaction *actions = task->process->sighand->actions;
	for (unsigned i = 0; i < 64; i++)
		if (actions[i].handler != SIG_IGN)
			actions[i] = (struct rr_abi_sigaction){ .handler = SIG_DFL };
	rr_altstack_reset(task);
}

int rr_process_unshare(struct rr_process *process)
{
	struct rr_sighand *sighand = process->sighand;
	if (rr_fdtable_is_shared(process->fds)) {
		struct rr_fdtable *fds = process->fds;
		int error = rr_fdtable_copy(fds, &process->fds);
		if (error)
			return error;
		rr_fdtable_put(fds);
	}
	if (sighand->refs > 1) {
		process->sighand = rr_alloc(sizeof(*sighand));
		if (!process->sighand) {
			process->sighand = sighand;
			return -ENOMEM;
		}
		*process->sighand = *sighand;
		process->sighand->refs = 1;
		sighand->refs--;
	}
	return 0;
}

/* Locks and the word of who joins lie in the old program's memory. */
static void release_thread(struct rr_task *task, struct rr_aspace *old)
{
	struct rr_aspace *new = task->process->space;
	task->process->space = old;
	rr_usage_space_left(task->process);
	rr_aspace_set_current(old);
	rr_process_release_thread(task);
	rr_aspace_set_current(new);
	task->process->space = new;
}

void rr_exec_leave(const struct rr_image_program *next, struct rr_aspace *old)
{
	struct rr_task *task = rr_current_task();
	struct rr_process *process = task->process;
	release_thread(task, old);
	rr_control_entered(next->name);
	process->executed = true;
	process->exit_signal = SIGCHLD;
	process->undumpable = false;
	process->barriers = 0; /* they were for the old space */
	rr_aspace_destroy(old);
	rr_vfork_release(process);
	rr_fdtable_close_on_exec(process->fds);
	rr_process_end_attachments(process, true);
	reset_signals(task);
	rr_credentials_executed(&process->credentials);
	task->clear_child_tid = task->robust_list = 0;
	rr_thread_set_fs_base(0);
}
