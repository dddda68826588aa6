# int __set_thread_area(void *thread_pointer): arch_prctl(ARCH_SET_FS, thread_pointer)
	.section .text.__set_thread_area,"ax",@progbits
	.global __set_thread_area
	.hidden __set_thread_area
	.type __set_thread_area,@function
__set_thread_area:
	mov %rdi,%rsi
	mov $0x1002,%edi
	jmp __rr_sys_158
	.size __set_thread_area,.-__set_thread_area
