#include <rr/cpu.h>
#include <rr/irq.h>
#include <rr/panic.h>
#include <rr/sections.h>
#include <rr/trap.h>
#include "apic.h"
#include "entry.h"

struct rr_trap_hooks rr_trap_hooks;

bool rr_trap_in_libos(const struct rr_regs *regs)
{
	return !(regs->cs & 3) && rr_this_cpu()->stack_top - regs->rsp <= RR_STACK_SIZE;
}

bool rr_trap_in_libos_text(uint64_t rip)
{
	return rip - (uint64_t)__rr_text_start < (uint64_t)(__rr_text_end - __rr_text_start);
}

static void handle(uint32_t vector)
{
	struct rr_cpu *cpu = rr_this_cpu();
	cpu->irq_depth++;
	if (vector == RR_VECTOR_TIMER) {
		if (rr_trap_hooks.timer)
			rr_trap_hooks.timer();
	} else {
		rr_irq_dispatch(vector - RR_VECTOR_IRQ);
	}
	cpu->irq_depth--;
}

void rr_irq_run_pending(void)
{
	uint64_t pending = __atomic_exchange_n(&rr_this_cpu()->irq_pending, 0, __ATOMIC_RELAXED);
	for (; pending; pending &= pending - 1)
		handle(RR_VECTOR_IRQ + (uint32_t)__builtin_ctzl(pending));
}

/* The current thread's RR_WORK_* bits; the scheduler pins offset and value (rr/thread.h). NULL before there is a thread. */
static uint32_t *work_bits(void)
{
	struct rr_cpu *cpu = rr_this_cpu();
	return cpu->current ? (uint32_t *)((char *)cpu->current + 8) : NULL;
}

static void interrupt(uint32_t vector, bool in_libos)
{
	if (vector == RR_VECTOR_SPURIOUS)
		return;
	rr_lapic_end_of_interrupt();
	if (!in_libos) {
		handle(vector);
		return;
	}
	uint32_t *work = work_bits();
	rr_this_cpu()->irq_pending |= 1ul << (vector - RR_VECTOR_IRQ);
	if (work)
		__atomic_or_fetch(work, RR_WORK_IRQ, __ATOMIC_RELAXED);
}

static void exception(struct rr_regs *regs, bool in_libos)
{
	uint64_t address = 0;
	if (regs->vector == RR_VECTOR_PAGE_FAULT)
		__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	if (!rr_trap_hooks.exception || rr_this_cpu()->irq_depth || regs->vector == RR_VECTOR_DOUBLE_FAULT)
		rr_panic_at(regs, "exception %u, error code 0x%lx, address 0x%lx", regs->vector, regs->error, address);
	if (regs->rflags & RR_RFLAGS_IF)
		rr_irq_on();
	rr_trap_hooks.exception(regs, address, in_libos);
	rr_irq_off();
}

void rr_trap(struct rr_regs *regs)
{
	bool in_libos = rr_trap_in_libos(regs);
	if (regs->vector < RR_VECTOR_IRQ)
		exception(regs, in_libos);
	else
		interrupt(regs->vector, in_libos);
	const uint32_t *work = work_bits();
	if (!work || !__atomic_load_n(work, __ATOMIC_RELAXED))
		return;
	if (in_libos) {
		if (regs->rip >= rr_trap_hooks.restart_begin && regs->rip < rr_trap_hooks.restart_end)
			regs->rip = rr_trap_hooks.restart_begin;
	} else if (rr_trap_hooks.on_return) {
		rr_irq_on();
		rr_trap_hooks.on_return(regs);
	}
}

void rr_trap_stack_overflow(uint64_t rip, uint64_t rsp)
{
	rr_panic("libOS stack overflow at rip 0x%lx, rsp 0x%lx", rip, rsp);
}
