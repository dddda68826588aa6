import { expect, it } from "vitest";
import { PF_R, PT_LOAD, PT_NOTE } from "./constants.js";
import { encodeNote, readNotes } from "./notes.js";
import { fileOffset, parseElf } from "./read.js";
import { readSections, sectionData } from "./sections.js";
import { appendSections, encodeHeaders } from "./write.js";

const note = encodeNote({ name: "Xen", type: 18, desc: Buffer.from([1, 2, 3, 4, 5]) });
const offset = 64 + 2 * 56;
const headers = encodeHeaders(0x1000n, [
  { type: PT_NOTE, flags: PF_R, offset, vaddr: 0n, paddr: 0n, filesz: note.length, memsz: note.length, align: 4n },
  { type: PT_LOAD, flags: PF_R, offset, vaddr: 0xffffffffc0000000n, paddr: 0x1000n, filesz: note.length, memsz: 4096, align: 1n },
]);
const file = Buffer.concat([headers, note]);

it("reads what it writes", () => {
  const elf = parseElf(file, "test");
  expect(elf.entry).toBe(0x1000n);
  expect(elf.segments[1]).toMatchObject({ vaddr: 0xffffffffc0000000n, paddr: 0x1000n, memsz: 4096 });
  expect(readNotes(elf)).toEqual([{ name: "Xen", type: 18, desc: Buffer.from([1, 2, 3, 4, 5]) }]);
  expect(readSections(elf)).toEqual([]);
});

it("finds the bytes at an address only where the file has them all", () => {
  const elf = parseElf(file, "test");
  expect(fileOffset(elf, 0xffffffffc0000004n, 4)).toBe(offset + 4);
  expect(fileOffset(elf, 0xffffffffc0000004n, 4000)).toBeUndefined();
  expect(fileOffset(elf, 0xffffffffbffffffen, 4)).toBeUndefined();
});

it("adds sections, also to a file that has none", () => {
  const added = Buffer.concat(appendSections(parseElf(file, "test"), [{ name: ".one", data: Buffer.from("1") }]));
  const elf = parseElf(added, "added");
  const section = readSections(elf).find(({ name }) => name === ".one");
  expect(section && sectionData(elf, section).toString()).toBe("1");
  const again = parseElf(Buffer.concat(appendSections(elf, [{ name: ".two", data: Buffer.from("22") }])), "again");
  expect(readSections(again).map(({ name }) => name).filter((name) => name !== "")).toEqual([".one", ".two"]);
});

it("names what lies outside the file", () => {
  const broken = Buffer.from(file);
  broken.writeBigUInt64LE(1n << 60n, 64 + 56 + 8);
  expect(() => parseElf(broken, "broken")).toThrow("broken is truncated or corrupted: program header 1's offset is 0x1000000000000000");
  broken.writeBigUInt64LE(5000n, 64 + 56 + 8);
  expect(() => parseElf(broken, "broken")).toThrow(/content of program header 1 lies at byte 5000/);
});
