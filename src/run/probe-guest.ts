/**
 * A small guest that proves what guests need: an ELF file with a PVH note, assembled here byte by byte. It tells that it runs by a byte
 * on the debug console (port 0xe9), turns on paging and long mode, and in 64-bit code uses the floating-point and vector units: a
 * KVM that emulates guests may know none of their instructions. Then it ends the machine through isa-debug-exit with the sum of
 * that arithmetic.
 */

/** QEMU's exit code when the arithmetic was right: isa-debug-exit makes 2n + 1 of the value written. */
export const PROOF_EXIT_CODE = 2 * 42 + 1;
/** What it prints before it enters long mode. */
export const ALIVE = "p";

const BASE = 0x100000;
const PAGE = 0x1000;
const PML4 = BASE + PAGE;
const PDPT = BASE + 2 * PAGE;
const PD = BASE + 3 * PAGE;
const GDT = BASE + 0x100;
const GDT_POINTER = BASE + 0x110;
/** Initial MXCSR, all exceptions masked; and a number. */
const MXCSR = BASE + 0x120;
const TWENTY_ONE = BASE + 0x128;
const HEADERS = 0x1000;
const NOTE = 64 + 2 * 56;

/** Entered in 32-bit protected mode, paging off (Xen's PVH boot ABI). */
const START = [
  0xb0, 0x70,                               // mov  $'p', %al
  0xe6, 0xe9,                               // out  %al, $0xe9
  0xb8, ...u32(PML4),                       // mov  $PML4, %eax
  0x0f, 0x22, 0xd8,                         // mov  %eax, %cr3
  0x0f, 0x20, 0xe0,                         // mov  %cr4, %eax
  0x83, 0xc8, 0x20,                         // or   $PAE, %eax
  0x0f, 0x22, 0xe0,                         // mov  %eax, %cr4
  0xb9, ...u32(0xc0000080),                 // mov  $IA32_EFER, %ecx
  0x0f, 0x32,                               // rdmsr
  0x0d, ...u32(0x100),                      // or   $LME, %eax
  0x0f, 0x30,                               // wrmsr
  0x0f, 0x20, 0xc0,                         // mov  %cr0, %eax
  0x0d, ...u32(0x80000000),                 // or   $PG, %eax
  0x0f, 0x22, 0xc0,                         // mov  %eax, %cr0
  0x0f, 0x01, 0x15, ...u32(GDT_POINTER),    // lgdt GDT_POINTER
];
const JUMP_SIZE = 7;
const LONG_MODE = BASE + START.length + JUMP_SIZE;
const CODE = [
  ...START,
  0xea, ...u32(LONG_MODE), 0x08, 0x00,      // ljmp $8, $LONG_MODE
  // 64-bit from here.
  0x0f, 0x20, 0xc0,                         // mov  %cr0, %rax
  0x48, 0x83, 0xe0, 0xfb,                   // and  $~EM, %rax
  0x48, 0x83, 0xc8, 0x02,                   // or   $MP, %rax
  0x0f, 0x22, 0xc0,                         // mov  %rax, %cr0
  0x0f, 0x20, 0xe0,                         // mov  %cr4, %rax
  0x48, 0x0d, ...u32(0x600),                // or   $(OSFXSR | OSXMMEXCPT), %rax
  0x0f, 0x22, 0xe0,                         // mov  %rax, %cr4
  0xdb, 0xe3,                               // fninit
  0x0f, 0xae, 0x14, 0x25, ...u32(MXCSR),    // ldmxcsr MXCSR
  0x0f, 0x10, 0x04, 0x25, ...u32(TWENTY_ONE), // movups TWENTY_ONE, %xmm0
  0xf2, 0x0f, 0x58, 0xc0,                   // addsd %xmm0, %xmm0
  0xf2, 0x4c, 0x0f, 0x2c, 0xc0,             // cvttsd2si %xmm0, %r8     (r8: no other mode has it)
  0x4c, 0x89, 0xc0,                         // mov  %r8, %rax
  0x66, 0xba, 0x01, 0x05,                   // mov  $0x501, %dx
  0xef,                                     // out  %eax, %dx
  0xf4,                                     // hlt
  0xeb, 0xfd,                               // jmp  .-1
];

/** The guest as the bytes of an ELF file. */
export function probeGuest(): Buffer {
  const memory = Buffer.alloc(4 * PAGE);
  Buffer.from(CODE).copy(memory, 0);
  memory.writeBigUInt64LE(0x00af9a000000ffffn, GDT - BASE + 8); // 64-bit code, ring 0
  memory.writeUInt16LE(15, GDT_POINTER - BASE);
  memory.writeUInt32LE(GDT, GDT_POINTER - BASE + 2);
  memory.writeUInt32LE(0x1f80, MXCSR - BASE);
  memory.writeDoubleLE(21, TWENTY_ONE - BASE);
  memory.writeBigUInt64LE(BigInt(PDPT | 3), PML4 - BASE); // present, writable
  memory.writeBigUInt64LE(BigInt(PD | 3), PDPT - BASE);
  memory.writeBigUInt64LE(0x83n, PD - BASE); // the first 2 MiB in one page

  const note = Buffer.alloc(20);
  [4, 4, 18].forEach((value, index) => note.writeUInt32LE(value, index * 4)); // XEN_ELFNOTE_PHYS32_ENTRY
  note.write("Xen\0", 12, "latin1");
  note.writeUInt32LE(BASE, 16);

  const file = Buffer.alloc(HEADERS + memory.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(62, 18); // EM_X86_64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE), 24);
  file.writeBigUInt64LE(64n, 32); // program headers behind this header
  [64, 56, 2, 64].forEach((value, index) => file.writeUInt16LE(value, 52 + index * 2));
  segment(file, 64, { type: 1, flags: 7, offset: HEADERS, address: BASE, size: memory.length, align: PAGE });
  segment(file, 64 + 56, { type: 4, flags: 4, offset: NOTE, address: 0, size: note.length, align: 4 });
  note.copy(file, NOTE);
  memory.copy(file, HEADERS);
  return file;
}

function segment(file: Buffer, at: number, header: { type: number; flags: number; offset: number; address: number; size: number; align: number }): void {
  file.writeUInt32LE(header.type, at);
  file.writeUInt32LE(header.flags, at + 4);
  const { offset, address, size, align } = header;
  [offset, address, address, size, size, align].forEach((value, index) => file.writeBigUInt64LE(BigInt(value), at + 8 + index * 8));
}

function u32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}
