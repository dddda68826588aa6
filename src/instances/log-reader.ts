import { closeSync, fstatSync, openSync, readSync, watch } from "node:fs";
import { join } from "node:path";
import { asRrError } from "../workspace/system-error.js";
import { LogParser, type LogRecord } from "./log-format.js";
import { LOG, OLDER_LOG } from "./log-writer.js";
import { waitForInstance } from "./operate.js";
import type { Instance } from "./types.js";

export interface LogOptions {
  /** Only the last lines; all without. */
  tail?: number;
  /** Only what came at that time or later. */
  since?: Date;
  /** Go on until the instance has ended for good. */
  follow?: boolean;
  signal?: AbortSignal;
}

const CHUNK = 1 << 16;
const NEWLINE = 0x0a;
/** Where the system cannot tell of changes (no inotify left), the log is looked at so often. */
const LOOK_MS = 500;

/**
 * Give the log's records to `emit`, in order. Ends at the log's end, or with `follow` when the instance has ended, was removed, or `signal` is aborted.
 */
export async function readLog(instance: Instance, options: LogOptions, emit: (record: LogRecord) => void | Promise<void>): Promise<void> {
  const files = new LogFiles(instance.directory);
  try {
    const wanted = selection(options);
    const records: LogRecord[] = [];
    const parser = new LogParser((record) => wanted.take(record, records));
    const drain = async (): Promise<void> => {
      for (let piece = files.read(); piece !== undefined; piece = files.read()) {
        parser.push(piece);
        if (!wanted.keeps) await flush(records, emit);
      }
    };
    await drain();
    wanted.end();
    await flush(records, emit);
    if (options.follow === true) {
      await follow(instance, options.signal, drain);
    }
  } finally {
    files.close();
  }
}

async function flush(records: LogRecord[], emit: (record: LogRecord) => void | Promise<void>): Promise<void> {
  for (const record of records.splice(0)) {
    await emit(record);
  }
}

/** Which records are wanted. While `keeps`, the last ones are gathered instead of passed on. */
function selection({ tail, since }: LogOptions): { keeps: boolean; take: (record: LogRecord, into: LogRecord[]) => void; end: () => void } {
  const from = since?.toISOString() ?? "";
  let lines = 0;
  /** Streams in the middle of a line; and of one that is not wanted any more. */
  const open = new Set<string>();
  const dropped = new Set<string>();
  const chosen = {
    keeps: tail !== undefined,
    take: (record: LogRecord, into: LogRecord[]): void => {
      if (record.time < from) return;
      const ends = record.content.at(-1) === NEWLINE;
      if (dropped.has(record.stream)) {
        if (ends) dropped.delete(record.stream);
        return;
      }
      into.push(record);
      if (!chosen.keeps || tail === undefined) return;
      if (!open.has(record.stream)) lines++;
      if (ends) open.delete(record.stream);
      else open.add(record.stream);
      for (; lines > tail; lines--) {
        const unfinished = dropLine(into);
        if (unfinished !== undefined) {
          open.delete(unfinished);
          dropped.add(unfinished);
        }
      }
    },
    end: (): void => void (chosen.keeps = false),
  };
  return chosen;
}

/** Remove the oldest line: a record, or several of one stream up to its end of line. Returns its stream when that end has not come yet. */
function dropLine(records: LogRecord[]): string | undefined {
  const stream = records[0]?.stream;
  for (let index = 0; index < records.length; ) {
    if (records[index]?.stream !== stream) {
      index++;
      continue;
    }
    const [dropped] = records.splice(index, 1);
    if (dropped?.content.at(-1) === NEWLINE) return undefined;
  }
  return stream;
}

async function follow(instance: Instance, signal: AbortSignal | undefined, drain: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  let over = false;
  let wake: () => void = () => {};
  const end = (): void => {
    over = true;
    wake();
  };
  signal?.addEventListener("abort", end, { once: true });
  void waitForInstance(instance, stop.signal).then(end, end);
  const watcher = tryToWatch(instance.directory, () => wake());
  try {
    // What was written before the end is known has been written: one more look, and it was all.
    for (let last = false; !last; ) {
      last = over || signal?.aborted === true;
      const changed = new Promise<void>((resolve) => (wake = resolve));
      await drain();
      if (!last && !over) {
        const timer = setTimeout(wake, LOOK_MS);
        await changed;
        clearTimeout(timer);
      }
    }
  } finally {
    signal?.removeEventListener("abort", end);
    stop.abort();
    watcher?.close();
  }
}

function tryToWatch(directory: string, changed: () => void): { close: () => void } | undefined {
  try {
    return watch(directory, changed).on("error", () => {});
  } catch {
    return undefined;
  }
}

/** log.1 and log, read one behind the other, through rotations that happen meanwhile. */
class LogFiles {
  private file: number | undefined;
  private readonly buffer = Buffer.alloc(CHUNK);
  /** What comes behind the open file. */
  private begun = false;

  constructor(private readonly directory: string) {}

  /** The next piece; undefined: there is no more now. */
  read(): Buffer | undefined {
    if (!this.begun) {
      this.begun = true;
      this.file = this.open(OLDER_LOG) ?? this.open(LOG);
    }
    for (;;) {
      const piece = this.readFile();
      if (piece !== undefined) {
        return piece;
      }
      const next = this.findNext();
      if (next === undefined) {
        return undefined;
      }
      // What came between the look at this file and the look for the next one: now it gets no more.
      const late = this.readFile();
      if (late !== undefined) {
        closeSync(next);
        return late;
      }
      this.close();
      this.file = next;
    }
  }

  private readFile(): Buffer | undefined {
    const length = this.file === undefined ? 0 : readSync(this.file, this.buffer, 0, CHUNK, null);
    return length === 0 ? undefined : Buffer.from(this.buffer.subarray(0, length));
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** The file behind the open one; undefined: that is the current one. */
  private findNext(): number | undefined {
    const current = this.open(LOG);
    if (current === undefined) {
      return undefined;
    }
    if (this.file !== undefined && sameFile(this.file, current)) {
      closeSync(current);
      return undefined;
    }
    const older = this.open(OLDER_LOG);
    if (older === undefined) {
      return current;
    }
    // Rotated twice since: what is log.1 now was never read.
    const skipped = this.file !== undefined && !sameFile(this.file, older);
    closeSync(skipped ? current : older);
    return skipped ? older : current;
  }

  private open(name: string): number | undefined {
    try {
      return openSync(join(this.directory, name), "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw asRrError(error, join(this.directory, name)) ?? error;
    }
  }
}

function sameFile(a: number, b: number): boolean {
  const [one, other] = [fstatSync(a), fstatSync(b)];
  return one.ino === other.ino && one.dev === other.dev;
}
