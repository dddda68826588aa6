import { open, type FileHandle } from "node:fs/promises";
import { RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";
import type { RootfsPlan } from "./rootfs.js";

const CHUNK = 1 << 20;
/** Runs of zeros of this size stay holes in the file. */
const HOLE = 1 << 16;
const zeros = Buffer.alloc(HOLE);

/** Write the pieces one behind the other to a new file at `path`, file contents of a root file system as a stream. */
export async function writePieces(path: string, pieces: readonly (Buffer | RootfsPlan)[], mode = 0o644): Promise<void> {
  const out = await open(path, "wx", mode);
  try {
    let at = 0;
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) {
        await writeAll(out, piece, at);
        at += piece.length;
      } else {
        await writeRootfs(out, piece, at);
        at += piece.size;
      }
    }
    // A hole at the end must count too.
    await out.truncate(at);
  } finally {
    await out.close();
  }
}

async function writeRootfs(out: FileHandle, rootfs: RootfsPlan, start: number): Promise<void> {
  await writeAll(out, rootfs.head, start);
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(0, ...rootfs.files.map(({ size }) => size))));
  for (const { path, offset, size } of rootfs.files) {
    const source = await open(path, "r").catch((error: unknown) => {
      throw asRrError(error, path.toString()) ?? error;
    });
    try {
      await copyContent(source, out, { path, size, at: start + offset, chunk });
    } finally {
      await source.close();
    }
  }
}

async function copyContent(source: FileHandle, out: FileHandle, job: { path: Buffer; size: number; at: number; chunk: Buffer }): Promise<void> {
  const { path, size, at, chunk } = job;
  let copied = 0;
  while (copied < size) {
    const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, size - copied), copied);
    if (bytesRead === 0) {
      throw new RrError("ROOTFS_CHANGED", `${path} became shorter while it was read`, { hint: "bake again when nothing writes to the --rootfs folder" });
    }
    for (let from = 0; from < bytesRead; from += HOLE) {
      const part = chunk.subarray(from, Math.min(from + HOLE, bytesRead));
      if (!part.equals(zeros.subarray(0, part.length))) {
        await writeAll(out, part, at + copied + from);
      }
    }
    copied += bytesRead;
  }
}

/** write(2) may write less than asked for, e.g. just before the disk is full. */
async function writeAll(out: FileHandle, data: Buffer, at: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    done += (await out.write(data, done, data.length - done, at + done)).bytesWritten;
  }
}
