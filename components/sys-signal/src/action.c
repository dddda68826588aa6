/* What to do with a signal: rt_sigaction(2), sigaltstack(2), and the way back from handlers. */
#include <rr/abi/errno.h>
#include <rr/process.h>
#include <rr/uaccess.h>

#define SIGSET_SIZE 8
#define KNOWN_FLAGS                                                                                           \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_RESTORER)

long rr_sys_rt_sigaction(int number, uint64_t new_action, uint64_t old_action, size_t set_size);
long rr_sys_sigaltstack(uint64_t new_stack, uint64_t old_stack);
long rr_sys_rt_sigreturn(void);

long rr_sys_rt_sigaction(int number, uint64_t new_action, uint64_t old_action, size_t set_size)
{
	struct rr_abi_sigaction action;
	if (set_size != SIGSET_SIZE || number < 1 || number > 64)
		return -EINVAL;
	if (new_action && (number == SIGKILL || number == SIGSTOP))
		return -EINVAL;
	if (new_action && rr_get_user(action, new_action))
		return -EFAULT;
	struct rr_abi_sigaction *slot = &rr_current_process()->sighand->actions[number - 1], old = *slot;
	if (new_action) {
		rr_signal_enable_handlers();
		action.mask &= ~RR_SIGNAL_UNSTOPPABLE;
		action.flags &= KNOWN_FLAGS;
		*slot = action;
		rr_signal_forget_ignored(rr_current_process(), number);
	}
	return old_action && rr_put_user(old, old_action) ? -EFAULT : 0;
}

long rr_sys_sigaltstack(uint64_t new_stack, uint64_t old_stack)
{
	struct rr_task *task = rr_current_task();
	uint64_t sp = rr_thread_regs(&task->thread)->rsp;
	struct rr_abi_stack wanted, now = { .sp = task->altstack, .size = task->altstack_size };
	uint32_t mode = !task->altstack_size ? SS_DISABLE : rr_altstack_in_use(task, sp) ? SS_ONSTACK : 0;
	now.flags = (int32_t)(mode | (task->altstack_flags & SS_AUTODISARM));
	if (new_stack) {
		if (rr_get_user(wanted, new_stack))
			return -EFAULT;
		int error = rr_altstack_set(task, &wanted, sp);
		if (error)
			return error;
	}
	return old_stack && rr_put_user(now, old_stack) ? -EFAULT : 0;
}

/* Jumped to with the stack pointer behind the frame's return address; the boundary made room for one as if it were a call. */
long rr_sys_rt_sigreturn(void)
{
	struct rr_regs *regs = rr_thread_regs(rr_current_thread());
	if (!rr_signal_restore_frame(regs, regs->rsp)) {
		rr_regs_complete(regs);
		rr_signal_fault(SIGSEGV, SI_KERNEL, 0, regs, "the frame of a signal handler was destroyed");
	}
	rr_process_leave(regs, (long)regs->rax);
}
