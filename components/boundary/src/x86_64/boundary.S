/*
 * The way in by a stub's jump, and out. On entry: C arguments in rdi rsi rdx rcx r8 r9, the return address on the program's stack, the
 * handler in rax and the call number in r10 (entry.S.in). The libOS stack of the thread is empty: its top is where struct rr_regs goes.
 *
 * An interrupt between any two instructions finds either the program's stack pointer or the libOS's, never a mixture (cpu/entry.S).
 */
#include <rr/regs.h>

	.cfi_sections .debug_frame	/* for backtraces made on the host; nothing of it is in the image */

	.section .text.rr_boundary, "ax", @progbits
	.balign 16
	.globl rr_boundary_call
rr_boundary_call:
	.cfi_startproc simple
	.cfi_def_cfa %rsp, 8
	.cfi_offset %rip, -8
	mov %rsp, %r11
	mov %gs:16, %rsp
	sub $(RR_REGS_SIZE + 8), %rsp
	mov %r11, RR_REGS_RSP(%rsp)
	mov (%r11), %r11
	mov %r11, RR_REGS_RIP(%rsp)
.Lstore:
	cld			/* a program may have its own idea of the direction; the libOS's copies must not run backwards */
	mov %r15, 0(%rsp)
	mov %r14, 8(%rsp)
	mov %r13, 16(%rsp)
	mov %r12, 24(%rsp)
	mov %rbp, 32(%rsp)
	mov %rbx, 40(%rsp)
	mov %rcx, 56(%rsp)	/* the fourth argument, where the Linux ABI has it: r10 */
	mov %r9, 64(%rsp)
	mov %r8, 72(%rsp)
	mov %rdx, 96(%rsp)
	mov %rsi, 104(%rsp)
	mov %rdi, 112(%rsp)
	mov %r10, RR_REGS_NUMBER(%rsp)
	movl $0, RR_REGS_KIND(%rsp)
	/* From here on the program's registers are in struct rr_regs at %rsp. Its stack pointer behind the call is 8 above the one stored:
	   a DWARF expression of 6 bytes, breg7 RR_REGS_RSP; deref; plus_uconst 8. */
	.cfi_def_cfa %rsp, 0
	.cfi_offset %r15, 0
	.cfi_offset %r14, 8
	.cfi_offset %r13, 16
	.cfi_offset %r12, 24
	.cfi_offset %rbp, 32
	.cfi_offset %rbx, 40
	.cfi_offset %rip, RR_REGS_RIP
	.cfi_escape 0x16, 7, 6, 0x77, (RR_REGS_RSP & 0x7f) | 0x80, RR_REGS_RSP >> 7, 0x06, 0x23, 8
	call *%rax

	/* Work that comes up in here makes the interrupt start this over: rr_trap_set_restart_range(). */
	.globl rr_boundary_exit_begin
rr_boundary_exit_begin:
	mov %gs:8, %rcx
	cmpl $0, 8(%rcx)
	jne .Lwork
	mov RR_REGS_RSP(%rsp), %rsp
	.globl rr_boundary_exit_end
rr_boundary_exit_end:
	ret

.Lwork:
	mov %rax, RR_REGS_RAX(%rsp)
	mov %rsp, %rdi
	call rr_process_return
	test %al, %al
	jnz 1f
	mov RR_REGS_RAX(%rsp), %rax
	jmp rr_boundary_exit_begin
1:	mov %rsp, %rdi
	jmp rr_trap_return
	.cfi_endproc

	/* A call nobody implements. With the rest, so that bake finds it in every image. */
	.globl rr_entry_enosys
rr_entry_enosys:
	mov $-38, %rax
	ret

	/* The same for a stub that is jumped to: nothing on the stack is ours. The handler does not return. */
	.section .text.rr_boundary_jump, "ax", @progbits
	.globl rr_boundary_jump
rr_boundary_jump:
	mov %rsp, %r11
	mov %gs:16, %rsp
	sub $(RR_REGS_SIZE + 8), %rsp
	sub $8, %r11		/* as if there were a return address */
	mov %r11, RR_REGS_RSP(%rsp)
	movq $0, RR_REGS_RIP(%rsp)
	jmp .Lstore

	.section .note.GNU-stack,"",@progbits
