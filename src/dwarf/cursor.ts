import { RrError } from "../errors/rr-error.js";

/** Reads DWARF's little-endian numbers one after the other. Everything throws DWARF_CORRUPT beyond the end. */
export class Cursor {
  constructor(
    private readonly buffer: Buffer,
    /** Byte of `buffer` that is read next. */
    public at: number = 0,
    private readonly end: number = buffer.length,
  ) {
    if (at < 0 || at > end || end > buffer.length) {
      throw corrupt(at);
    }
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** A cursor over the next `length` bytes, which this one skips. */
  take(length: number): Cursor {
    const at = this.advance(length);
    return new Cursor(this.buffer, at, at + length);
  }

  /** All that is left. */
  rest(): Buffer {
    return this.bytes(this.end - this.at);
  }

  bytes(length: number): Buffer {
    const at = this.advance(length);
    return this.buffer.subarray(at, at + length);
  }

  u8(): number {
    return this.buffer.readUInt8(this.advance(1));
  }

  i8(): number {
    return this.buffer.readInt8(this.advance(1));
  }

  u16(): number {
    return this.buffer.readUInt16LE(this.advance(2));
  }

  i16(): number {
    return this.buffer.readInt16LE(this.advance(2));
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.advance(4));
  }

  i32(): number {
    return this.buffer.readInt32LE(this.advance(4));
  }

  u64(): bigint {
    return this.buffer.readBigUInt64LE(this.advance(8));
  }

  i64(): bigint {
    return this.buffer.readBigInt64LE(this.advance(8));
  }

  /** An offset or length that must be a possible one. */
  size64(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw corrupt(this.at);
    }
    return Number(value);
  }

  uleb(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  }

  sleb(): bigint {
    let value = 0n;
    for (let shift = 0n; ; ) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return BigInt.asIntN(64, byte & 0x40 ? value - (1n << shift) : value);
    }
  }

  /** A ULEB that counts something in this file. */
  count(): number {
    const value = this.uleb();
    if (value > 0xffffffffn) {
      throw corrupt(this.at);
    }
    return Number(value);
  }

  string(): string {
    const at = this.at;
    while (this.u8() !== 0);
    return this.buffer.toString("latin1", at, this.at - 1);
  }

  private advance(length: number): number {
    const at = this.at;
    if (length < 0 || at + length > this.end) {
      throw corrupt(at);
    }
    this.at = at + length;
    return at;
  }
}

export function corrupt(at: number): RrError {
  return new RrError("DWARF_CORRUPT", `unwind information is corrupted at byte ${at}`);
}
