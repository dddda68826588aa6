import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parseElf } from "../elf/read.js";
import { readSections } from "../elf/sections.js";
import { CodeModule } from "./code-module.js";
import { readFrameTable } from "./frame-table.js";
import { MemoryImage } from "./memory.js";
import { RIP, RSP } from "./registers.js";
import { unwind } from "./unwind.js";

/** A program every host has, with a large .eh_frame: this node. */
const PROGRAM = process.execPath;

it("ends, whatever the unwind information and the stack say", async () => {
  const original = await readFile(PROGRAM);
  const table = readSections(parseElf(original, PROGRAM)).find(({ name }) => name === ".eh_frame");
  const bytes = original.subarray(table?.offset, (table?.offset ?? 0) + 65536);
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  for (let round = 0; round < 30; round++) {
    const damaged = Buffer.from(bytes);
    for (let flips = 0; flips < 200; flips++) damaged[random(damaged.length)] = random(256);
    const fdes = readFrameTable({ data: damaged, address: 0x400000n, kind: random(2) === 0 ? "eh_frame" : "debug_frame" });
    const sorted = fdes.sort((a, b) => (a.start < b.start ? -1 : 1));
    const module = {
      name: "damaged", contains: () => true, isStub: () => false, functionAt: () => undefined, code: () => undefined,
      entry: (pc: bigint) => sorted.find(({ start, end }) => pc >= start && pc < end) ?? sorted[Number(pc % BigInt(sorted.length || 1))],
    } as unknown as CodeModule;
    const memory = new MemoryImage();
    const stack = Buffer.alloc(8192);
    for (let at = 0; at < stack.length; at += 8) stack.writeBigUInt64LE(BigInt(0x400000 + random(1 << 20)), at);
    memory.add(0x7000n, stack);
    const registers = new Map(Array.from({ length: 17 }, (_, number) => [number, BigInt(0x7000 + random(8192))]));
    expect(unwind(registers.set(RIP, 0x400000n + BigInt(random(1 << 20))), memory, [module]).frames.length).toBeLessThanOrEqual(200);
  }
});

it("a frame that leads to itself is the last", () => {
  const memory = new MemoryImage();
  const stack = Buffer.alloc(64);
  memory.add(0x1000n, stack);
  // A rule by which the caller has the same registers: DW_CFA_def_cfa rsp 0; rip is the same.
  const cie = { codeAlign: 1n, dataAlign: -8n, returnRegister: 16, encoding: 0, augmented: false, signalFrame: false, instructions: Buffer.from([0x0c, 7, 0, 0x08, 16]) };
  const module = { name: "loop", contains: () => true, isStub: () => false, entry: () => ({ start: 1n, end: 2n ** 63n, cie, instructions: Buffer.alloc(0) }) } as unknown as CodeModule;
  expect(unwind(new Map([[RIP, 0x500n], [RSP, 0x1000n]]), memory, [module]).frames).toHaveLength(1);
});
