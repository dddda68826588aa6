# _Noreturn void __unmapself(void *base, size_t size): unmap the stack this runs on, then end the thread. It has a stub
# of its own, since between the two calls there is no stack to return through.
	.section .text.__unmapself,"ax",@progbits
	.global __unmapself
	.hidden __unmapself
	.type __unmapself,@function
__unmapself:
	jmp __rr_sys_unmapself
	.size __unmapself,.-__unmapself
