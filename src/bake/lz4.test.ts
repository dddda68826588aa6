import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compressBlock } from "./lz4.js";

/** Straight from the format's description, with its rules for a block's end. */
function decompress(block: Buffer): Buffer {
  const out: number[] = [];
  let at = 0, lastMatchEnd = 0, lastMatchStart = 0;
  const next = (): number => {
    if (at >= block.length) throw new Error("the block ends within a sequence");
    return block[at++] as number;
  };
  const length = (half: number): number => {
    let sum = half;
    for (let more = half === 15 ? 255 : 0; more === 255; sum += more) more = next();
    return sum;
  };
  for (;;) {
    const token = next();
    for (let count = length(token >> 4); count > 0; count--) out.push(next());
    if (at === block.length) break;
    const distance = next() | (next() << 8);
    if (distance === 0 || distance > out.length) throw new Error(`a match ${distance} bytes back, with ${out.length} there`);
    lastMatchStart = out.length;
    for (let count = length(token & 15) + 4; count > 0; count--) out.push(out[out.length - distance] as number);
    lastMatchEnd = out.length;
  }
  if (lastMatchEnd > 0 && (out.length - lastMatchEnd < 5 || out.length - lastMatchStart < 12)) throw new Error("a match too near the end");
  return Buffer.from(out);
}

describe("compressBlock", () => {
  const pattern = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, index) => (index * index) >> 5));
  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["one byte", Buffer.from("a")],
    ["less than a match", Buffer.from("aaaaaaaaaaaa")],
    ["just enough for one", Buffer.from("aaaaaaaaaaaaaaaaaaaa")],
    ["zeros", Buffer.alloc(100_000)],
    ["noise", randomBytes(70_000)],
    ["noise, twice, too far apart", Buffer.concat([randomBytes(10), Buffer.alloc(70_000, 1), randomBytes(10)])],
    ["a pattern", pattern(200_000)],
    ["this file", readFileSync(new URL(import.meta.url))],
    ["a program", readFileSync(process.execPath).subarray(0, 300_000)],
  ])("gives back %s", (_, data) => {
    expect(decompress(compressBlock(data)).equals(data)).toBe(true);
  });

  it.each(Array.from({ length: 40 }, (_, size) => size))("gives back %i equal bytes, and as many of a short period", (size) => {
    for (const data of [Buffer.alloc(size, 7), Buffer.from("abcab".repeat(8)).subarray(0, size)]) {
      expect(decompress(compressBlock(data)).equals(data)).toBe(true);
    }
  });

  it("makes much smaller what repeats itself", () => {
    expect(compressBlock(Buffer.alloc(100_000)).length).toBeLessThan(500);
    expect(compressBlock(Buffer.from("the same again and again. ".repeat(1000))).length).toBeLessThan(200);
  });
});
