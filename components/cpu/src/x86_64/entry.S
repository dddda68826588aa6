/*
 * Trap entry. Every vector uses an IST stack, since a program at ring 0 may have a red zone below its stack pointer, or a
 * bad one. The frame is built as struct rr_regs on the libOS stack and the IST stack is left before anything can trap again.
 */
#include <rr/regs.h>

#define SCRATCH_RAX 0
#define SCRATCH_RCX 8
#define FRAME_VECTOR 16
#define FRAME_ERROR 24
#define FRAME_RIP 32
#define FRAME_CS 40
#define FRAME_RFLAGS 48
#define FRAME_RSP 56
#define FRAME_SS 64

	.text
	.balign 16
	.globl rr_trap_vectors
rr_trap_vectors:
vector = 0
	.rept 64
	.balign 16
	/* Exceptions 8, 10-14, 17, 21, 29, 30 push an error code (SDM vol. 3A, table 6-1). */
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	pushq $0
	.endif
	pushq $vector
	jmp trap_entry
	vector = vector + 1
	.endr

trap_entry:
	push %rcx
	push %rax
	cld
	testb $3, FRAME_CS(%rsp)
	jz 1f
	swapgs
	mov %gs:16, %rax
	jmp 3f
1:	/* ring 0: libOS code runs on the libOS stack; everything else is the program */
	mov %gs:16, %rax
	mov %rax, %rcx
	sub FRAME_RSP(%rsp), %rcx
	cmp $RR_STACK_SIZE, %rcx
	ja 3f
	mov FRAME_RSP(%rsp), %rax
	and $~15, %rax
	cmp $(RR_STACK_SIZE - 1024), %rcx	/* about to run over the guard page: report it from here */
	ja overflow
3:	sub $(RR_REGS_SIZE + 8), %rax		/* 16-byte aligned for the call below; 8 bytes above the struct are padding */
	mov %r15, 0(%rax)
	mov %r14, 8(%rax)
	mov %r13, 16(%rax)
	mov %r12, 24(%rax)
	mov %rbp, 32(%rax)
	mov %rbx, 40(%rax)
	mov %r11, 48(%rax)
	mov %r10, 56(%rax)
	mov %r9, 64(%rax)
	mov %r8, 72(%rax)
	mov SCRATCH_RAX(%rsp), %rcx
	mov %rcx, 80(%rax)
	mov SCRATCH_RCX(%rsp), %rcx
	mov %rcx, 88(%rax)
	mov %rdx, 96(%rax)
	mov %rsi, 104(%rax)
	mov %rdi, 112(%rax)
	movq $-1, RR_REGS_NUMBER(%rax)
	mov FRAME_VECTOR(%rsp), %ecx
	mov %ecx, 128(%rax)
	movl $2, RR_REGS_KIND(%rax)
	mov FRAME_ERROR(%rsp), %rcx
	mov %rcx, 136(%rax)
	mov FRAME_RIP(%rsp), %rcx
	mov %rcx, RR_REGS_RIP(%rax)
	mov FRAME_CS(%rsp), %rcx
	mov %rcx, 152(%rax)
	mov FRAME_RFLAGS(%rsp), %rcx
	mov %rcx, 160(%rax)
	mov FRAME_RSP(%rsp), %rcx
	mov %rcx, RR_REGS_RSP(%rax)
	mov FRAME_SS(%rsp), %rcx
	mov %rcx, 176(%rax)
	/* IST leaves SS null. Code that runs with it in traps and without elsewhere is translated twice by QEMU, which costs more than this. */
	mov $RR_KERNEL_SS, %ecx
	mov %ecx, %ss
	mov %rax, %rsp
	mov %rax, %rdi
	call rr_trap
	mov %rsp, %rdi
	/* fall through */

	/* rr_trap_return(struct rr_regs *): everything from the struct. */
	.globl rr_trap_return
rr_trap_return:
	cli
	mov %rdi, %rsp
	testb $3, 152(%rsp)
	jz 1f
	swapgs
1:	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rax
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
	add $24, %rsp
	iretq

	/* The libOS stack is used up: on the IST stack, report and end. */
overflow:
	mov FRAME_RIP(%rsp), %rdi
	mov FRAME_RSP(%rsp), %rsi
	jmp rr_trap_stack_overflow

	.section .note.GNU-stack,"",@progbits
