import type { CodeModule } from "./code-module.js";
import type { MemoryImage } from "./memory.js";
import { RBP, RIP, RSP, type Registers } from "./registers.js";

export interface Guess {
  pc: bigint;
  by: "call" | "frame-pointer" | "scan";
  registers: Registers;
}

export interface Situation {
  /** An address in the function whose caller is wanted. */
  at: bigint;
  /** No function was called from it: it is where the program stopped. */
  innermost: boolean;
  module: CodeModule | undefined;
  registers: Registers;
  memory: MemoryImage;
  moduleOf: (pc: bigint) => CodeModule | undefined;
}

/** How far up the stack a return address is searched: larger frames are rare where there is no information. */
const SCAN_BYTES = 4096n;
const WORD = 8n;

/** Find the caller of a function without usable call frame information; undefined when nothing on the stack looks like one. */
export function guessCaller(situation: Situation): Guess | undefined {
  return atEntry(situation) ?? scan(situation, "direct") ?? byFramePointer(situation) ?? scan(situation, "any");
}

/**
 * In a system-call stub, and where a call led to no code at all (a null function pointer), nothing was pushed yet behind the return
 * address. This is no guess.
 */
function atEntry(situation: Situation): Guess | undefined {
  const { at, innermost, module, registers, memory } = situation;
  const stack = registers.get(RSP);
  if (stack === undefined || !(module?.isStub(at) === true || (innermost && module === undefined))) {
    return undefined;
  }
  const pc = memory.read(stack);
  return pc === undefined || callBefore(pc, situation) === undefined ? undefined : found(situation, pc, stack + WORD, "call");
}

/** The first word up the stack behind a call: of this very function ("direct"), or of anything. */
function scan(situation: Situation, wanted: "direct" | "any"): Guess | undefined {
  const { at, module, registers, memory } = situation;
  const stack = registers.get(RSP);
  const self = module?.functionAt(at);
  if (stack === undefined || (wanted === "direct" && self === undefined)) {
    return undefined;
  }
  for (let slot = stack; slot < stack + SCAN_BYTES; slot += WORD) {
    const pc = memory.read(slot);
    if (pc === undefined) {
      return undefined;
    }
    const call = callBefore(pc, situation);
    if (call !== undefined && (wanted === "any" || (call !== "indirect" && call === self?.start))) {
      return found(situation, pc, slot + WORD, "scan");
    }
  }
  return undefined;
}

/** The chain of saved frame pointers, where the function keeps one. */
function byFramePointer(situation: Situation): Guess | undefined {
  const { registers, memory } = situation;
  const base = registers.get(RBP);
  const stack = registers.get(RSP);
  if (base === undefined || stack === undefined || base < stack) {
    return undefined;
  }
  const saved = memory.read(base);
  const pc = memory.read(base + WORD);
  if (saved === undefined || pc === undefined || callBefore(pc, situation) === undefined) {
    return undefined;
  }
  const guess = found(situation, pc, base + 2n * WORD, "frame-pointer");
  return { ...guess, registers: new Map(guess.registers).set(RBP, saved) };
}

function found({ registers }: Situation, pc: bigint, stack: bigint, by: Guess["by"]): Guess {
  return { pc, by, registers: new Map(registers).set(RSP, stack).set(RIP, pc) };
}

/**
 * The call instruction that ends at `pc`: its target, "indirect", or undefined when there is none, so that `pc` is no return
 * address. Encodings: Intel SDM volume 2, CALL (E8 cd; FF /2 with ModRM, SIB and displacement).
 */
function callBefore(pc: bigint, { moduleOf }: Situation): bigint | "indirect" | undefined {
  const module = moduleOf(pc - 1n);
  const direct = module?.code(pc - 5n, 5);
  if (direct?.[0] === 0xe8) {
    return BigInt.asUintN(64, pc + BigInt(direct.readInt32LE(1)));
  }
  for (let length = 2; length <= 7; length++) {
    const code = module?.code(pc - BigInt(length), length);
    if (code?.[0] === 0xff && ((code[1] ?? 0) & 0x38) === 0x10 && lengthOfCall(code) === length) {
      return "indirect";
    }
  }
  return undefined;
}

/** Length of FF /2 by its ModRM byte (and SIB). */
function lengthOfCall(code: Buffer): number {
  const modrm = code[1] ?? 0;
  const mode = modrm >> 6;
  const base = modrm & 7;
  if (mode === 3) return 2;
  const sib = base === 4 ? 1 : 0;
  const wide = mode === 2 || (mode === 0 && (base === 5 || (sib === 1 && ((code[2] ?? 0) & 7) === 5)));
  return 2 + sib + (wide ? 4 : mode === 1 ? 1 : 0);
}
