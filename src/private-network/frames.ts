/**
 * Ethernet frames in a stream, as QEMU's socket networks have them: u32 length, big-endian, then the frame. Pieces of the stream are handed on as they came, cut where frames end, and not
 * copied but for a frame that came in two pieces.
 */
const HEADER = 4;
/** QEMU's own limit is 68 KiB (NET_BUFSIZE); nothing longer is a frame. */
const LONGEST = 4096 + 65536;
const SHORTEST = 14;

/** Takes a stream in pieces; `whole` gets buffers of whole frames with their lengths. */
export class FrameSplitter {
  private rest: Buffer | undefined;

  constructor(private readonly whole: (frames: Buffer) => void) {}

  /** False: what comes is no stream of frames; there is no way to find them again. */
  push(piece: Buffer): boolean {
    let bytes = this.rest === undefined ? piece : Buffer.concat([this.rest, piece]);
    this.rest = undefined;
    let end = 0;
    while (bytes.length - end >= HEADER) {
      const length = bytes.readUInt32BE(end);
      if (length > LONGEST) {
        return false;
      }
      if (bytes.length - end < HEADER + length) {
        break;
      }
      end += HEADER + length;
    }
    if (end > 0) {
      this.whole(end === bytes.length ? bytes : bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
    if (bytes.length > 0) {
      this.rest = bytes;
    }
    return true;
  }
}

/** A run of frames that go to the same machine: one (its card's address as a number), or all (undefined). */
export interface Run {
  to: number | undefined;
  bytes: Buffer;
}

/** Cut whole frames where their destination changes. */
export function runsOf(frames: Buffer): Run[] {
  const runs: Run[] = [];
  let start = 0;
  let to: number | undefined;
  for (let at = 0; at < frames.length; ) {
    const length = frames.readUInt32BE(at);
    const next = destination(frames, at + HEADER, length);
    if (at > start && next !== to) {
      runs.push({ to, bytes: frames.subarray(start, at) });
      start = at;
    }
    to = next;
    at += HEADER + length;
  }
  if (start < frames.length) {
    runs.push({ to, bytes: frames.subarray(start) });
  }
  return runs;
}

/** Undefined for a broadcast or multicast frame, and for what is too short to be one. */
function destination(frames: Buffer, at: number, length: number): number | undefined {
  if (length < SHORTEST || ((frames[at] ?? 1) & 1) === 1) {
    return undefined;
  }
  return frames.readUIntBE(at, 6);
}

/** "52:54:0a:58:00:02" as a number. */
export function macNumber(mac: string): number {
  return parseInt(mac.replaceAll(":", ""), 16);
}
