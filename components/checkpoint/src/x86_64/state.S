/* What a call keeps, and the page tables: System V ABI, 3.2.1. */
	.text
	.globl checkpoint_save
checkpoint_save:
	lea state(%rip), %rax
	mov (%rsp), %rdx
	mov %rdx, (%rax)
	lea 8(%rsp), %rdx
	mov %rdx, 8(%rax)
	mov %rbx, 16(%rax)
	mov %rbp, 24(%rax)
	mov %r12, 32(%rax)
	mov %r13, 40(%rax)
	mov %r14, 48(%rax)
	mov %r15, 56(%rax)
	mov %cr3, %rdx
	mov %rdx, 64(%rax)
	xor %eax, %eax
	ret

	.globl checkpoint_resume
checkpoint_resume:
	mov %edi, checkpoint_start_info(%rip)
	mov %rsi, checkpoint_tsc(%rip)
	lea state(%rip), %rax
	mov 64(%rax), %rdx
	mov %rdx, %cr3
	mov 8(%rax), %rsp
	mov 16(%rax), %rbx
	mov 24(%rax), %rbp
	mov 32(%rax), %r12
	mov 40(%rax), %r13
	mov 48(%rax), %r14
	mov 56(%rax), %r15
	mov (%rax), %rdx
	mov $1, %eax
	jmp *%rdx

	.bss
	.balign 8
state:	.skip 72
	.globl checkpoint_tsc
checkpoint_tsc: .skip 8
	.globl checkpoint_start_info
checkpoint_start_info: .skip 4

	.section .note.GNU-stack,"",@progbits
