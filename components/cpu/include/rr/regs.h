/*
 * The program's registers while it is in the libOS, at the top of the thread's libOS stack; the same layout for every
 * way in. cpu/src/x86_64/entry.S and boundary know the offsets.
 */
#pragma once

/* Bytes of a libOS stack (four pages); assembly uses it to tell program stacks from libOS stacks. */
#define RR_STACK_SIZE 16384

#define RR_KERNEL_CS 0x08
#define RR_KERNEL_SS 0x10
#define RR_USER_SS 0x23
#define RR_USER_CS 0x2b
#define RR_RFLAGS_IF 0x200

#define RR_REGS_SIZE 184
#define RR_REGS_RAX 80
#define RR_REGS_NUMBER 120
#define RR_REGS_KIND 132
#define RR_REGS_RIP 144
#define RR_REGS_RSP 168

#ifndef __ASSEMBLER__
#include <rr/types.h>
enum rr_entry_kind {
	RR_ENTRY_CALL = 0,    /* a stub's jump: rip is the return address; rcx r11 rax cs ss rflags are not filled */
	RR_ENTRY_SYSCALL = 1, /* a syscall instruction */
	RR_ENTRY_TRAP = 2,    /* an interrupt or exception: everything is filled */
};

struct rr_regs {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t number; /* Linux call number; ~0 for traps */
	uint32_t vector; /* of a trap */
	uint32_t kind;   /* enum rr_entry_kind */
	uint64_t error;  /* error code of a trap, else 0 */
	uint64_t rip, cs, rflags, rsp, ss;
};
/*
 * Turn the registers of a call (RR_ENTRY_CALL) into full ones that resume behind it: from now on the way back is rr_trap_return(). The result
 * of the call is the caller's to set in rax.
 */
static inline void rr_regs_complete(struct rr_regs *regs)
{
	if (regs->kind != RR_ENTRY_CALL)
		return;
	regs->kind = RR_ENTRY_TRAP;
	regs->rsp += 8; /* the return address */
	regs->rcx = regs->rip;
	regs->rflags = regs->r11 = RR_RFLAGS_IF | 2;
	regs->cs = RR_KERNEL_CS;
	regs->ss = RR_KERNEL_SS;
}

_Static_assert(sizeof(struct rr_regs) == 184, "entry.S pushes 23 words");
_Static_assert(offsetof(struct rr_regs, number) == 120 && offsetof(struct rr_regs, rip) == 144, "entry.S");
#endif
