/* The libOS itself failed. As little as possible is trusted: no locks, no allocation, no page faults. */
#include <rr/abi/signal.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/panic.h>
#include <rr/platform.h>
#include <rr/thread.h>

#include "report.h"

void rr_crash_init(void);

/* Part of the current thread's libOS stack from `sp` on; nothing when `sp` lies outside. */
static void send_stack(uint64_t sp)
{
	const struct rr_thread *thread = rr_current_thread();
	if (!thread || sp < (uint64_t)thread->stack_low || sp >= thread->stack_top)
		return;
	uint64_t end = rr_min(thread->stack_top, sp + CRASH_STACK);
	for (uint64_t at = sp; at < end; at += CRASH_PIECE)
		crash_send_memory(at, (const void *)at, rr_min(end - at, (uint64_t)CRASH_PIECE));
}

static RR_NORETURN void on_panic(const char *message, const struct rr_regs *regs)
{
	struct rr_regs here = { 0 };
	if (!regs) {
		__asm__ volatile("mov %%rbp, %0; mov %%rsp, %1; lea 0(%%rip), %2" : "=r"(here.rbp), "=r"(here.rsp), "=r"(here.rip));
		here.number = ~0ul;
		regs = &here;
	}
	rr_control_panic();
	const struct rr_crash_report report = { .signal = SIGABRT, .regs = regs, .message = message };
	if (crash_send(RR_CONTROL_CRASH, &report, true))
		send_stack(regs->rsp);
	else
		crash_print(&report, true);
	rr_control_exit(RR_EXIT_SIGNAL, SIGABRT);
	rr_platform_end();
}

void rr_crash_init(void) { rr_panic_set_hook(on_panic); }
