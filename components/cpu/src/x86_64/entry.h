/* What entry.S and C share. */
#pragma once
#include <rr/regs.h>
#include <rr/types.h>

/* RR_VECTOR_COUNT entry points of 16 bytes. */
extern const char rr_trap_vectors[];
/* Called by entry.S on the libOS stack, interrupts off. */
void rr_trap(struct rr_regs *regs);
/* Called by entry.S on the trampoline stack. */
RR_NORETURN void rr_trap_stack_overflow(uint64_t rip, uint64_t rsp);
