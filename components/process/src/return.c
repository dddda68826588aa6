/* On the way back to the program. */
#include <rr/abi/errno.h>
#include <rr/irq.h>
#include <rr/sched-init.h>
#include <rr/trap.h>
#include <rr/vfs.h>
#include "internal.h"

/* A signal cannot be delivered in the middle of a leaf call or the boundary's first instructions: look again soon. */
#define RETRY_NS 50000ul

static void retry(struct rr_timer *timer) { (void)timer; }

static struct rr_timer retry_timer = { .fire = retry };

void rr_signal_work_done(void) { __atomic_and_fetch(&rr_current_thread()->work, ~RR_WORK_SIGNAL, __ATOMIC_RELAXED); }

/* Do one thing that is pending. False: it must wait until the program's registers are its own again. */
static bool do_work(struct rr_thread *thread, struct rr_regs *regs)
{
	if (thread->work & RR_WORK_IRQ) {
		__atomic_and_fetch(&thread->work, ~RR_WORK_IRQ, __ATOMIC_RELAXED);
		rr_irq_run_pending();
		return true;
	}
	if (thread->work & RR_WORK_RESCHED) {
		if (regs->kind == RR_ENTRY_TRAP)
			rr_thread_preempt();
		else
			rr_thread_yield();
		return true;
	}
	if (rr_current_task()->ending)
		rr_task_exit(rr_current_process()->exit_status);
	if (rr_current_process()->stop_signal) {
		rr_stop->park(regs);
		return true;
	}
	if (regs->kind == RR_ENTRY_TRAP && rr_trap_in_libos_text(regs->rip))
		return false;
	rr_signal_work_done();
	rr_signal_deliver(regs);
	return true;
}

/*
 * What comes up after the last look is seen by the interrupt that brings it. On the way back from a call that interrupt lets the boundary look again
 * (rr_trap_set_restart_range); on the way back from a trap interrupts are off, so that it comes when the program runs.
 */
bool rr_process_return(struct rr_regs *regs)
{
	struct rr_thread *thread = rr_current_thread();
	for (;;) {
		while (__atomic_load_n(&thread->work, __ATOMIC_RELAXED))
			if (!do_work(thread, regs)) {
				rr_timer_arm(&retry_timer, rr_clock_monotonic() + RETRY_NS);
				rr_irq_off();
				return true;
			}
		if (regs->kind == RR_ENTRY_CALL) {
			if (!rr_is_restart(regs->rax))
				return false;
			/* a wait was ended for a signal that another thread took, or that is ignored: do the call again */
			if (rr_signal_again)
				rr_signal_again(regs);
			else
				regs->rax = (uint64_t)-EINTR;
		} else {
			rr_irq_off();
			if (!__atomic_load_n(&thread->work, __ATOMIC_RELAXED))
				return true;
			rr_irq_on();
		}
	}
}

void (*rr_process_leaving)(const struct rr_regs *regs, long result);

void rr_process_leave(struct rr_regs *regs, long result)
{
	if (rr_process_leaving)
		rr_process_leaving(regs, result);
	rr_regs_complete(regs);
	regs->rax = result;
	rr_process_return(regs);
	rr_trap_return(regs);
}

static void trap_return(struct rr_regs *regs) { rr_process_return(regs); }

void rr_process_init(void)
{
	rr_trap_set_exception_handler(rr_process_exception);
	rr_trap_set_return_hook(trap_return);
	rr_vfs_raise = rr_process_raise;
}
