/** Pieces of a stopped program's memory. */
export class MemoryImage {
  private readonly pieces: { address: bigint; bytes: Buffer }[] = [];

  add(address: bigint, bytes: Buffer): void {
    this.pieces.push({ address, bytes });
  }

  /** `size` bytes (1, 2, 4 or 8) at `address` as an unsigned number; undefined when they are not all known. */
  read(address: bigint, size = 8): bigint | undefined {
    let value = 0n;
    for (let index = size - 1; index >= 0; index--) {
      const byte = this.byte(address + BigInt(index));
      if (byte === undefined) {
        return undefined;
      }
      value = (value << 8n) | BigInt(byte);
    }
    return value;
  }

  /** A value may cross from one piece into the next, so each byte is looked up. */
  private byte(address: bigint): number | undefined {
    for (const piece of this.pieces) {
      const offset = address - piece.address;
      if (offset >= 0n && offset < BigInt(piece.bytes.length)) {
        return piece.bytes[Number(offset)];
      }
    }
    return undefined;
  }
}
