/*
 * Interrupts and exceptions. All enter on an IST stack that is only a trampoline: entry.S copies the frame to the thread's libOS stack
 * (below the interrupted libOS frame, if there is one) before anything else happens.
 */
#pragma once
#include <rr/regs.h>
#include <rr/types.h>

#define RR_VECTOR_DIVIDE 0
#define RR_VECTOR_DEBUG 1
#define RR_VECTOR_NMI 2
#define RR_VECTOR_BREAKPOINT 3
#define RR_VECTOR_OVERFLOW 4
#define RR_VECTOR_INVALID_OPCODE 6
#define RR_VECTOR_DOUBLE_FAULT 8
#define RR_VECTOR_STACK 12
#define RR_VECTOR_PROTECTION 13
#define RR_VECTOR_PAGE_FAULT 14
#define RR_VECTOR_X87 16
#define RR_VECTOR_ALIGNMENT 17
#define RR_VECTOR_SIMD 19
#define RR_VECTOR_IRQ 32   /* ISA line 0 */
#define RR_VECTOR_TIMER 48
#define RR_VECTOR_SPURIOUS 63
#define RR_VECTOR_COUNT 64

/* Bit of a thread's `work` (rr/thread.h): interrupts have been noted. */
#define RR_WORK_IRQ 4u

/* Load descriptor tables, enable the local APIC and the floating-point unit of this CPU. Once, at start. */
void rr_cpu_init(void);
/* The same on the processor of a machine that goes on where another one stood, interrupts rerouted. False: it lacks vector state that the other had. */
bool rr_cpu_resume(void);

/* Whom traps are told to, set below; NULL: nobody. */
extern struct rr_trap_hooks {
	void (*exception)(struct rr_regs *regs, uint64_t address, bool in_libos);
	void (*on_return)(struct rr_regs *regs);
	void (*timer)(void);
	uint64_t restart_begin, restart_end;
} rr_trap_hooks;

/* Exceptions go here, interrupts on if they were; `address` is CR2 for page faults. `in_libos`: libOS code on a libOS stack failed. */
static inline void rr_trap_set_exception_handler(void (*handler)(struct rr_regs *regs, uint64_t address, bool in_libos))
{
	rr_trap_hooks.exception = handler;
}
/* Called, interrupts on, before a trap returns to program code while the thread has work pending. May change the registers. */
static inline void rr_trap_set_return_hook(void (*hook)(struct rr_regs *regs)) { rr_trap_hooks.on_return = hook; }
/* libOS code [begin, end) that must start over when work came up within (the boundary's way out). */
static inline void rr_trap_set_restart_range(const void *begin, const void *end)
{
	rr_trap_hooks.restart_begin = (uint64_t)begin;
	rr_trap_hooks.restart_end = (uint64_t)end;
}
/* Interrupt context. */
static inline void rr_trap_set_timer_handler(void (*handler)(void)) { rr_trap_hooks.timer = handler; }

/* True when the registers are those of libOS code on the current thread's libOS stack. */
bool rr_trap_in_libos(const struct rr_regs *regs);
/* True when rip is in the libOS's text (on whatever stack). */
bool rr_trap_in_libos_text(uint64_t rip);

/* Restore everything from `regs` and continue there. Interrupts are switched off meanwhile. */
RR_NORETURN void rr_trap_return(struct rr_regs *regs);

/* The local APIC's one-shot timer, counting down at its input clock. 0 stops it. Any context. */
void rr_lapic_timer_set(uint32_t count);
uint32_t rr_lapic_timer_left(void);
