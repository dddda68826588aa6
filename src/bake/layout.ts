import { EHDR_SIZE, PF_R, PHDR_SIZE, PT_LOAD, PT_NOTE } from "../elf/constants.js";
import { encodeNote, readNotes } from "../elf/notes.js";
import { fileOffset, loadSegments, type ElfFile, type Segment } from "../elf/read.js";
import { encodeHeaders } from "../elf/write.js";
import { RrError } from "../errors/rr-error.js";
import { encodeImageTable, IMAGE_PROGRAM_SIZE, IMAGE_TABLE_SIZE, type ImageProgram } from "./image-format.js";
import { requireSymbol, type LinkedLibos } from "./link.js";
import { inlineCode } from "./inline.js";
import { compressBlock } from "./lz4.js";
import type { Program } from "./program.js";
import type { RootfsPlan } from "./rootfs.js";
import { patchStub, type Stub } from "./stubs.js";

/** Where something lies in memory, and the bytes it has in the file. */
export interface Piece {
  paddr: bigint;
  vaddr: bigint;
  flags: number;
  memsz: number;
  content: Buffer | RootfsPlan;
}

export interface ImageLayout {
  /** The file's content in order, without gaps. */
  pieces: (Buffer | RootfsPlan)[];
  /** Size of the file in bytes. */
  size: number;
  /** First physical address behind everything. */
  end: bigint;
  /** Where in the file the image table begins. */
  tableAt: number;
}

export interface ImageParts {
  linked: LinkedLibos;
  programs: readonly Program[];
  /** The libOS entry (virtual) for a stub. */
  entryOf: (stub: Stub) => bigint;
  rootfs: RootfsPlan | undefined;
  /** The launch document with default arguments and environment; undefined when there are none. */
  defaults: string | undefined;
  /** Whether the libOS in it drives network cards. */
  network: boolean;
  /** The machine it boots becomes an image in turn. */
  checkpoint: boolean;
  /** Programs are packed; the libOS has the component `unpack`. */
  compress: boolean;
}

const PAGE = 4096n;
/** Virtual minus physical address of the libOS. */
const LIBOS_BASE = 0xffffffffc0000000n;
/** xen/include/public/elfnote.h */
const XEN_ELFNOTE_PHYS32_ENTRY = 18;
/** q35 puts memory beyond its first 2 GiB above 4 GiB when it has much: what is loaded must lie below. */
const END_LIMIT = 0x80000000n;
/** Of components/unpack's list. */
const UNPACK_ENTRY_SIZE = 16;

/**
 * Lay out the image: the libOS, then on pages of their own the programs' segments, the root file system and the image
 * table, which the libOS is told the address of. Throws PLATFORM_BROKEN or IMAGE_TOO_LARGE.
 */
export function layoutImage({ linked, programs, entryOf, rootfs, defaults, network, checkpoint, compress }: ImageParts): ImageLayout {
  const payload: Piece[] = [];
  let free = pageUp(requireSymbol(linked, "rr_libos_end") - LIBOS_BASE);
  /** Put `content` at the next free address that is `within` bytes into a page. */
  const place = (content: Buffer | RootfsPlan, size: number, flags: number, within = 0n): bigint => {
    const paddr = free + within;
    payload.push({ paddr, vaddr: paddr, flags, memsz: size, content });
    free = pageUp(paddr + BigInt(size));
    return paddr;
  };

  const table = programs.map((program) => placeProgram(program, linked.elf, entryOf, place));
  const unpacked = compress ? payload.splice(0) : [];
  const rootfsAt = rootfs && { phys: place(rootfs, rootfs.size, PF_R), size: rootfs.size };
  const defaultsText = Buffer.from(defaults ?? "", "utf8");
  const tableAt = free;
  const defaultsAt = tableAt + BigInt(IMAGE_TABLE_SIZE + programs.length * IMAGE_PROGRAM_SIZE);
  const end = pageUp(defaultsAt + BigInt(defaultsText.length));
  const tableBytes = encodeImageTable({
    end,
    rootfs: rootfsAt,
    defaults: defaults === undefined ? undefined : { phys: defaultsAt, size: defaultsText.length },
    programs: table,
    network,
    leavesLowMemory: checkpoint,
  });
  place(Buffer.concat([tableBytes, defaultsText]), Number(end - tableAt), PF_R);
  const packed = pack(unpacked, end);
  const top = packed.pieces.at(-1)?.paddr ?? end;
  if (top > END_LIMIT) {
    throw new RrError("IMAGE_TOO_LARGE", `the image would reach to ${top >> 20n} MiB of memory; at most ${END_LIMIT >> 20n} MiB are possible`, {
      hint: "leave something out of --rootfs",
    });
  }
  const words = new Map([[requireSymbol(linked, "rr_image_table_address"), tableAt]]);
  if (compress) {
    words.set(requireSymbol(linked, "rr_unpack_list"), packed.list);
  }
  // The table is what comes last in the file.
  const pieces = [...libosPieces(linked, words), ...packed.pieces, ...payload];
  return { ...assemble(pieces, compress ? requireSymbol(linked, "rr_unpack_start") - LIBOS_BASE : pvhEntry(linked.elf)), end };
}

function placeProgram(
  program: Program,
  libos: ElfFile,
  entryOf: ImageParts["entryOf"],
  place: (content: Buffer, size: number, flags: number, within: bigint) => bigint,
): ImageProgram {
  const segments = program.segments.map(({ vaddr, offset, filesz, memsz, flags }) => {
    // A copy: the stubs in it are patched, while the debug file gets the program as it was.
    const content = Buffer.from(program.elf.bytes.slice(offset, filesz, "a segment"));
    for (const stub of program.stubs.filter((each) => each.offset >= offset && each.offset < offset + filesz)) {
      const data = content.subarray(stub.offset - offset), entry = entryOf(stub);
      const inline = inlineCode(libos, entry);
      if (inline === undefined) patchStub(data, stub, entry);
      else inline.copy(data);
    }
    const phys = filesz === 0 ? 0n : place(content, filesz, flags, vaddr % PAGE);
    return { vaddr, filesz, memsz, phys, flags };
  });
  return {
    name: program.name,
    entry: program.elf.entry,
    phdrVaddr: program.phdrVaddr,
    phnum: program.elf.segments.length,
    stubsVaddr: program.stubsVaddr,
    stubCount: program.stubs.length,
    segments,
  };
}

/**
 * `pieces` compressed, from `at` on, behind everything that stays: the blocks, and the list of them for the component unpack, last. Pages are filled
 * up with zeros on both sides, as a loader does it.
 */
function pack(pieces: readonly Piece[], at: bigint): { pieces: Piece[]; list: bigint } {
  const list = Buffer.alloc((pieces.length + 1) * UNPACK_ENTRY_SIZE);
  const packed: Piece[] = [];
  let free = at;
  const put = (content: Buffer): void => {
    packed.push({ paddr: free, vaddr: free, flags: PF_R, memsz: content.length, content });
    free += BigInt(content.length);
  };
  pieces.forEach(({ paddr, memsz, content }, index) => {
    const within = Number(paddr % PAGE);
    const block = compressBlock(Buffer.concat([Buffer.alloc(within), trimZeros(content as Buffer)]));
    const entry = [free, free + BigInt(block.length), paddr - BigInt(within), pageUp(paddr + BigInt(memsz))];
    entry.forEach((address, word) => list.writeUInt32LE(Number(address), index * UNPACK_ENTRY_SIZE + word * 4));
    put(block);
  });
  const listAt = free;
  if (pieces.length > 0) {
    put(list);
  }
  return { pieces: packed, list: listAt };
}

/** The libOS's segments, with `words` (symbol's address, value) written into its data. */
function libosPieces(linked: LinkedLibos, words: ReadonlyMap<bigint, bigint>): Piece[] {
  const { elf } = linked;
  const places = [...words].map(([symbol, value]) => ({ at: fileOffset(elf, symbol, 8), value }));
  if (places.some(({ at }) => at === undefined)) {
    throw new RrError("PLATFORM_BROKEN", "the libOS has a word that bake is to write outside its initialised data", { hint: "rr build-platform hw" });
  }
  return loadSegments(elf)
    .filter(({ memsz }) => memsz > 0)
    .sort((a, b) => (a.paddr < b.paddr ? -1 : 1))
    .map(({ paddr, vaddr, flags, memsz, offset, filesz }) => {
      const content = Buffer.from(elf.bytes.slice(offset, filesz, "a segment"));
      for (const { at = 0, value } of places.filter(({ at = 0 }) => at >= offset && at < offset + filesz)) {
        content.writeBigUInt64LE(value, at - offset);
      }
      return { paddr, vaddr, flags, memsz, content };
    });
}

function pvhEntry(elf: ElfFile): bigint {
  const desc = readNotes(elf).find(({ name, type }) => name === "Xen" && type === XEN_ELFNOTE_PHYS32_ENTRY)?.desc;
  if (desc === undefined || desc.length < 4) {
    throw new RrError("PLATFORM_BROKEN", "the libOS has no PVH entry note", { hint: "rr build-platform hw" });
  }
  return BigInt(desc.readUInt32LE(0));
}

/**
 * Headers, note and pieces as a file. The file is packed: loaders copy byte ranges, so nothing needs an alignment in it
 * (p_align 1 says so), and zeros at the end of a piece are left to memsz.
 */
export function assemble(pieces: readonly Piece[], entry: bigint): Omit<ImageLayout, "end"> {
  const desc = Buffer.alloc(8);
  // QEMU up to 9 reads 8 bytes from a 64-bit file's note whatever its size says.
  desc.writeBigUInt64LE(entry);
  const note = encodeNote({ name: "Xen", type: XEN_ELFNOTE_PHYS32_ENTRY, desc });
  let offset = EHDR_SIZE + (pieces.length + 1) * PHDR_SIZE;
  const segments: Segment[] = [
    { type: PT_NOTE, flags: PF_R, offset, vaddr: 0n, paddr: 0n, filesz: note.length, memsz: note.length, align: 4n },
  ];
  offset += note.length;
  const contents = pieces.map(({ content }) => (Buffer.isBuffer(content) ? trimZeros(content) : content));
  pieces.forEach(({ paddr, vaddr, flags, memsz }, index) => {
    const content = contents[index] as Buffer | RootfsPlan;
    const filesz = Buffer.isBuffer(content) ? content.length : content.size;
    segments.push({ type: PT_LOAD, flags, offset, vaddr, paddr, filesz, memsz: zeroedTo(paddr, memsz, pieces[index + 1]), align: 1n });
    offset += filesz;
  });
  return { pieces: [encodeHeaders(entry, segments), note, ...contents], size: offset, tableAt: segments.at(-1)?.offset ?? 0 };
}

/** A piece's size in memory, stretched over the rest of its last page and up to the next piece: the loader zeroes that. */
function zeroedTo(paddr: bigint, memsz: number, next: Piece | undefined): number {
  const end = paddr + BigInt(memsz);
  if (next !== undefined && next.paddr >= end && next.paddr - end < 2n * PAGE) {
    return Number(next.paddr - paddr);
  }
  return memsz;
}

function trimZeros(data: Buffer): Buffer {
  let length = data.length;
  while (length > 0 && data[length - 1] === 0) {
    length--;
  }
  return data.subarray(0, length);
}

function pageUp(address: bigint): bigint {
  return (address + PAGE - 1n) & -PAGE;
}
