# End of _init and _fini.
	.section .init,"ax",@progbits
	pop %rbx
	ret

	.section .fini,"ax",@progbits
	pop %rbx
	ret
