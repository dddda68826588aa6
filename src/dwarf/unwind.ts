import type { CodeModule } from "./code-module.js";
import { evaluate } from "./expression.js";
import { frameRow, type FrameRow, type RegisterRule } from "./frame-row.js";
import type { Fde } from "./frame-table.js";
import { guessCaller } from "./guess.js";
import type { MemoryImage } from "./memory.js";
import { CALLEE_SAVED, RIP, RSP, type Registers } from "./registers.js";
import { interruptedRegisters, isSignalReturn } from "./signal-frame.js";

export interface UnwoundFrame {
  /** Of the instruction that was executing (innermost, or interrupted by a signal), else the return address. */
  pc: bigint;
  /** `pc` is a return address: the call is the instruction before it. */
  isReturn: boolean;
  /** How this frame was found. */
  by: "registers" | "cfi" | "call" | "frame-pointer" | "scan";
  module: CodeModule | undefined;
}

export interface Stack {
  /** Innermost first. */
  frames: UnwoundFrame[];
  /** Down to a frame that says it has no caller; otherwise information was missing, or there are more frames than anybody reads. */
  complete: boolean;
}

/** More is a recursion that nobody reads to its end. */
const MAX_FRAMES = 200;

/** Why there is no caller. */
type Stop = "outermost" | "lost";

interface State {
  registers: Registers;
  frame: UnwoundFrame;
}

/**
 * The frames of a stopped thread, innermost first. `registers` by DWARF number, RIP and RSP among them; `memory`: what is known of
 * its stack; `behindCall`: RIP is a return address, as it is for a thread in a system call. Follows call frame information; where there
 * is none it guesses, and the frame says so (`by`). Never throws for corrupted information and always ends: each step must
 * reach a frame it has not been at.
 */
export function unwind(registers: Registers, memory: MemoryImage, modules: readonly CodeModule[], behindCall = false): Stack {
  const moduleOf = (pc: bigint): CodeModule | undefined => modules.find((module) => module.contains(pc));
  const pc = registers.get(RIP) ?? 0n;
  let state: State | Stop = { registers, frame: { pc, isReturn: behindCall, by: "registers", module: moduleOf(pc) } };
  const frames: UnwoundFrame[] = [];
  const seen = new Set<string>();
  while (typeof state !== "string" && frames.length < MAX_FRAMES) {
    const where = `${state.frame.pc} ${state.registers.get(RSP)}`;
    if (seen.has(where)) break;
    seen.add(where);
    frames.push(state.frame);
    state = caller(state, memory, moduleOf);
  }
  return { frames, complete: state === "outermost" };
}

function caller(state: State, memory: MemoryImage, moduleOf: (pc: bigint) => CodeModule | undefined): State | Stop {
  const { frame, registers } = state;
  if (frame.isReturn && isSignalReturn(frame.module, frame.pc)) {
    const interrupted = interruptedRegisters(registers, memory);
    const pc = interrupted?.get(RIP) ?? 0n;
    return interrupted === undefined ? "lost" : { registers: interrupted, frame: { pc, isReturn: false, by: "cfi", module: moduleOf(pc) } };
  }
  // A call may be a function's last instruction (it does not return): then the return address is in the next function.
  const at = frame.isReturn ? frame.pc - 1n : frame.pc;
  const fde = frame.module?.entry(at);
  if (fde !== undefined) {
    const found = callerByRow(fde, at, registers, memory);
    if (found === "outermost") return found;
    if (found !== undefined) {
      const pc = found.get(RIP) ?? 0n;
      return pc === 0n ? "outermost" : { registers: found, frame: { pc, isReturn: !fde.cie.signalFrame, by: "cfi", module: moduleOf(pc) } };
    }
  }
  const guess = guessCaller({ at, innermost: !frame.isReturn, module: frame.module, registers, memory, moduleOf });
  return guess === undefined ? "lost" : { registers: guess.registers, frame: { pc: guess.pc, isReturn: true, by: guess.by, module: moduleOf(guess.pc) } };
}

/** The caller's registers; undefined when something needed is not known. */
function callerByRow(fde: Fde, at: bigint, registers: Registers, memory: MemoryImage): Registers | "outermost" | undefined {
  try {
    const row = frameRow(fde, at);
    const cfa = canonicalFrameAddress(row, registers, memory);
    if (cfa === undefined) {
      return undefined;
    }
    const { returnRegister } = fde.cie;
    if (row.registers.get(returnRegister)?.kind === "undefined") {
      return "outermost"; // how start code says that it has no caller
    }
    const found = new Map<number, bigint>();
    for (const register of CALLEE_SAVED) {
      const value = recover(register, row.registers.get(register) ?? { kind: "same" }, cfa, registers, memory);
      if (value !== undefined) found.set(register, value);
    }
    for (const [register, rule] of row.registers) {
      const value = recover(register, rule, cfa, registers, memory);
      if (value !== undefined) found.set(register, value);
    }
    if (!row.registers.has(RSP)) found.set(RSP, cfa);
    const pc = found.get(returnRegister);
    if (pc === undefined) {
      return undefined;
    }
    return found.set(RIP, pc);
  } catch {
    // Corrupted information is as good as none.
    return undefined;
  }
}

function canonicalFrameAddress({ cfa }: FrameRow, registers: Registers, memory: MemoryImage): bigint | undefined {
  if (cfa?.kind === "register") {
    const base = registers.get(cfa.register);
    return base === undefined ? undefined : BigInt.asUintN(64, base + cfa.offset);
  }
  return cfa && evaluate(cfa.bytes, registers, memory, []);
}

function recover(register: number, rule: RegisterRule, cfa: bigint, registers: Registers, memory: MemoryImage): bigint | undefined {
  switch (rule.kind) {
    case "undefined":
      return undefined;
    case "same":
      return registers.get(register);
    case "offset":
      return memory.read(BigInt.asUintN(64, cfa + rule.offset));
    case "value":
      return BigInt.asUintN(64, cfa + rule.offset);
    case "register":
      return registers.get(rule.register);
    case "expression": {
      const address = evaluate(rule.bytes, registers, memory, [cfa]);
      return address === undefined ? undefined : memory.read(address);
    }
    case "value-expression":
      return evaluate(rule.bytes, registers, memory, [cfa]);
  }
}
