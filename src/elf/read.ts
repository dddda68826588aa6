import { RrError } from "../errors/rr-error.js";
import { Bytes, corrupt } from "./bytes.js";
import { EHDR_SIZE, EM_X86_64, MACHINES, PHDR_SIZE, PT_LOAD } from "./constants.js";

export interface Segment {
  type: number;
  flags: number;
  offset: number;
  vaddr: bigint;
  paddr: bigint;
  filesz: number;
  memsz: number;
  align: bigint;
}

/** An ELF64 little-endian x86_64 file in memory; program headers are parsed and checked against the file. */
export interface ElfFile {
  path: string;
  bytes: Bytes;
  type: number;
  entry: bigint;
  phoff: number;
  segments: Segment[];
}

const MAGIC = 0x464c457f;

/** Whether these first bytes are an ELF file's. */
export function isElf(buffer: Buffer): boolean {
  return buffer.length >= 4 && buffer.readUInt32LE(0) === MAGIC;
}

/**
 * Parse header and program headers. `path` is for messages. Throws NOT_ELF, ELF_CLASS (32-bit), ELF_ENDIAN,
 * ELF_MACHINE (another architecture, named) or ELF_CORRUPT. After it every segment's file range lies in the file.
 */
export function parseElf(buffer: Buffer, path: string): ElfFile {
  if (!isElf(buffer)) {
    throw new RrError("NOT_ELF", `${path} is not an ELF file`);
  }
  const bytes = new Bytes(buffer, path);
  checkIdentity(bytes, path);
  const type = bytes.u16(16, "the file type");
  const entry = bytes.u64(24, "the entry point");
  const phoff = bytes.size(32, "the program header offset");
  if (bytes.u16(52, "the header size") !== EHDR_SIZE) {
    throw corrupt(path, `the header says it is ${bytes.u16(52, "the header size")} bytes long, not ${EHDR_SIZE}`);
  }
  const phnum = bytes.u16(56, "the program header count");
  if (phnum > 0 && bytes.u16(54, "the program header size") !== PHDR_SIZE) {
    throw corrupt(path, `program headers of ${bytes.u16(54, "the program header size")} bytes, not ${PHDR_SIZE}`);
  }
  const segments: Segment[] = [];
  for (let index = 0; index < phnum; index++) {
    segments.push(parseSegment(bytes, phoff + index * PHDR_SIZE, `program header ${index}`));
  }
  return { path, bytes, type, entry, phoff, segments };
}

function checkIdentity(bytes: Bytes, path: string): void {
  const elfClass = bytes.u8(4, "the ELF class");
  const machine = bytes.u16(18, "the machine");
  // A 32-bit or big-endian file has its machine at the same place, byte-swapped for the latter.
  const order = bytes.u8(5, "the byte order");
  const named = MACHINES[order === 2 ? (machine >> 8) | ((machine & 0xff) << 8) : machine];
  const forWhom = named === undefined ? "" : ` for ${named}`;
  if (elfClass === 1) {
    throw new RrError("ELF_CLASS", `${path} is a 32-bit ELF file${forWhom}, not a 64-bit one`, { hint: "compile it for x86_64, with the wrapper" });
  }
  if (order === 2) {
    throw new RrError("ELF_ENDIAN", `${path} is a big-endian ELF file${forWhom}`, { hint: "compile it for x86_64, with the wrapper" });
  }
  if (elfClass !== 2 || order !== 1 || bytes.u8(6, "the ELF version") !== 1) {
    throw corrupt(path, `its first bytes (class ${elfClass}, byte order ${order}, version ${bytes.u8(6, "the ELF version")}) are no ELF file's`);
  }
  if (machine !== EM_X86_64) {
    throw new RrError("ELF_MACHINE", `${path} is${forWhom || ` for machine ${machine}`}, not for x86_64`, {
      hint: "compile it for x86_64, with the wrapper",
    });
  }
}

function parseSegment(bytes: Bytes, at: number, what: string): Segment {
  const segment: Segment = {
    type: bytes.u32(at, what),
    flags: bytes.u32(at + 4, what),
    offset: bytes.size(at + 8, `${what}'s offset`),
    vaddr: bytes.u64(at + 16, what),
    paddr: bytes.u64(at + 24, what),
    filesz: bytes.size(at + 32, `${what}'s file size`),
    memsz: bytes.size(at + 40, `${what}'s memory size`),
    align: bytes.u64(at + 48, what),
  };
  bytes.slice(segment.offset, segment.filesz, `the content of ${what}`);
  if (segment.type === PT_LOAD && segment.filesz > segment.memsz) {
    throw corrupt(bytes.path, `${what} has ${segment.filesz} bytes in the file for ${segment.memsz} in memory`);
  }
  return segment;
}

/** PT_LOAD segments in file order. */
export function loadSegments(elf: ElfFile): Segment[] {
  return elf.segments.filter((segment) => segment.type === PT_LOAD);
}

/**
 * The file offset of `length` bytes at virtual address `vaddr`, undefined when they are not wholly in one loaded
 * segment's part of the file.
 */
export function fileOffset(elf: ElfFile, vaddr: bigint, length: number): number | undefined {
  for (const segment of loadSegments(elf)) {
    const within = vaddr - segment.vaddr;
    if (within >= 0n && within + BigInt(length) <= BigInt(segment.filesz)) {
      return segment.offset + Number(within);
    }
  }
  return undefined;
}
