/*
 * PVH entry (Xen x86/HVM direct boot ABI): 32-bit protected mode, paging off, %ebx = struct hvm_start_info. Builds page tables, enters
 * long mode, and calls rr_platform_start on the first thread's libOS stack.
 *
 * Page tables: the first GiB identity-mapped (until C drops it) and, not executable, at the direct map; the libOS by 4 KiB pages with
 * the rights of its sections at the top of memory; the first two pages of that window are the local APIC and the I/O APIC.
 */
#include <rr/regs.h>

#define OFFSET 0xffffffffc0000000
#define PHYS(symbol) (symbol - OFFSET)
#define PRESENT 1
#define WRITABLE 2
#define CACHE_OFF 0x18
#define LARGE 0x80
#define GLOBAL 0x100
#define NX_HIGH 0x80000000
#define MSR_EFER 0xc0000080
#define EFER_LME_NXE 0x900
#define MSR_GS_BASE 0xc0000101
#define CR4_PAE_PGE_FXSR_XMM 0x6a0
#define CR4_PGE 0x80
#define CR0_BITS 0x80010033	/* PG WP NE ET MP PE */
#define XEN_ELFNOTE_PHYS32_ENTRY 18

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 8, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"
	.quad PHYS(rr_start)

	.section .text.rr_start, "ax", @progbits
	.code32
	.globl rr_start
rr_start:
	cld
	rdtsc
	mov %eax, PHYS(boot_tsc)
	mov %edx, PHYS(boot_tsc + 4)
	cmpl $0, PHYS(rr_platform_resume)
	jne resume
	mov $PHYS(boot_stack_top), %esp		/* PVH promises no stack */

	/* roots: low half and direct map through one table, the top through another */
	movl $(PHYS(low_pointers) + PRESENT + WRITABLE), PHYS(root_table)
	movl $(PHYS(low_pointers) + PRESENT + WRITABLE), PHYS(root_table) + 256 * 8
	movl $NX_HIGH, PHYS(root_table) + 256 * 8 + 4
	movl $(PHYS(high_pointers) + PRESENT + WRITABLE), PHYS(root_table) + 511 * 8
	movl $(PHYS(low_directory) + PRESENT + WRITABLE), PHYS(low_pointers)
	movl $(PHYS(high_directory) + PRESENT + WRITABLE), PHYS(high_pointers) + 511 * 8
	movl $(PHYS(libos_table) + PRESENT + WRITABLE), PHYS(high_directory)
	movl $(PHYS(libos_table) + 0x1000 + PRESENT + WRITABLE), PHYS(high_directory) + 8

	/* 512 large pages: the first GiB */
	mov $PHYS(low_directory), %edi
	mov $(PRESENT | WRITABLE | LARGE | GLOBAL), %eax
	mov $512, %ecx
1:	mov %eax, (%edi)
	add $0x200000, %eax
	add $8, %edi
	loop 1b

	movl $(0xfee00000 + PRESENT + WRITABLE + CACHE_OFF + GLOBAL), PHYS(libos_table)
	movl $NX_HIGH, PHYS(libos_table) + 4
	movl $(0xfec00000 + PRESENT + WRITABLE + CACHE_OFF + GLOBAL), PHYS(libos_table) + 8
	movl $NX_HIGH, PHYS(libos_table) + 12

	/* the libOS, section by section */
	mov $(PRESENT | GLOBAL), %ebp
	xor %edx, %edx
	mov $PHYS(__rr_text_start), %eax
	mov $PHYS(__rr_text_end), %ecx
	call map_pages
	mov $NX_HIGH, %edx
	mov $PHYS(__rr_rodata_start), %eax
	mov $PHYS(__rr_rodata_end), %ecx
	call map_pages
	or $WRITABLE, %ebp
	mov $PHYS(__rr_data_start), %eax
	mov $PHYS(rr_libos_end), %ecx
	call map_pages
	/* the guard page below the boot stack */
	mov $PHYS(boot_stack_guard), %eax
	shr $12, %eax
	movl $0, PHYS(libos_table)(,%eax,8)
	movl $0, PHYS(libos_table) + 4(,%eax,8)

paging:
	mov $(CR4_PAE_PGE_FXSR_XMM), %eax
	mov %eax, %cr4
	mov $PHYS(root_table), %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME_NXE, %eax
	wrmsr
	mov $CR0_BITS, %eax
	mov %eax, %cr0
	lgdt PHYS(gdt_pointer)
	ljmp $0x08, $PHYS(long_mode)

	/* The memory is that of a machine that has run: its tables are there, only the identity map is missing. No stack is free. */
resume:
	movl $(PHYS(low_pointers) + PRESENT + WRITABLE), PHYS(root_table)
	jmp paging

	/* %eax..%ecx physical, page-aligned: entries with the rights in %ebp (low) and %edx (high word) */
map_pages:
	mov %eax, %esi
	shr $12, %esi
	lea PHYS(libos_table)(,%esi,8), %edi
	or %ebp, %eax
	or %ebp, %ecx
1:	cmp %ecx, %eax
	jae 2f
	mov %eax, (%edi)
	mov %edx, 4(%edi)
	add $8, %edi
	add $0x1000, %eax
	jmp 1b
2:	ret

	.code64
long_mode:
	mov $0x10, %eax
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %fs
	mov %eax, %gs
	mov $high, %rax
	jmp *%rax
high:
	mov $rr_boot_cpu, %rax
	mov %rax, %rdx
	shr $32, %rdx
	mov $MSR_GS_BASE, %ecx
	wrmsr
	mov %ebx, %edi
	mov boot_tsc(%rip), %rsi
	xor %ebp, %ebp
	mov rr_platform_resume(%rip), %rdx
	test %rdx, %rdx
	jnz again
	movq $boot_stack_top, rr_boot_cpu + 16(%rip)
	mov $(boot_stack_top - RR_REGS_SIZE - 8), %rsp	/* above: the first program's registers */
	call rr_platform_start
	ud2

	/* The identity map goes, and with it what the processor remembers of it, which is global. */
again:
	movl $0, root_table(%rip)
	mov %cr4, %rax
	mov %rax, %rcx
	and $~CR4_PGE, %rcx
	mov %rcx, %cr4
	mov %rax, %cr4
	jmp *%rdx

	.section .data.rr_boot, "aw", @progbits
	.balign 8
boot_tsc:
	.quad 0
	.globl rr_platform_resume
rr_platform_resume:
	.quad 0
gdt_pointer:
	.word 63
	.quad PHYS(rr_gdt)

	.section .bss.rr_boot, "aw", @nobits
	.balign 4096
root_table:	.skip 4096
low_pointers:	.skip 4096
low_directory:	.skip 4096
high_pointers:	.skip 4096
high_directory:	.skip 4096
libos_table:	.skip 8192	/* the libOS may end at 4 MiB */
boot_stack_guard:	.skip 4096
	.skip RR_STACK_SIZE
boot_stack_top:

	.section .note.GNU-stack,"",@progbits
