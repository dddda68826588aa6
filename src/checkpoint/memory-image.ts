import { open, type FileHandle } from "node:fs/promises";
import { assemble, IMAGE_CHECKSUM_AT, IMAGE_MEMORY_AT, type Piece } from "../bake/index.js";
import { PF_R, PF_W } from "../elf/constants.js";
import { loadSegments, type ElfFile } from "../elf/read.js";

const PAGE = 4096;
const CHUNK = 1 << 20;
/** Below, firmware works when a machine starts: the image's machine had nothing there. */
const LOW_MEMORY_END = 1 << 20;
/** So few pages of zeros between others cost less in the file than a segment of their own costs the loader. */
const GAP = 4;

/**
 * The image, as pieces of its file, of a machine whose `memory` is in that file and was booted from `base`: its pages but those of zeros, which a new machine's memory
 * is anyway. The image table is the last segment, as in `base`, and says what the machine had: `memoryMb`.
 */
export async function imageOfMemory(base: ElfFile, memory: string, memoryMb: number): Promise<ReturnType<typeof assemble> & { end: number }> {
  const table = loadSegments(base).at(-1);
  if (table === undefined) {
    throw new RangeError(`${base.path} has no segments`);
  }
  const tableFrom = Number(table.paddr);
  const tableTo = tableFrom + Math.ceil(table.memsz / PAGE) * PAGE;
  const file = await open(memory, "r");
  try {
    const runs = (await usedRuns(file)).flatMap((each) => without(each, tableFrom, tableTo));
    const pieces: Piece[] = [];
    for (const { from, to } of runs) {
      pieces.push(piece(from, await read(file, from, to)));
    }
    const tableBytes = await read(file, tableFrom, tableTo);
    tableBytes.writeUInt32LE(0, IMAGE_CHECKSUM_AT);
    tableBytes.writeUInt32LE(memoryMb, IMAGE_MEMORY_AT);
    const entry = entryOf(base);
    return { ...assemble([...pieces, piece(tableFrom, tableBytes)], entry), end: Math.max(tableTo, runs.at(-1)?.to ?? 0) };
  } finally {
    await file.close();
  }
}

interface Run {
  from: number;
  to: number;
}

/** What may really be done with each page is in the page tables, which are part of the memory. */
function piece(from: number, content: Buffer): Piece {
  return { paddr: BigInt(from), vaddr: BigInt(from), flags: PF_R | PF_W, memsz: content.length, content };
}

/** Runs of pages that are not all zeros, ascending; small gaps are part of them. */
async function usedRuns(file: FileHandle): Promise<Run[]> {
  const runs: Run[] = [];
  const zeros = Buffer.alloc(PAGE);
  const chunk = Buffer.alloc(CHUNK);
  for (let at = LOW_MEMORY_END; ; at += CHUNK) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) {
      return runs;
    }
    for (let within = 0; within < bytesRead; within += PAGE) {
      if (chunk.subarray(within, within + PAGE).equals(zeros)) continue;
      const from = at + within;
      const last = runs.at(-1);
      if (last !== undefined && from - last.to <= GAP * PAGE) last.to = from + PAGE;
      else runs.push({ from, to: from + PAGE });
    }
  }
}

function without({ from, to }: Run, gapFrom: number, gapTo: number): Run[] {
  return [{ from, to: Math.min(to, gapFrom) }, { from: Math.max(from, gapTo), to }].filter((each) => each.from < each.to);
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  await file.read(buffer, 0, buffer.length, from);
  return buffer;
}

/** Of the ELF header: rr's images have it where the note says. */
function entryOf({ bytes }: ElfFile): bigint {
  return bytes.u64(24, "the entry");
}
