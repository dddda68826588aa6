/*
 * The only instructions that touch program memory on the libOS's behalf. Each that may fault has an entry in the table below: its address and
 * where to go on, each relative to its own place. Long copies go by words: under TCG a byte costs 2.2 ns by `movsb` and 0.3 by `movsq`.
 *
 * OPEN and CLOSE are the place for stac and clac.
 */
#define EFAULT 14

	.macro OPEN
	.endm
	.macro CLOSE
	.endm
	.macro FALLIBLE to, instruction:vararg
	.pushsection .rodata.rr_fixup, "a", @progbits
	.long 77f - ., \to - .
	.popsection
77:	\instruction
	.endm

	.section .rodata.rr_fixup, "a", @progbits
	.balign 4
	.globl rr_fixup_table
rr_fixup_table:

	.section .text.rr_user, "ax", @progbits

/* int rr_user_copy(void *to, const void *from, size_t n): either may be program memory. */
	.globl rr_user_copy
	.type rr_user_copy, @function
rr_user_copy:
	OPEN
	cmp $8, %rdx
	jne 1f
	FALLIBLE .Lfault, mov (%rsi), %rax
	FALLIBLE .Lfault, mov %rax, (%rdi)
	jmp .Ldone
1:	mov %rdx, %rcx
	shr $3, %rcx
	jz 2f
	FALLIBLE .Lfault, rep movsq
2:	mov %edx, %ecx
	and $7, %ecx
	FALLIBLE .Lfault, rep movsb
.Ldone:
	CLOSE
	xor %eax, %eax
	ret
.Lfault:
	CLOSE
	mov $-EFAULT, %eax
	ret
	.size rr_user_copy, . - rr_user_copy

/* int rr_user_clear(void *to, size_t n) */
	.globl rr_user_clear
	.type rr_user_clear, @function
rr_user_clear:
	OPEN
	xor %eax, %eax
	mov %rsi, %rcx
	shr $3, %rcx
	FALLIBLE .Lfault, rep stosq
	mov %esi, %ecx
	and $7, %ecx
	FALLIBLE .Lfault, rep stosb
	jmp .Ldone
	.size rr_user_clear, . - rr_user_clear

/* long rr_user_string(char *to, const char *from, size_t n): length without NUL, n if there is none within n, or -EFAULT. */
	.globl rr_user_string
	.type rr_user_string, @function
rr_user_string:
	OPEN
	xor %eax, %eax
1:	cmp %rdx, %rax
	je 2f
	FALLIBLE .Lfault_long, mov (%rsi,%rax), %cl
	mov %cl, (%rdi,%rax)
	inc %rax
	test %cl, %cl
	jnz 1b
	dec %rax
2:	CLOSE
	ret
.Lfault_long:
	CLOSE
	mov $-EFAULT, %rax
	ret
	.size rr_user_string, . - rr_user_string

/* int rr_user_cmpxchg(uint32_t *at, uint32_t expected, uint32_t desired, uint32_t *old) */
	.globl rr_user_cmpxchg
	.type rr_user_cmpxchg, @function
rr_user_cmpxchg:
	OPEN
	mov %esi, %eax
	FALLIBLE .Lfault, lock cmpxchg %edx, (%rdi)
	mov %eax, (%rcx)
	jmp .Ldone
	.size rr_user_cmpxchg, . - rr_user_cmpxchg

	.section .rodata.rr_fixup, "a", @progbits
	.globl rr_fixup_table_end
rr_fixup_table_end:

	.section .note.GNU-stack, "", @progbits
