# int __clone(int (*function)(void *), void *stack, int flags, void *argument, int *parent_tid, void *tls, int *child_tid)
#
# The stub returns twice; only callee-saved registers are sure to survive, so the child finds its function and argument
# on its own stack.
	.cfi_sections .debug_frame
	.section .text.__clone,"ax",@progbits
	.global __clone
	.hidden __clone
	.type __clone,@function
__clone:
	.cfi_startproc
	and $-16,%rsi
	sub $16,%rsi
	mov %rcx,(%rsi)
	mov %rdi,8(%rsi)
	mov %rdx,%rdi
	mov %r8,%rdx
	mov %r9,%r8
	mov 8(%rsp),%rcx
	sub $8,%rsp
	.cfi_adjust_cfa_offset 8
	call __rr_sys_56
	test %eax,%eax
	jz 1f
	add $8,%rsp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc

	.cfi_startproc
	.cfi_undefined %rip
1:	xor %ebp,%ebp
	pop %rdi
	pop %rax
	call *%rax
	mov %eax,%edi
	call __rr_sys_60
	ud2
	.cfi_endproc
	.size __clone,.-__clone
