import { loadSegments, type ElfFile } from "../elf/read.js";

/** The tables of docs/interfaces.md section 5, as bytes. */
export const IMAGE_MAGIC = 0x474d4952;
export const IMAGE_VERSION = 1;
export const IMAGE_TABLE_SIZE = 64;
export const IMAGE_PROGRAM_SIZE = 480;
/** Where in the table the checksum stands. */
export const IMAGE_CHECKSUM_AT = 52;
/** Where in the table the devices stand that the image has drivers for, and the bits. */
export const IMAGE_DEVICES_AT = 56;
const DEVICE_NETWORK = 1;
const LEAVES_LOW_MEMORY = 2;
/** Where in the table the memory stands, in MiB, of the machine the image is a checkpoint of. */
export const IMAGE_MEMORY_AT = 60;
const SEGMENTS_AT = 64 + 8 + 8 + 4 + 4 + 8 + 4 + 4 + 8 + 8;
const SEGMENT_SIZE = 40;

/** Addresses are physical; 0 for what is absent. */
export interface ImageTable {
  end: bigint;
  rootfs: { phys: bigint; size: number } | undefined;
  defaults: { phys: bigint; size: number } | undefined;
  programs: ImageProgram[];
  /** It has a driver for network cards, so it can use one. */
  network: boolean;
  /** It has nothing in the first MiB, where firmware works: its memory can become an image. */
  leavesLowMemory: boolean;
}

export interface ImageProgram {
  name: string;
  entry: bigint;
  phdrVaddr: bigint;
  phnum: number;
  stubsVaddr: bigint;
  stubCount: number;
  segments: ImageSegment[];
}

export interface ImageSegment {
  vaddr: bigint;
  filesz: number;
  memsz: number;
  phys: bigint;
  flags: number;
}

/** struct rr_image_table and the struct rr_image_program behind it. */
export function encodeImageTable(table: ImageTable): Buffer {
  const out = Buffer.alloc(IMAGE_TABLE_SIZE + table.programs.length * IMAGE_PROGRAM_SIZE);
  out.writeUInt32LE(IMAGE_MAGIC, 0);
  out.writeUInt32LE(IMAGE_VERSION, 4);
  out.writeBigUInt64LE(table.end, 8);
  out.writeBigUInt64LE(table.rootfs?.phys ?? 0n, 16);
  out.writeBigUInt64LE(BigInt(table.rootfs?.size ?? 0), 24);
  out.writeBigUInt64LE(table.defaults?.phys ?? 0n, 32);
  out.writeBigUInt64LE(BigInt(table.defaults?.size ?? 0), 40);
  out.writeUInt32LE(table.programs.length, 48);
  out.writeUInt32LE((table.network ? DEVICE_NETWORK : 0) | (table.leavesLowMemory ? LEAVES_LOW_MEMORY : 0), IMAGE_DEVICES_AT);
  table.programs.forEach((program, index) => encodeProgram(out.subarray(IMAGE_TABLE_SIZE + index * IMAGE_PROGRAM_SIZE), program));
  return out;
}

function encodeProgram(out: Buffer, program: ImageProgram): void {
  out.write(program.name, 0, 63, "utf8");
  out.writeBigUInt64LE(program.entry, 64);
  out.writeBigUInt64LE(program.phdrVaddr, 72);
  out.writeUInt32LE(program.phnum, 80);
  out.writeUInt32LE(program.segments.length, 84);
  out.writeBigUInt64LE(program.stubsVaddr, 88);
  out.writeUInt32LE(program.stubCount, 96);
  program.segments.forEach((segment, index) => {
    const at = SEGMENTS_AT + index * SEGMENT_SIZE;
    out.writeBigUInt64LE(segment.vaddr, at);
    out.writeBigUInt64LE(BigInt(segment.filesz), at + 8);
    out.writeBigUInt64LE(BigInt(segment.memsz), at + 16);
    out.writeBigUInt64LE(segment.phys, at + 24);
    out.writeUInt32LE(segment.flags, at + 32);
  });
}

/** Whether an ELF file is an image of bake's: its last loaded segment starts with the image table. */
export function isBakedImage(elf: ElfFile): boolean {
  const last = loadSegments(elf).at(-1);
  return last !== undefined && last.filesz >= IMAGE_TABLE_SIZE && elf.bytes.u32(last.offset, "the image table") === IMAGE_MAGIC;
}
