/*
 * The entry of a compressed image, in the state that PVH defines (platform-hw's entry.S): no stack yet, %ebx is the loader's. Each piece is an
 * LZ4 block (the format's description is lz4_Block_format.md of its authors): sequences of a token, literals, and a match further back.
 */
#define OFFSET 0xffffffffc0000000
#define PHYS(symbol) (symbol - OFFSET)
/* An entry of the list; one without a source ends it. Physical addresses. */
#define SOURCE 0
#define SOURCE_END 4
#define TARGET 8
#define TARGET_END 12
#define ENTRY_SIZE 16
#define LEAST_MATCH 4
#define STEP 16		/* bytes copied at once: most literals and matches are shorter, and QEMU takes as long for one byte */
#define CR4_OSFXSR 0x200
#define LONG 15		/* in either half of a token: more of the length follows, until a byte that is not 255 */

	.section .text.rr_unpack, "ax", @progbits
	.code32
	.globl rr_unpack_start
rr_unpack_start:
	cld
	mov %ebx, PHYS(start_info)
	mov %cr4, %eax
	or $CR4_OSFXSR, %eax	/* so that SSE works */
	mov %eax, %cr4
	mov PHYS(rr_unpack_list), %ebx
piece:	mov SOURCE(%ebx), %esi
	test %esi, %esi
	jz finished
	mov SOURCE_END(%ebx), %ebp
	mov TARGET(%ebx), %edi
	mov TARGET_END(%ebx), %esp
	sub $STEP, %esp		/* up to here a copy may write too much: the bytes behind it are still to come */

sequence:
	movzbl (%esi), %edx
	inc %esi
	mov %edx, %ecx
	shr $4, %ecx
	cmp $LONG, %ecx
	jne 2f
1:	movzbl (%esi), %eax
	inc %esi
	add %eax, %ecx
	cmp $255, %eax
	je 1b
2:	lea (%edi, %ecx), %eax
	cmp %esp, %eax
	ja 4f
	add %esi, %ecx		/* the end of the literals */
3:	movdqu (%esi), %xmm0
	movdqu %xmm0, (%edi)
	add $STEP, %esi
	add $STEP, %edi
	cmp %eax, %edi
	jb 3b
	mov %ecx, %esi
	mov %eax, %edi
	jmp 5f
4:	rep movsb
5:	cmp %ebp, %esi		/* the last sequence ends with its literals */
	jae unpacked
	movzwl (%esi), %eax
	add $2, %esi
	and $LONG, %edx
	mov %edx, %ecx
	cmp $LONG, %ecx
	jne 7f
6:	movzbl (%esi), %edx
	inc %esi
	add %edx, %ecx
	cmp $255, %edx
	je 6b
7:	lea LEAST_MATCH(%edi, %ecx), %ecx	/* its end */
	mov %edi, %edx
	sub %eax, %edx		/* its beginning */
	cmp $STEP, %eax
	jb 9f
	cmp %esp, %ecx
	ja 9f
8:	movdqu (%edx), %xmm0
	movdqu %xmm0, (%edi)
	add $STEP, %edx
	add $STEP, %edi
	cmp %ecx, %edi
	jb 8b
	mov %ecx, %edi
	jmp sequence
9:	sub %edi, %ecx
	xchg %esi, %edx
	rep movsb		/* byte by byte: it may read what it has just written */
	mov %edx, %esi
	jmp sequence

unpacked:
	mov TARGET_END(%ebx), %ecx
	sub %edi, %ecx
	xor %eax, %eax
	rep stosb
	add $ENTRY_SIZE, %ebx
	jmp piece

finished:
	mov PHYS(start_info), %ebx
	jmp rr_start

	.section .data.rr_unpack, "aw", @progbits
	.balign 8
	.globl rr_unpack_list
rr_unpack_list:		/* bake writes it */
	.quad 0
start_info:
	.long 0

	.section .note.GNU-stack,"",@progbits
