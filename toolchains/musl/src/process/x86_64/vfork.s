# pid_t vfork(void)
#
# Child and parent share the stack, and the child returns first: nothing of ours on it survives until the parent
# resumes. The return address waits in %rdx, which calls of kind 2 keep (docs/interfaces.md, section 2).
	.cfi_sections .debug_frame
	.section .text.vfork,"ax",@progbits
	.global vfork
	.type vfork,@function
	.hidden __syscall_ret
vfork:
	.cfi_startproc
	pop %rdx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip,%rdx
	call __rr_sys_58
	push %rdx
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip,-8
	mov %rax,%rdi
	jmp __syscall_ret
	.cfi_endproc
	.size vfork,.-vfork
