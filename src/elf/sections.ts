import { corrupt } from "./bytes.js";
import { RELA_SIZE, SHDR_SIZE, SHN_LORESERVE, SHT_NOBITS, SHT_RELA, SHT_SYMTAB, SYM_SIZE } from "./constants.js";
import type { ElfFile } from "./read.js";

export interface Section {
  index: number;
  name: string;
  type: number;
  flags: bigint;
  addr: bigint;
  offset: number;
  size: number;
  link: number;
  info: number;
  entsize: number;
}

export interface ElfSymbol {
  name: string;
  value: bigint;
  size: number;
  /** STT_*: 0 none, 1 object, 2 function, 3 section, 4 file. */
  type: number;
  /** STB_*: 0 local, 1 global, 2 weak. */
  bind: number;
  section: number;
}

export interface Relocation {
  offset: bigint;
  type: number;
  symbol: number;
  addend: bigint;
}

/**
 * The section headers; empty when the file has none (tools may drop them). Throws ELF_CORRUPT when they or what they
 * describe lie outside the file.
 */
export function readSections(elf: ElfFile): Section[] {
  const { bytes } = elf;
  const shoff = bytes.size(40, "the section header offset");
  if (shoff === 0) {
    return [];
  }
  const entsize = bytes.u16(58, "the section header size");
  if (entsize !== SHDR_SIZE) {
    throw corrupt(elf.path, `section headers of ${entsize} bytes, not ${SHDR_SIZE}`);
  }
  // gABI: counts too large for the header's 16 bits stand in section 0.
  const shnum = bytes.u16(60, "the section count") || bytes.size(shoff + 32, "the section count");
  const strndx = bytes.u16(62, "the section name index");
  if (shnum * SHDR_SIZE > bytes.length) {
    throw corrupt(elf.path, `${shnum} section headers do not fit into ${bytes.length} bytes`);
  }
  const raw = Array.from({ length: shnum }, (_, index) => readSection(elf, shoff + index * SHDR_SIZE, index));
  const names = raw[strndx >= SHN_LORESERVE ? (raw[0]?.link ?? 0) : strndx];
  if (names === undefined) {
    throw corrupt(elf.path, `section names in section ${strndx} of ${shnum}`);
  }
  return raw.map((section) => ({ ...section, name: nameAt(elf, names, section.nameAt) }));
}

function readSection(elf: ElfFile, at: number, index: number): Section & { nameAt: number } {
  const { bytes } = elf;
  const what = `section header ${index}`;
  const section = {
    index,
    name: "",
    nameAt: bytes.u32(at, what),
    type: bytes.u32(at + 4, what),
    flags: bytes.u64(at + 8, what),
    addr: bytes.u64(at + 16, what),
    offset: bytes.size(at + 24, `${what}'s offset`),
    size: bytes.size(at + 32, `${what}'s size`),
    link: bytes.u32(at + 40, what),
    info: bytes.u32(at + 44, what),
    entsize: bytes.size(at + 56, `${what}'s entry size`),
  };
  if (index > 0 && section.type !== SHT_NOBITS && section.type !== 0) {
    bytes.slice(section.offset, section.size, `the content of section ${index}`);
  }
  return section;
}

function nameAt(elf: ElfFile, table: Section, offset: number): string {
  if (table.type === SHT_NOBITS || offset >= table.size) {
    return "";
  }
  return elf.bytes.string(table.offset + offset, "a name", table.offset + table.size);
}

/** The content of a section; empty for one without bytes in the file. */
export function sectionData(elf: ElfFile, section: Section): Buffer {
  return section.type === SHT_NOBITS ? Buffer.alloc(0) : elf.bytes.slice(section.offset, section.size, section.name);
}

/** The symbol table, index 0 included; empty when the file is stripped. Throws ELF_CORRUPT. */
export function readSymbols(elf: ElfFile, sections: readonly Section[]): ElfSymbol[] {
  const table = sections.find((section) => section.type === SHT_SYMTAB);
  if (table === undefined) {
    return [];
  }
  const names = sections[table.link];
  if (names === undefined) {
    throw corrupt(elf.path, `symbol names in section ${table.link}, which is not there`);
  }
  const data = sectionData(elf, table);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at + SYM_SIZE <= data.length; at += SYM_SIZE) {
    symbols.push({
      name: nameAt(elf, names, data.readUInt32LE(at)),
      value: data.readBigUInt64LE(at + 8),
      size: Number(data.readBigUInt64LE(at + 16)),
      type: data.readUInt8(at + 4) & 15,
      bind: data.readUInt8(at + 4) >> 4,
      section: data.readUInt16LE(at + 6),
    });
  }
  return symbols;
}

/** The relocations for the section `target` (an index), as `ld --emit-relocs` leaves them: offsets are addresses. */
export function readRelocations(elf: ElfFile, sections: readonly Section[], target: number): Relocation[] {
  return sections.filter((section) => section.type === SHT_RELA && section.info === target).flatMap((section) => {
    const data = sectionData(elf, section);
    return Array.from({ length: Math.floor(data.length / RELA_SIZE) }, (_, index) => ({
      offset: data.readBigUInt64LE(index * RELA_SIZE),
      type: data.readUInt32LE(index * RELA_SIZE + 8),
      symbol: data.readUInt32LE(index * RELA_SIZE + 12),
      addend: data.readBigInt64LE(index * RELA_SIZE + 16),
    }));
  });
}
