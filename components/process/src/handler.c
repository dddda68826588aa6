/* Running handlers. Only programs that can install one carry this: rt_sigaction switches it on. */
#include <rr/abi/errno.h>
#include <rr/wait.h>
#include "internal.h"

/* The interrupted call is done again, or ends with EINTR. */
static void end_call(struct rr_regs *regs, bool restart)
{
	if (regs->kind != RR_ENTRY_CALL)
		return;
	if ((restart && regs->rax == (uint64_t)-RR_ERESTARTSYS) || regs->rax == (uint64_t)-RR_ERESTARTNOINTR)
		rr_signal_restart(regs);
	else if (rr_is_restart(regs->rax))
		regs->rax = (uint64_t)-EINTR;
	rr_regs_complete(regs);
	regs->vector = 0;
	regs->error = 0;
}

static void run_handler(struct rr_regs *regs, int number, const struct rr_abi_siginfo *info, bool between)
{
	struct rr_task *task = rr_current_task();
	if (rr_signal_traced)
		rr_signal_traced(info, false);
	struct rr_abi_sigaction *slot = &task->process->sighand->actions[number - 1], action = *slot;
	if (between && regs->kind == RR_ENTRY_TRAP)
		rr_signal_rewind_stub(regs);
	end_call(regs, action.flags & SA_RESTART);
	task->restart_deadline = 0;
	uint64_t old_mask = task->restore_sigmask ? task->saved_sigmask : task->sigmask;
	if (action.flags & SA_RESETHAND)
		slot->handler = SIG_DFL;
	if (!rr_signal_build_frame(regs, number, info, &action, old_mask)) {
		static const char message[] = "no room on the stack for a signal handler";
		if (number != SIGSEGV) /* whose handler may have a stack of its own */
			rr_signal_fault(SIGSEGV, SI_KERNEL, 0, regs, message);
		else
			rr_signal_die(regs, &(struct rr_abi_siginfo){ .signo = SIGSEGV, .code = SI_KERNEL }, message);
		return;
	}
	task->restore_sigmask = false;
	uint64_t mask = task->sigmask | action.mask;
	if (!(action.flags & SA_NODEFER))
		mask |= RR_SIGNAL_BIT(number);
	rr_signal_set_mask(mask);
}

void rr_signal_enable_handlers(void)
{
	rr_signal_run_handler = run_handler;
	rr_signal_enable_restart();
}
