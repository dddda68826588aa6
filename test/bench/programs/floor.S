/*
 * The empty guest: what no libOS can be faster than. Entered by the PVH boot protocol, it asks isa-debug-exit to end the
 * machine at once.
 */
    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, 18              /* name and description sizes; XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .text
    .globl _start
    .code32
_start:
    movw $0x501, %dx
    movl $0, %eax
    outl %eax, %dx
1:  hlt
    jmp 1b

    .section .note.GNU-stack, "", @progbits
