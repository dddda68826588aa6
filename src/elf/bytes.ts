import { RrError } from "../errors/rr-error.js";

/**
 * Little-endian reads from a file in memory, each checked against its end. `what` in each call names the structure for
 * the error ELF_CORRUPT, which is the only thing these methods throw.
 */
export class Bytes {
  constructor(readonly buffer: Buffer, readonly path: string) {}

  get length(): number {
    return this.buffer.length;
  }

  u8(offset: number, what: string): number {
    this.check(offset, 1, what);
    return this.buffer.readUInt8(offset);
  }

  u16(offset: number, what: string): number {
    this.check(offset, 2, what);
    return this.buffer.readUInt16LE(offset);
  }

  u32(offset: number, what: string): number {
    this.check(offset, 4, what);
    return this.buffer.readUInt32LE(offset);
  }

  i64(offset: number, what: string): bigint {
    this.check(offset, 8, what);
    return this.buffer.readBigInt64LE(offset);
  }

  u64(offset: number, what: string): bigint {
    this.check(offset, 8, what);
    return this.buffer.readBigUInt64LE(offset);
  }

  /** A 64-bit size or file offset as a number; one no file can have is an error. */
  size(offset: number, what: string): number {
    const value = this.u64(offset, what);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw corrupt(this.path, `${what} is 0x${value.toString(16)}, more than any file or memory has`);
    }
    return Number(value);
  }

  slice(offset: number, length: number, what: string): Buffer {
    this.check(offset, length, what);
    return this.buffer.subarray(offset, offset + length);
  }

  /** The NUL-terminated string at `offset`; it must end before `limit` (of the file by default). */
  string(offset: number, what: string, limit: number = this.length): string {
    this.check(offset, 1, what);
    const end = this.buffer.indexOf(0, offset);
    if (end < 0 || end >= limit) {
      throw corrupt(this.path, `${what} does not end`);
    }
    return this.buffer.toString("utf8", offset, end);
  }

  private check(offset: number, length: number, what: string): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > this.length) {
      throw corrupt(this.path, `${what} lies at byte ${offset} to ${offset + length}, but the file has ${this.length} bytes`);
    }
  }
}

/** ELF_CORRUPT: a file that contradicts itself, with the next step that usually cures it. */
export function corrupt(path: string, message: string): RrError {
  return new RrError("ELF_CORRUPT", `${path} is truncated or corrupted: ${message}`, { hint: "build or copy the file again" });
}
