# The note by which a program linked by the wrapper is known (docs/interfaces.md, section 2). __rr_stub_count is
# computed by link.ld.
	.section .note.rr,"a",@note
	.balign 4
	.long 3, 32, 1
	.asciz "rr"
	.balign 4
	.long 1
	.long __rr_stub_count
	.quad __rr_stubs_start
	.quad 0, 0
