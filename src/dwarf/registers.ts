/** DWARF register numbers of x86-64 (System V psABI, figure "DWARF Register Number Mapping"). */
export const DWARF_REGISTERS = [
  "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip",
] as const;

export const RBP = 6;
export const RSP = 7;
/** The psABI's column for the return address. */
export const RIP = 16;

/** What a function leaves as it found it, by the psABI's calling sequence. */
export const CALLEE_SAVED: readonly number[] = [3, RBP, 12, 13, 14, 15];

/** By DWARF number; a register whose value is unknown is absent. */
export type Registers = ReadonlyMap<number, bigint>;
