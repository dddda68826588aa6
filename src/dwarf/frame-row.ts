import { corrupt, Cursor } from "./cursor.js";
import type { Cie, Fde } from "./frame-table.js";

/** Where a caller's register is found (DWARF 5, section 6.4.1). */
export type RegisterRule =
  | { kind: "undefined" }
  | { kind: "same" }
  /** In memory at CFA + offset. */
  | { kind: "offset"; offset: bigint }
  /** CFA + offset is the value. */
  | { kind: "value"; offset: bigint }
  | { kind: "register"; register: number }
  /** In memory at what the expression gives. */
  | { kind: "expression"; bytes: Buffer }
  /** What the expression gives. */
  | { kind: "value-expression"; bytes: Buffer };

export type CfaRule = { kind: "register"; register: number; offset: bigint } | { kind: "expression"; bytes: Buffer };

/** The rules in force at one address. */
export interface FrameRow {
  cfa: CfaRule | undefined;
  registers: Map<number, RegisterRule>;
}

/** More nested DW_CFA_remember_state than any compiler emits. */
const MAX_REMEMBERED = 64;

/** The row of `fde` for `pc`, which lies in it. Throws DWARF_CORRUPT. */
export function frameRow(fde: Fde, pc: bigint): FrameRow {
  const initial = new Interpreter(fde.cie, fde.start, undefined);
  initial.run(fde.cie.instructions, undefined);
  const interpreter = new Interpreter(fde.cie, fde.start, initial.row);
  interpreter.run(fde.instructions, pc);
  return interpreter.row;
}

class Interpreter {
  row: FrameRow;
  private readonly remembered: FrameRow[] = [];

  constructor(
    private readonly cie: Cie,
    private location: bigint,
    private readonly initial: FrameRow | undefined,
  ) {
    this.row = initial === undefined ? { cfa: undefined, registers: new Map() } : copyRow(initial);
  }

  /** Execute until the location is beyond `pc`; to the end without one. */
  run(instructions: Buffer, pc: bigint | undefined): void {
    const code = new Cursor(instructions);
    while (!code.done && (pc === undefined || this.location <= pc)) {
      this.step(code);
    }
  }

  private step(code: Cursor): void {
    const op = code.u8();
    const operand = op & 0x3f;
    switch (op & 0xc0) {
      case 0x40: return this.advance(BigInt(operand));
      case 0x80: return this.set(operand, { kind: "offset", offset: code.uleb() * this.cie.dataAlign });
      case 0xc0: return this.restore(operand);
      default: return this.extended(op, code);
    }
  }

  private extended(op: number, code: Cursor): void {
    const { dataAlign } = this.cie;
    switch (op) {
      case 0x00: // DW_CFA_nop
        return;
      case 0x01: // set_loc
        this.location = code.u64();
        return;
      case 0x02: // advance_loc1, 2, 4
        return this.advance(BigInt(code.u8()));
      case 0x03:
        return this.advance(BigInt(code.u16()));
      case 0x04:
        return this.advance(BigInt(code.u32()));
      case 0x05: // offset_extended
        return this.set(code.count(), { kind: "offset", offset: code.uleb() * dataAlign });
      case 0x06: // restore_extended
        return this.restore(code.count());
      case 0x07: // undefined
        return this.set(code.count(), { kind: "undefined" });
      case 0x08: // same_value
        return this.set(code.count(), { kind: "same" });
      case 0x09: // register
        return this.set(code.count(), { kind: "register", register: code.count() });
      case 0x0a: // remember_state
        if (this.remembered.length === MAX_REMEMBERED) throw corrupt(code.at);
        this.remembered.push(copyRow(this.row));
        return;
      case 0x0b: { // restore_state
        const row = this.remembered.pop();
        if (row === undefined) throw corrupt(code.at);
        this.row = row;
        return;
      }
      case 0x0c: // def_cfa
        this.row.cfa = { kind: "register", register: code.count(), offset: code.uleb() };
        return;
      case 0x0d: // def_cfa_register
        this.row.cfa = { ...this.cfa(code), register: code.count() };
        return;
      case 0x0e: // def_cfa_offset
        this.row.cfa = { ...this.cfa(code), offset: code.uleb() };
        return;
      case 0x0f: // def_cfa_expression
        this.row.cfa = { kind: "expression", bytes: code.bytes(code.count()) };
        return;
      case 0x10: // expression
        return this.set(code.count(), { kind: "expression", bytes: code.bytes(code.count()) });
      case 0x11: // offset_extended_sf
        return this.set(code.count(), { kind: "offset", offset: code.sleb() * dataAlign });
      case 0x12: // def_cfa_sf
        this.row.cfa = { kind: "register", register: code.count(), offset: code.sleb() * dataAlign };
        return;
      case 0x13: // def_cfa_offset_sf
        this.row.cfa = { ...this.cfa(code), offset: code.sleb() * dataAlign };
        return;
      case 0x14: // val_offset
        return this.set(code.count(), { kind: "value", offset: code.uleb() * dataAlign });
      case 0x15: // val_offset_sf
        return this.set(code.count(), { kind: "value", offset: code.sleb() * dataAlign });
      case 0x16: // val_expression
        return this.set(code.count(), { kind: "value-expression", bytes: code.bytes(code.count()) });
      case 0x2e: // GNU_args_size: for exception handling only
        code.uleb();
        return;
      case 0x2f: // GNU_negative_offset_extended
        return this.set(code.count(), { kind: "offset", offset: -code.uleb() * dataAlign });
      default:
        throw corrupt(code.at);
    }
  }

  private advance(delta: bigint): void {
    this.location += delta * this.cie.codeAlign;
  }

  private set(register: number, rule: RegisterRule): void {
    this.row.registers.set(register, rule);
  }

  private restore(register: number): void {
    const rule = this.initial?.registers.get(register);
    if (rule === undefined) this.row.registers.delete(register);
    else this.row.registers.set(register, rule);
  }

  private cfa(code: Cursor): Extract<CfaRule, { kind: "register" }> {
    if (this.row.cfa?.kind !== "register") throw corrupt(code.at);
    return this.row.cfa;
  }
}

function copyRow(row: FrameRow): FrameRow {
  return { cfa: row.cfa, registers: new Map(row.registers) };
}
