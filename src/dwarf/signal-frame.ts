import type { CodeModule } from "./code-module.js";
import type { MemoryImage } from "./memory.js";
import { RSP, type Registers } from "./registers.js";

/** `mov $15, %rax; syscall`: where a signal handler returns to. Debuggers know it by these bytes, so C libraries keep to them. */
const SIGRETURN = Buffer.from("48c7c00f0000000f05", "hex");

/** Offset of the registers in struct ucontext (Linux uapi, asm/ucontext.h: flags, link, stack precede them). */
const MCONTEXT = 40n;
/** Order of struct sigcontext (asm/sigcontext.h), as DWARF numbers: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip. */
const ORDER = [8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16];

/** Whether a handler returns to `pc`. */
export function isSignalReturn(module: CodeModule | undefined, pc: bigint): boolean {
  return module?.code(pc, SIGRETURN.length)?.equals(SIGRETURN) === true;
}

/** The registers of the code that a signal interrupted, out of the frame a handler returns to; undefined when it is not in `memory`. */
export function interruptedRegisters(registers: Registers, memory: MemoryImage): Registers | undefined {
  const stack = registers.get(RSP);
  if (stack === undefined) {
    return undefined;
  }
  const found = new Map<number, bigint>();
  for (const [index, register] of ORDER.entries()) {
    const value = memory.read(stack + MCONTEXT + BigInt(index * 8));
    if (value === undefined) {
      return undefined;
    }
    found.set(register, value);
  }
  return found;
}
