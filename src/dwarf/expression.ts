import { Cursor, corrupt } from "./cursor.js";
import type { MemoryImage } from "./memory.js";
import type { Registers } from "./registers.js";

/** Operations executed before an expression is given up: it may contain branches, so it could loop. */
const BUDGET = 1000;

const mask = (value: bigint): bigint => BigInt.asUintN(64, value);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Binary operations: second operand is the top of the stack (DWARF 5, section 2.5.1.4). */
const BINARY: Readonly<Record<number, (a: bigint, b: bigint) => bigint>> = {
  0x1a: (a, b) => a & b,
  0x1b: (a, b) => (b === 0n ? 0n : signed(a) / signed(b)),
  0x1c: (a, b) => a - b,
  0x1d: (a, b) => (b === 0n ? 0n : a % b),
  0x1e: (a, b) => a * b,
  0x21: (a, b) => a | b,
  0x22: (a, b) => a + b,
  0x24: (a, b) => (b > 63n ? 0n : a << b),
  0x25: (a, b) => (b > 63n ? 0n : a >> b),
  0x26: (a, b) => signed(a) >> (b > 63n ? 63n : b),
  0x27: (a, b) => a ^ b,
  0x29: (a, b) => BigInt(a === b),
  0x2a: (a, b) => BigInt(signed(a) >= signed(b)),
  0x2b: (a, b) => BigInt(signed(a) > signed(b)),
  0x2c: (a, b) => BigInt(signed(a) <= signed(b)),
  0x2d: (a, b) => BigInt(signed(a) < signed(b)),
  0x2e: (a, b) => BigInt(a !== b),
};

/** Operations that push a constant. */
const CONSTANTS: Readonly<Record<number, (code: Cursor) => bigint>> = {
  0x03: (code) => code.u64(),
  0x08: (code) => BigInt(code.u8()),
  0x09: (code) => BigInt(code.i8()),
  0x0a: (code) => BigInt(code.u16()),
  0x0b: (code) => BigInt(code.i16()),
  0x0c: (code) => BigInt(code.u32()),
  0x0d: (code) => BigInt(code.i32()),
  0x0e: (code) => code.u64(),
  0x0f: (code) => code.i64(),
  0x10: (code) => code.uleb(),
  0x11: (code) => code.sleb(),
};

/**
 * Evaluate a DWARF expression as call frame information uses it. `initial` is on the stack at the start (the CFA, or nothing).
 * Returns undefined when a register or a piece of memory it needs is unknown, or it has an operation that makes no
 * sense in call frame information. Throws DWARF_CORRUPT.
 */
export function evaluate(bytes: Buffer, registers: Registers, memory: MemoryImage, initial: readonly bigint[]): bigint | undefined {
  const stack = [...initial];
  const code = new Cursor(bytes);
  for (let left = BUDGET; !code.done; left--) {
    if (left === 0) {
      throw corrupt(code.at);
    }
    const value = step(code.u8(), code, stack, registers, memory);
    if (value === "unknown") {
      return undefined;
    }
  }
  return stack.at(-1);
}

function step(op: number, code: Cursor, stack: bigint[], registers: Registers, memory: MemoryImage): "unknown" | undefined {
  const pop = (): bigint => {
    const value = stack.pop();
    if (value === undefined) throw corrupt(code.at);
    return value;
  };
  const push = (value: bigint | undefined): "unknown" | undefined => {
    if (value === undefined) return "unknown";
    stack.push(mask(value));
    return undefined;
  };
  const binary = BINARY[op];
  if (binary !== undefined) {
    const b = pop();
    return push(binary(pop(), b));
  }
  const constant = CONSTANTS[op];
  if (constant !== undefined) {
    return push(constant(code));
  }
  if (op >= 0x30 && op <= 0x4f) return push(BigInt(op - 0x30)); // DW_OP_lit
  if (op >= 0x70 && op <= 0x8f) return pushRegister(op - 0x70, code.sleb(), registers, push); // DW_OP_breg
  switch (op) {
    case 0x06: // DW_OP_deref
      return push(memory.read(pop()));
    case 0x94: { // DW_OP_deref_size
      const size = code.u8();
      return push(memory.read(pop(), Math.min(size, 8)));
    }
    case 0x12: // DW_OP_dup
      return push(stack.at(-1));
    case 0x13: // DW_OP_drop
      pop();
      return undefined;
    case 0x14: // DW_OP_over
      return push(stack.at(-2));
    case 0x15: // DW_OP_pick
      return push(stack.at(-1 - code.u8()));
    case 0x16: { // DW_OP_swap
      const a = pop();
      const b = pop();
      stack.push(a, b);
      return undefined;
    }
    case 0x17: { // DW_OP_rot: the top becomes the third
      const a = pop();
      const b = pop();
      const c = pop();
      stack.push(a, c, b);
      return undefined;
    }
    case 0x19: { // DW_OP_abs
      const value = signed(pop());
      return push(value < 0n ? -value : value);
    }
    case 0x1f: // DW_OP_neg
      return push(-pop());
    case 0x20: // DW_OP_not
      return push(~pop());
    case 0x23: // DW_OP_plus_uconst
      return push(pop() + code.uleb());
    case 0x28: { // DW_OP_bra
      const distance = code.i16();
      if (pop() !== 0n) jump(code, distance);
      return undefined;
    }
    case 0x2f: // DW_OP_skip
      jump(code, code.i16());
      return undefined;
    case 0x92: { // DW_OP_bregx
      const register = code.count();
      return pushRegister(register, code.sleb(), registers, push);
    }
    case 0x96: // DW_OP_nop
      return undefined;
    default:
      return "unknown";
  }
}

function pushRegister(
  register: number, offset: bigint, registers: Registers, push: (value: bigint | undefined) => "unknown" | undefined,
): "unknown" | undefined {
  const value = registers.get(register);
  return push(value === undefined ? undefined : value + offset);
}

function jump(code: Cursor, distance: number): void {
  const target = code.at + distance;
  if (target < 0) throw corrupt(code.at);
  code.at = target;
}
