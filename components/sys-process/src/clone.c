/* Making threads and processes. */
#include "clone.h"
#include <rr/abi/errno.h>
#include <rr/abi/resource.h>
#include <rr/heap.h>
#include <rr/pidfd.h>
#include <rr/process.h>
#include <rr/sched-init.h>
#include <rr/string.h>
#include <rr/trap.h>
#include <rr/uaccess.h>
#include <rr/vfs.h>
#include <rr/vm.h>

/* A thread shares all of this; a process may share some. */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define KNOWN_FLAGS                                                                                           \
	(THREAD_FLAGS | CLONE_PIDFD | CLONE_VFORK | CLONE_PARENT | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |       \
	 CLONE_CHILD_SETTID | CLONE_SYSVSEM | CLONE_DETACHED | CLONE_UNTRACED | CLONE_IO | CLONE_CLEAR_SIGHAND)
#define FIRST_PROCESS 1

/* The child's first and only libOS code. */
static void first_run(void *argument)
{
	struct rr_task *task = argument;
	struct rr_regs *regs = rr_thread_regs(&task->thread);
	rr_process_return(regs);
	rr_trap_return(regs);
}

/* The pieces every new task needs, whatever it belongs to. NULL: no memory. */
static struct rr_task *make_task(const struct clone_request *request)
{
	struct rr_task *parent = rr_current_task(), *task = rr_zalloc(1, sizeof(*task));
	if (!task)
		return NULL;
	if (rr_thread_init(&task->thread, first_run, task)) {
		rr_free(task);
		return NULL;
	}
	struct rr_regs *regs = rr_thread_regs(&task->thread);
	*regs = *rr_thread_regs(&parent->thread);
	rr_regs_complete(regs);
	regs->rax = 0;
	if (request->stack)
		regs->rsp = request->stack;
	task->thread.fs_base = request->flags & CLONE_SETTLS ? request->tls : parent->thread.fs_base;
	task->sigmask = parent->sigmask;
	task->io_priority = parent->io_priority;
	memcpy(task->comm, parent->comm, sizeof(task->comm));
	if (request->flags & CLONE_CHILD_CLEARTID)
		task->clear_child_tid = request->child_tid;
	return task;
}

static void free_task(struct rr_task *task)
{
	if (!task)
		return;
	rr_thread_fini(&task->thread);
	rr_free(task);
}

/* The caller's number for the new one. A bad address is the caller's loss, as on Linux. */
static void store_number(const struct clone_request *request, int tid)
{
	if (request->flags & CLONE_PARENT_SETTID)
		(void)rr_put_user(tid, request->parent_tid);
}

static long start_thread(const struct clone_request *request)
{
	struct rr_process *process = rr_current_process();
	struct rr_task *task = make_task(request);
	if (!task)
		return -EAGAIN;
	int tid = task->tid = rr_task_new_id();
	store_number(request, tid);
	if (request->flags & CLONE_CHILD_SETTID)
		(void)rr_put_user(tid, request->child_tid);
	task->thread.root = rr_current_thread()->root;
	task->thread.space = rr_current_thread()->space;
	rr_task_attach(task, process);
	rr_thread_start(&task->thread);
	return tid;
}

/* Handlers become the default action; what is ignored stays so. */
static void clear_handlers(struct rr_sighand *sighand)
{
	for (unsigned i = 0; i < RR_ARRAY_SIZE(sighand->actions); i++)
		if (sighand->actions[i].handler != SIG_IGN)
			sighand->actions[i] = (struct rr_abi_sigaction){ .handler = SIG_DFL };
}

static int copy_files(uint64_t flags, const struct rr_process *parent, struct rr_process *child)
{
	if (flags & CLONE_FS) {
		parent->fs->sharers++;
		child->fs = parent->fs;
	} else {
		int error = rr_fs_context_copy(parent->fs, &child->fs);
		if (error)
			return error;
	}
	if (!(flags & CLONE_FILES))
		return rr_fdtable_copy(parent->fds, &child->fds);
	rr_fdtable_ref(parent->fds);
	child->fds = parent->fds;
	return 0;
}

static int copy_handlers(uint64_t flags, struct rr_process *parent, struct rr_process *child)
{
	if (flags & CLONE_SIGHAND) {
		child->sighand = parent->sighand;
		child->sighand->refs++;
		return 0;
	}
	child->sighand = rr_alloc(sizeof(*child->sighand));
	if (!child->sighand)
		return -ENOMEM;
	*child->sighand = *parent->sighand;
	child->sighand->refs = 1;
	if (flags & CLONE_CLEAR_SIGHAND)
		clear_handlers(child->sighand);
	return 0;
}

static int share_or_copy(uint64_t flags, struct rr_process *parent, struct rr_process *child)
{
	int error = copy_files(flags, parent, child);
	if (!error)
		error = copy_handlers(flags, parent, child);
	if (error)
		return error;
	child->space_borrowed = flags & CLONE_VFORK;
	if (!(flags & CLONE_VM))
		return rr_aspace_fork(parent->space, &child->space);
	child->space = rr_aspace_share(parent->space);
	return 0;
}

static void inherit(const struct rr_process *parent, struct rr_process *child)
{
	child->pgid = parent->pgid;
	child->sid = parent->sid;
	child->no_terminal = parent->no_terminal;
	child->program = parent->program;
	child->user = parent->user;
	child->credentials = parent->credentials;
	rr_groups_ref(child->credentials.groups);
	child->barriers = parent->barriers;
	child->persona = parent->persona;
	child->undumpable = parent->undumpable;
	child->timer_slack = parent->timer_slack;
	child->creator = rr_current_task()->tid;
	memcpy(child->name, parent->name, sizeof(child->name));
	memcpy(child->limits, parent->limits, sizeof(child->limits));
}

/* The first thread of `child`. */
static void attach_first(const struct clone_request *request, struct rr_task *task, struct rr_process *child)
{
	const struct rr_task *me = rr_current_task();
	task->tid = child->pid;
	task->thread.root = child->space->root;
	task->thread.space = child->space;
	rr_task_attach(task, child);
	/* on memory of its own the alternate stack is there, too; a vfork child borrows it */
	if (!(request->flags & CLONE_VM) || request->flags & CLONE_VFORK) {
		task->altstack = me->altstack;
		task->altstack_size = me->altstack_size;
		task->altstack_flags = me->altstack_flags;
	}
	if (request->flags & CLONE_CHILD_SETTID) {
		rr_aspace_set_current(child->space);
		(void)rr_put_user(task->tid, request->child_tid);
		rr_aspace_set_current(me->process->space);
	}
}

static bool borrows(int pid)
{
	const struct rr_process *process = rr_process_find(pid);
	return process && !process->zombie && process->space_borrowed;
}

/* A descriptor for `child` at the address the caller wants it. */
static int give_pidfd(const struct clone_request *request, struct rr_process *child)
{
	if (!(request->flags & CLONE_PIDFD))
		return 0;
	int fd = rr_pidfd_install(child, 0);
	if (fd < 0)
		return fd;
	if (!rr_put_user(fd, request->pidfd))
		return 0;
	rr_fd_close(rr_current_fdtable(), fd);
	return -EFAULT;
}

static long start_process(const struct clone_request *request)
{
	struct rr_process *me = rr_current_process(), *parent = request->flags & CLONE_PARENT ? me->parent : me;
	struct rr_process *child = rr_process_create(parent, rr_task_new_id());
	if (!child)
		return -ENOMEM;
	inherit(me, child);
	child->exit_signal = request->flags & CLONE_PARENT ? me->exit_signal : (int)request->exit_signal;
	struct rr_task *task = make_task(request);
	int error = task ? share_or_copy(request->flags, me, child) : -ENOMEM;
	if (!error)
		error = give_pidfd(request, child);
	if (error) {
		free_task(task);
		rr_process_free(child);
		return error;
	}
	int pid = child->pid;
	store_number(request, pid);
	attach_first(request, task, child);
	rr_thread_start(&task->thread);
	if (request->flags & CLONE_VFORK) /* the child uses our stack: nothing but its exec or end lets us go on */
		rr_process_wait_killable(&me->state_event, !borrows(pid));
	return pid;
}

/* RLIMIT_NPROC counts a user's threads; root has no limit but that of the numbers. */
static bool may_have_another(const struct rr_process *process)
{
	uint32_t user = process->credentials.uid[0];
	uint64_t count = 0;
	if (rr_task_total >= RR_TASK_MOST)
		return false;
	if (!user)
		return true;
	for (struct rr_process *each = NULL; (each = rr_process_next(each));)
		if (each->credentials.uid[0] == user)
			count += each->task_count;
	return count < process->limits[RLIMIT_NPROC][0];
}

static long do_clone(const struct clone_request *request)
{
	uint64_t flags = request->flags;
	bool thread = flags & CLONE_THREAD;
	if (flags & ~(uint64_t)KNOWN_FLAGS || (flags & CLONE_SIGHAND && !(flags & CLONE_VM)) || (thread && (flags & THREAD_FLAGS) != THREAD_FLAGS))
		return -EINVAL;
	if (flags & CLONE_PIDFD && flags & (CLONE_THREAD | CLONE_DETACHED))
		return -EINVAL;
	if (flags & CLONE_PARENT && rr_current_process()->pid == FIRST_PROCESS && !thread)
		return -EINVAL; /* its parent is none of ours */
	if (flags & CLONE_SETTLS && request->tls >= RR_VM_MAX)
		return -EPERM;
	if (request->stack >= RR_VM_MAX)
		return -EINVAL;
	if (!may_have_another(rr_current_process()))
		return -EAGAIN;
	return thread ? start_thread(request) : start_process(request);
}

void clone_and_leave(const struct clone_request *request)
{
	struct rr_regs *regs = rr_thread_regs(rr_current_thread());
	rr_process_enable_others();
	long result = do_clone(request);
	rr_process_leave(regs, result);
}
