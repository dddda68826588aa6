import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { encodeRecords, type LogStream } from "./log-format.js";

export const LOG = "log";
/** What was written before the last rotation. */
export const OLDER_LOG = "log.1";
/** A record is at least so long that this holds several. */
export const LEAST_LOG_BYTES = 64 << 10;

/**
 * The log of one instance, on disk at most `most` bytes: when half of that is full, the file becomes log.1 and a new one is begun. A disk that takes no more
 * costs the log its records (their bytes are counted, and said when there is room again), never the program its life.
 */
export class LogWriter {
  private file: number;
  private size: number;
  private lost = 0;

  /** Throws what open(2) does. */
  constructor(private readonly directory: string, private readonly most: number) {
    this.file = openSync(join(directory, LOG), "a", 0o600);
    this.size = fstatSync(this.file).size;
  }

  write(stream: LogStream, piece: Buffer): void {
    if (this.lost > 0 && this.append(encodeRecords("rr", Buffer.from(`the log lacks ${this.lost} bytes: its disk was full\n`), new Date()))) {
      this.lost = 0;
    }
    if (this.lost > 0 || !this.append(encodeRecords(stream, piece, new Date()))) {
      this.lost += piece.length;
    }
  }

  /** A line of rr's own. */
  say(text: string): void {
    this.write("rr", Buffer.from(text.endsWith("\n") ? text : `${text}\n`));
  }

  /** Where the guest's output can be written to. */
  stream(name: LogStream): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.write(name, chunk);
        done();
      },
    });
  }

  close(): void {
    closeSync(this.file);
  }

  private append(records: Buffer): boolean {
    try {
      if (this.size > 0 && this.size + records.length > this.most / 2) {
        this.rotate();
      }
      for (let rest = records; rest.length > 0; ) {
        const written = writeSync(this.file, rest);
        this.size += written;
        rest = rest.subarray(written);
      }
      return true;
    } catch {
      return false;
    }
  }

  private rotate(): void {
    renameSync(join(this.directory, LOG), join(this.directory, OLDER_LOG));
    const next = openSync(join(this.directory, LOG), "a", 0o600);
    closeSync(this.file);
    this.file = next;
    this.size = 0;
  }
}
