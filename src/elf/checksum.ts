import * as zlib from "node:zlib";

/** The polynomial of IEEE 802.3, bits reversed. */
const POLYNOMIAL = 0xedb88320;

/**
 * CRC-32 (IEEE 802.3, as in gzip) of `data`, continuing from `previous`, the checksum of what precedes it. Node has its own from 20.15 on,
 * which is faster for large images.
 */
export const checksum: (data: Buffer, previous?: number) => number = (zlib as { crc32?: typeof checksum }).crc32 ?? portableChecksum;

export function portableChecksum(data: Buffer, previous = 0): number {
  const table = (portableTable ??= makeTable());
  let value = ~previous;
  for (const byte of data) {
    value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  }
  return ~value >>> 0;
}

let portableTable: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    }
    return value;
  });
}

/** The checksum of a file whose 4 bytes at `field`, where the checksum itself stands, count as zeros. */
export function checksumAround(file: Buffer, field: number): number {
  const before = checksum(file.subarray(0, field));
  return checksum(file.subarray(field + 4), checksum(Buffer.alloc(4), before));
}
