/* Where traced stubs jump: C arguments, the call's number in eax. */
	.section .text.rr_trace_entry, "ax", @progbits
	.globl rr_trace_entry
rr_trace_entry:
	mov %eax, %r10d
	mov $rr_trace_call, %rax
	jmp rr_boundary_call
	.section .note.GNU-stack,"",@progbits
