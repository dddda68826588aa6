import { openSync, readSync, closeSync, fstatSync, readFileSync, statSync } from "node:fs";
import { checksumAround } from "../elf/checksum.js";
import { loadSegments, parseElf, type ElfFile } from "../elf/read.js";
import { readNotes } from "../elf/notes.js";
import { RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";

export interface ImageFacts {
  /** "image": baked by rr. "kernel": boots by PVH, but is not rr's. "executable": any other x86_64 ELF file. */
  kind: "image" | "kernel" | "executable";
  /** Names of the programs in an image; the first is the one that is started. */
  programs: readonly string[];
  /** Guest memory up to here is filled when it is loaded, in bytes. */
  end: number;
  /** MiB of the machine it is a checkpoint of: its program has started already. 0: it is none. */
  checkpointMb: number;
  /** It has a driver for network cards. */
  network: boolean;
  /** The launch document it was baked with (docs/interfaces.md section 7): arguments, environment, addresses and the like. */
  defaults: Readonly<Record<string, unknown>>;
}

/** XEN_ELFNOTE_PHYS32_ENTRY, from the Xen public headers (elfnote.h). */
const PHYS32_ENTRY = 18;
const TABLE_MAGIC = 0x474d4952;
const TABLE_VERSION = 1;
const TABLE_SIZE = 64;
const PROGRAM_SIZE = 480;
const DEFAULTS_AT = 32;
const CHECKSUM_AT = 52;
const DEVICES_AT = 56;
const MEMORY_AT = 60;
const DEVICE_NETWORK = 1;
const NAME_SIZE = 64;
/** Room for more programs than anybody bakes into one image; a corrupted size must not fill the host's memory. */
const LONGEST_TABLE = 1 << 20;

/**
 * What `path` is. Throws FILE_MISSING and its like, NOT_ELF, ELF_* (another architecture, truncated), IMAGE_VERSION for
 * an image of another rr, IMAGE_CORRUPT for one whose table contradicts itself.
 */
export function inspectImage(path: string): ImageFacts {
  const stamp = fileStamp(path);
  if (latest?.stamp === stamp) {
    return latest.facts;
  }
  const facts = inspect(path);
  latest = { stamp, facts };
  return facts;
}

/** The command line asks first what a file is and then runs it: a large image is read once for both. */
let latest: { stamp: string; facts: ImageFacts } | undefined;

function fileStamp(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [path, dev, ino, size, mtimeMs, ctimeMs].join(" ");
  } catch {
    // Reading it will say why it cannot be read.
    return "";
  }
}

function inspect(path: string): ImageFacts {
  const elf = parseElf(readImage(path), path);
  if (!readNotes(elf).some((note) => note.name === "Xen" && note.type === PHYS32_ENTRY)) {
    return { kind: "executable", programs: [], end: 0, checkpointMb: 0, network: false, defaults: {} };
  }
  const end = Math.max(...loadSegments(elf).map(({ paddr, memsz }) => Number(paddr) + memsz), 0);
  const table = findTable(elf);
  if (table === undefined) {
    return { kind: "kernel", programs: [], end, checkpointMb: 0, network: false, defaults: {} };
  }
  checkSum(elf);
  const programs = programNames(table, path);
  const network = (table.readUInt32LE(DEVICES_AT) & DEVICE_NETWORK) !== 0;
  return { kind: "image", programs, end, checkpointMb: table.readUInt32LE(MEMORY_AT), network, defaults: imageDefaults(table, Number(loadSegments(elf).at(-1)?.paddr ?? 0n), path) };
}

/** Throws IMAGE_CORRUPT when the file is not what bake has written. */
function checkSum(elf: ElfFile): void {
  const { bytes, path } = elf;
  const at = (loadSegments(elf).at(-1)?.offset ?? 0) + CHECKSUM_AT;
  const expected = bytes.u32(at, "the checksum");
  const found = checksumAround(bytes.buffer, at);
  // Zero: bake has written none.
  if (expected !== 0 && expected !== found) {
    throw new RrError("IMAGE_CORRUPT", `${path} is corrupted: its checksum is ${hex(found)}, and was ${hex(expected)} when it was baked`, { hint: "bake it again, or copy it again" });
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function readImage(path: string): Buffer {
  try {
    const file = openSync(path, "r");
    try {
      if (!fstatSync(file).isFile()) {
        throw new RrError("NOT_A_FILE", `${path} is not a file`, { hint: "name an image made by rr bake" });
      }
      // A large file that is no ELF at all is told from its first bytes.
      const first = Buffer.alloc(4);
      return readSync(file, first, 0, 4, 0) === 4 && first.readUInt32BE(0) === 0x7f454c46 ? readFileSync(file) : first;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof RrError ? error : (asRrError(error, path) ?? error);
  }
}

/** The image table: the last segment begins with it. Zeros at its end are not in the file. */
function findTable(elf: ElfFile): Buffer | undefined {
  const segment = loadSegments(elf).at(-1);
  const data = segment && elf.bytes.slice(segment.offset, segment.filesz, "the image table");
  if (segment === undefined || data === undefined || data.length < 4 || data.readUInt32LE(0) !== TABLE_MAGIC) {
    return undefined;
  }
  return Buffer.concat([data, Buffer.alloc(Math.min(segment.memsz - segment.filesz, LONGEST_TABLE))]);
}

/** The launch document the image was baked with; it lies behind the table. Throws IMAGE_CORRUPT. */
function imageDefaults(table: Buffer, tableAt: number, path: string): Readonly<Record<string, unknown>> {
  const [address, size] = [Number(table.readBigUInt64LE(DEFAULTS_AT)), Number(table.readBigUInt64LE(DEFAULTS_AT + 8))];
  if (address === 0) {
    return {};
  }
  const from = address - tableAt;
  try {
    const value: unknown = JSON.parse(table.toString("utf8", from, from + size));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    throw new RrError("IMAGE_CORRUPT", `${path} is corrupted: the launch document it was baked with is no JSON`, { hint: "bake it again" });
  }
}

function programNames(table: Buffer, path: string): string[] {
  const version = table.length >= TABLE_SIZE ? table.readUInt32LE(4) : 0;
  if (version !== TABLE_VERSION) {
    throw new RrError("IMAGE_VERSION", `${path} was baked by another version of rr (image format ${version}, not ${TABLE_VERSION})`, { hint: "bake it again" });
  }
  const count = table.readUInt32LE(48);
  if (count === 0 || TABLE_SIZE + count * PROGRAM_SIZE > table.length) {
    throw new RrError("IMAGE_CORRUPT", `${path} is corrupted: its table of programs says it has ${count}`, { hint: "bake it again" });
  }
  return Array.from({ length: count }, (_, index) => {
    const at = TABLE_SIZE + index * PROGRAM_SIZE;
    const end = table.indexOf(0, at);
    if (end < 0 || end >= at + NAME_SIZE) {
      throw new RrError("IMAGE_CORRUPT", `${path} is corrupted: the name of program ${index} does not end`, { hint: "bake it again" });
    }
    return table.toString("utf8", at, end);
  });
}
