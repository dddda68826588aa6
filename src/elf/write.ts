import { EHDR_SIZE, EM_X86_64, ET_EXEC, PHDR_SIZE, SHDR_SIZE, SHT_PROGBITS } from "./constants.js";
import type { ElfFile, Segment } from "./read.js";
import { readSections, sectionData } from "./sections.js";

/** ELF header and program headers of an executable without sections, to be put at the start of its file. */
export function encodeHeaders(entry: bigint, segments: readonly Segment[]): Buffer {
  const out = Buffer.alloc(EHDR_SIZE + segments.length * PHDR_SIZE);
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  out.writeUInt16LE(ET_EXEC, 16);
  out.writeUInt16LE(EM_X86_64, 18);
  out.writeUInt32LE(1, 20);
  out.writeBigUInt64LE(entry, 24);
  out.writeBigUInt64LE(BigInt(EHDR_SIZE), 32);
  out.writeUInt16LE(EHDR_SIZE, 52);
  out.writeUInt16LE(PHDR_SIZE, 54);
  out.writeUInt16LE(segments.length, 56);
  out.writeUInt16LE(SHDR_SIZE, 58);
  segments.forEach((segment, index) => {
    const at = EHDR_SIZE + index * PHDR_SIZE;
    out.writeUInt32LE(segment.type, at);
    out.writeUInt32LE(segment.flags, at + 4);
    out.writeBigUInt64LE(BigInt(segment.offset), at + 8);
    out.writeBigUInt64LE(segment.vaddr, at + 16);
    out.writeBigUInt64LE(segment.paddr, at + 24);
    out.writeBigUInt64LE(BigInt(segment.filesz), at + 32);
    out.writeBigUInt64LE(BigInt(segment.memsz), at + 40);
    out.writeBigUInt64LE(segment.align, at + 48);
  });
  return out;
}

/**
 * The pieces of a copy of `elf` with further non-allocated sections, in file order. Contents are not copied: large
 * programs go straight from one file's buffer to the other file.
 */
export function appendSections(elf: ElfFile, added: readonly { name: string; data: Buffer }[]): Buffer[] {
  const sections = readSections(elf);
  const original = elf.bytes.buffer;
  const strndx = original.readUInt16LE(62);
  const oldNames = sections[strndx];
  const names = [oldNames === undefined ? Buffer.alloc(1) : sectionData(elf, oldNames)];
  let namesSize = names[0]?.length ?? 0;
  const nameOffsets = added.map(({ name }) => {
    const at = namesSize;
    names.push(Buffer.from(`${name}\0`, "latin1"));
    namesSize += name.length + 1;
    return at;
  });

  const header = Buffer.from(original.subarray(0, EHDR_SIZE));
  const pieces = [header, original.subarray(EHDR_SIZE)];
  let end = original.length;
  const append = (data: Buffer): number => {
    const padding = -end & 7;
    pieces.push(Buffer.alloc(padding), data);
    end += padding + data.length;
    return end - data.length;
  };

  const count = Math.max(sections.length, 1);
  const table = Buffer.alloc((count + added.length) * SHDR_SIZE);
  original.copy(table, 0, header.readUIntLE(40, 6), header.readUIntLE(40, 6) + sections.length * SHDR_SIZE);
  added.forEach(({ data }, index) => {
    const at = (count + index) * SHDR_SIZE;
    table.writeUInt32LE(nameOffsets[index] ?? 0, at);
    table.writeUInt32LE(SHT_PROGBITS, at + 4);
    table.writeBigUInt64LE(BigInt(append(data)), at + 24);
    table.writeBigUInt64LE(BigInt(data.length), at + 32);
    table.writeBigUInt64LE(1n, at + 48);
  });
  table.writeBigUInt64LE(BigInt(append(Buffer.concat(names))), strndx * SHDR_SIZE + 24);
  table.writeBigUInt64LE(BigInt(namesSize), strndx * SHDR_SIZE + 32);
  header.writeBigUInt64LE(BigInt(append(table)), 40);
  header.writeUInt16LE(count + added.length, 60);
  return pieces;
}
