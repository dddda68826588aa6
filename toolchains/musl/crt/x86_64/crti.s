# Start of _init and _fini. musl does not apply IRELATIVE relocations of a static program (IFUNC, target_clones): this
# does, before any constructor. Each entry is {where, type, resolver}; the linker defines the bounds.
	.section .init,"ax",@progbits
	.global _init
	.type _init,@function
	.weak __rela_iplt_start
	.hidden __rela_iplt_start
	.weak __rela_iplt_end
	.hidden __rela_iplt_end
_init:
	push %rbx
	mov $__rela_iplt_start,%ebx
1:	cmp $__rela_iplt_end,%rbx
	jae 2f
	call *16(%rbx)
	mov (%rbx),%rcx
	mov %rax,(%rcx)
	add $24,%rbx
	jmp 1b
2:

	.section .fini,"ax",@progbits
	.global _fini
	.type _fini,@function
_fini:
	push %rbx
