/*
 * In place of musl's: the first instruction of a program. The stack pointer, which leads to arguments and environment,
 * becomes the C function's argument. The unwind information says that nobody called this.
 */
__asm__(
	".cfi_sections .debug_frame\n"
	".text\n"
	".global " START "\n"
	".type " START ",@function\n"
	START ":\n"
	".cfi_startproc\n"
	".cfi_undefined rip\n"
	"	xor %ebp,%ebp\n"
	"	mov %rsp,%rdi\n"
	"	and $-16,%rsp\n"
	"	call " START "_c\n"
	".cfi_endproc\n"
	".size " START ",.-" START "\n"
);
