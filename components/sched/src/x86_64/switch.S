#include <rr/regs.h>

	.text
	/*
	 * void rr_switch_stacks(uint64_t *save_rsp, uint64_t load_rsp): voluntary switch. The C ABI has saved what callers save; beside the
	 * callee-saved registers only the control words of the floating-point units survive (psABI 3.2.1).
	 */
	.globl rr_switch_stacks
rr_switch_stacks:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	sub $8, %rsp
	stmxcsr (%rsp)
	fnstcw 4(%rsp)
	mov %rsp, (%rdi)
	mov %rsi, %rsp
	fldcw 4(%rsp)
	ldmxcsr (%rsp)
	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

	/* First thing a new thread runs: rbx = entry, r12 = argument (rr_thread_init). */
	.globl rr_thread_first
rr_thread_first:
	call rr_switch_finish
	sti
	mov %r12, %rdi
	xor %ebp, %ebp
	call *%rbx
	ud2

	.section .note.GNU-stack,"",@progbits
