# long __syscall_cp_asm(volatile int *cancel, long stub, long a, long b, long c, long d, long e, long f)
#
# Calls the stub unless *cancel is set. The range __cp_begin..__cp_end is what the cancellation handler looks at: a
# thread interrupted there has not entered the call, or the call was undone for a restart, and is cancelled by going to
# __cp_cancel with the stack pointer as it was on entry. So the stack is left as it is (8 bytes off the usual alignment
# for the callee; stubs do not mind), and the call is the last instruction of the range: behind it the call has
# happened, and its result must not be lost. The libOS relies on it being the two bytes ff d0.
	.cfi_sections .debug_frame
	.section .text.__syscall_cp_asm,"ax",@progbits
	.global __cp_begin
	.hidden __cp_begin
	.global __cp_end
	.hidden __cp_end
	.global __cp_cancel
	.hidden __cp_cancel
	.hidden __cancel
	.global __syscall_cp_asm
	.hidden __syscall_cp_asm
	.type __syscall_cp_asm,@function
__syscall_cp_asm:
	.cfi_startproc
__cp_begin:
	mov (%rdi),%eax
	test %eax,%eax
	jnz __cp_cancel
	mov %rsi,%rax
	mov %rdx,%rdi
	mov %rcx,%rsi
	mov %r8,%rdx
	mov %r9,%rcx
	mov 8(%rsp),%r8
	mov 16(%rsp),%r9
	call *%rax
__cp_end:
	ret
__cp_cancel:
	jmp __cancel
	.cfi_endproc
	.size __syscall_cp_asm,.-__syscall_cp_asm
