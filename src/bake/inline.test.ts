import { describe, expect, it } from "vitest";
import { PF_R, PF_X, PT_LOAD } from "../elf/constants.js";
import type { ElfFile } from "../elf/read.js";
import { Bytes } from "../elf/bytes.js";
import { inlineCode } from "./inline.js";

/** A libOS that is one segment of `code` at 0x1000. */
function libos(code: readonly number[]): ElfFile {
  const data = Buffer.concat([Buffer.from(code), Buffer.alloc(64, 0x90)]);
  const segment = { type: PT_LOAD, flags: PF_R | PF_X, offset: 0, vaddr: 0x1000n, paddr: 0n, filesz: data.length, memsz: data.length, align: 1n };
  return { path: "libos", bytes: new Bytes(data, "libos"), segments: [segment] } as unknown as ElfFile;
}

const THREAD = [0x65, 0x48, 0x8b, 0x04, 0x25, 8, 0, 0, 0];
const PROCESS = [0x48, 0x8b, 0x80, 0xa0, 0, 0, 0];

describe("a handler in its stub", () => {
  it("is copied when it only loads", () => {
    const code = [...THREAD, ...PROCESS, 0x48, 0x63, 0x40, 0x0c, 0xc3];
    expect(inlineCode(libos(code), 0x1000n)).toEqual(Buffer.from(code));
    expect(inlineCode(libos([0xc3]), 0x1000n)).toEqual(Buffer.from([0xc3]));
  });

  it.each([
    ["does something else", [...THREAD, 0xe8, 0, 0, 0, 0, 0xc3]],
    ["compares", [...THREAD, 0x48, 0x85, 0xc0, 0xc3]],
    ["loads relative to itself", [0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xc3]],
    ["is too long", [...THREAD, ...PROCESS, ...PROCESS, 0x48, 0x63, 0x00, 0xc3]],
    ["has no end", [...THREAD, ...PROCESS, ...PROCESS]],
  ])("stays where it is when it %s", (_what, code) => {
    expect(inlineCode(libos(code), 0x1000n)).toBeUndefined();
  });

  it("stays where it is at the end of a segment", () => {
    expect(inlineCode(libos([0xc3]), 0x1000n + 64n)).toBeUndefined();
  });
});
