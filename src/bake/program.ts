import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { callName } from "../component/linux-calls.js";
import type { LoadedBytes } from "../component/traces.js";
import { corrupt } from "../elf/bytes.js";
import { ET_DYN, ET_EXEC, ET_REL, PF_W, PF_X, PHDR_SIZE, PT_INTERP } from "../elf/constants.js";
import { readNotes } from "../elf/notes.js";
import { fileOffset, isElf, loadSegments, parseElf, type ElfFile, type Segment } from "../elf/read.js";
import { RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";
import { isBakedImage } from "./image-format.js";
import { parseStubs, STUB_NOTE, type Stub } from "./stubs.js";
import { readWhyLines, type WhyLine } from "./why-section.js";

/** An executable linked by the wrapper: what bake needs to know of it. */
export interface Program {
  path: string;
  /** Base name of the file; argv[0] and /bin/<name> in the image. */
  name: string;
  elf: ElfFile;
  stubs: Stub[];
  stubsVaddr: bigint;
  /** Where its program headers lie in its memory (for AT_PHDR). */
  phdrVaddr: bigint;
  segments: Segment[];
  why: WhyLine[];
}

const PAGE = 4096n;
/** Programs live in the low half of the address space. */
const LOW_HALF_END = 1n << 47n;
const MAX_SEGMENTS = 8;
const MAX_NAME_BYTES = 63;
const WRAPPER_HINT = "link it with x86_64-rumprun-linux-musl-gcc (eval \"$(rr env)\" puts it in front of PATH)";

/**
 * Read and check a program. Throws RrError with a code of its own for each kind of file that is no program of the
 * wrapper: FILE_MISSING, IS_A_DIRECTORY, APP_* and ELF_*.
 */
export async function readProgram(path: string): Promise<Program> {
  const buffer = await readFile(path).catch((error: unknown) => {
    throw asRrError(error, path) ?? error;
  });
  if (!isElf(buffer)) {
    throw notElf(buffer, path);
  }
  const elf = parseElf(buffer, path);
  checkKind(elf);
  const note = readNotes(elf).find(({ name, type }) => name === STUB_NOTE.name && type === STUB_NOTE.type);
  if (note === undefined) {
    throw new RrError("APP_FOREIGN", `${path} was linked by another compiler: it has no stubs that bake could redirect`, { hint: WRAPPER_HINT });
  }
  const segments = checkSegments(elf);
  const { stubs, vaddr } = parseStubs(elf, note.desc);
  return { path, name: programName(path), elf, stubs, stubsVaddr: vaddr, phdrVaddr: phdrVaddr(elf), segments, why: readWhyLines(elf) };
}

/** What is loaded of a program's file. */
export function loadedBytes({ elf, segments }: Program): LoadedBytes[] {
  return segments.map(({ offset, filesz, flags }) => ({ bytes: elf.bytes.slice(offset, filesz, "a segment"), executable: (flags & PF_X) !== 0 }));
}

/** "read (0)" of a call, for messages. */
export function describeCall(n: number): string {
  return `${callName(n)} (${n})`;
}

function notElf(buffer: Buffer, path: string): RrError {
  if (buffer.length === 0) {
    return new RrError("APP_EMPTY", `${path} is empty`, { hint: "build it again" });
  }
  if (buffer.subarray(0, 2).toString("latin1") === "#!") {
    const line = buffer.toString("utf8", 2, Math.min(buffer.length, 200)).split("\n", 1)[0]?.trim() ?? "";
    return new RrError("APP_SCRIPT", `${path} is a script for ${line}, not an executable`, {
      hint: "bake its interpreter, with the script in --rootfs and its path as argument",
    });
  }
  if (buffer.subarray(0, 8).toString("latin1") === "!<arch>\n") {
    return new RrError("APP_ARCHIVE", `${path} is an archive (.a), not an executable`, { hint: `link it: x86_64-rumprun-linux-musl-gcc -o program ... ${path}` });
  }
  return new RrError("NOT_ELF", `${path} is not an ELF executable`, { hint: WRAPPER_HINT });
}

function checkKind(elf: ElfFile): void {
  if (isBakedImage(elf)) {
    throw new RrError("APP_BAKED", `${elf.path} is already a baked image`, { hint: `rr run qemu ${elf.path}` });
  }
  if (elf.type === ET_REL) {
    throw new RrError("APP_OBJECT", `${elf.path} is an object file (.o) that is not linked yet`, {
      hint: `x86_64-rumprun-linux-musl-gcc -o program ${elf.path}`,
    });
  }
  if (elf.type === ET_DYN || elf.segments.some(({ type }) => type === PT_INTERP)) {
    throw new RrError("APP_DYNAMIC", `${elf.path} is dynamically linked or position-independent, so it is not the wrapper's work`, { hint: WRAPPER_HINT });
  }
  if (elf.type !== ET_EXEC) {
    throw new RrError("APP_FOREIGN", `${elf.path} is an ELF file of type ${elf.type}, not an executable`, { hint: WRAPPER_HINT });
  }
}

function checkSegments(elf: ElfFile): Segment[] {
  const segments = loadSegments(elf).filter(({ memsz }) => memsz > 0).sort((a, b) => (a.vaddr < b.vaddr ? -1 : 1));
  if (segments.length === 0 || segments.length > MAX_SEGMENTS) {
    throw corrupt(elf.path, `${segments.length} loadable segments, expected 1 to ${MAX_SEGMENTS}`);
  }
  let free = PAGE; // page 0 is never mapped
  for (const segment of segments) {
    const at = `0x${segment.vaddr.toString(16)}`;
    if ((segment.vaddr & -PAGE) < free) {
      throw corrupt(elf.path, `the segment at ${at} shares a page with another one or with page 0`);
    }
    if ((segment.flags & (PF_W | PF_X)) === (PF_W | PF_X)) {
      throw new RrError("APP_WRITABLE_CODE", `${elf.path} has a segment at ${at} that is writable and executable`, {
        hint: "link without -N, -z rwx-segments or -Wl,--omagic",
      });
    }
    free = (segment.vaddr + BigInt(segment.memsz) + PAGE - 1n) & -PAGE;
    if (free > LOW_HALF_END) {
      throw corrupt(elf.path, `the segment at ${at} does not lie in the low half of the address space`);
    }
  }
  if (!segments.some(({ flags, vaddr, memsz }) => (flags & PF_X) !== 0 && elf.entry >= vaddr && elf.entry < vaddr + BigInt(memsz))) {
    throw corrupt(elf.path, `its entry point 0x${elf.entry.toString(16)} is in no executable segment`);
  }
  return segments;
}

function phdrVaddr(elf: ElfFile): bigint {
  const size = elf.segments.length * PHDR_SIZE;
  const home = loadSegments(elf).find(({ offset, filesz }) => elf.phoff >= offset && elf.phoff + size <= offset + filesz);
  if (home === undefined) {
    throw corrupt(elf.path, "its program headers are in no loadable segment");
  }
  const vaddr = home.vaddr + BigInt(elf.phoff - home.offset);
  if (fileOffset(elf, vaddr, size) !== elf.phoff) {
    throw corrupt(elf.path, "its program headers are in two segments");
  }
  return vaddr;
}

function programName(path: string): string {
  const name = basename(path);
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new RrError("APP_NAME", `the name "${name}" is longer than ${MAX_NAME_BYTES} bytes`, { hint: "give the program a shorter file name" });
  }
  return name;
}
