/**
 * The console's log: records as in the logs of Kubernetes' container runtimes (CRI), a line each,
 *
 *     2026-11-27T00:50:30.123Z stdout F a line of the program
 *     2026-11-27T00:50:31.456Z stderr P prompt without an end of line
 *
 * F: the line ended there; P: it did not yet. So every byte comes back as it was, streams apart. "rr" is what rr, QEMU and the libOS say, crash reports among it.
 */
export type LogStream = "stdout" | "stderr" | "rr";

export interface LogRecord {
  /** ISO 8601, UTC. */
  time: string;
  stream: LogStream;
  /** With its end of line, if it had one. */
  content: Buffer;
}

const NEWLINE = 0x0a;

/** Records for a piece of a stream's output. */
export function encodeRecords(stream: LogStream, piece: Buffer, time: Date): Buffer {
  const parts: Buffer[] = [];
  const stamp = `${time.toISOString()} ${stream}`;
  for (let at = 0; at < piece.length; ) {
    const end = piece.indexOf(NEWLINE, at);
    const stop = end < 0 ? piece.length : end;
    parts.push(Buffer.from(`${stamp} ${end < 0 ? "P" : "F"} `, "latin1"), piece.subarray(at, stop), Buffer.from("\n"));
    at = stop + 1;
  }
  return Buffer.concat(parts);
}

const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (stdout|stderr|rr) ([FP]) /;
const LONGEST_HEAD = 40;

/** Takes the log in pieces; `emit` gets each whole record. A line that is no record (a crash of the host cut it off) is passed over. */
export class LogParser {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly emit: (record: LogRecord) => void) {}

  push(piece: Buffer): void {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      this.line(bytes.subarray(at, end + 1));
      at = end + 1;
    }
    this.rest = bytes.subarray(at);
  }

  private line(line: Buffer): void {
    const match = HEAD.exec(line.toString("latin1", 0, LONGEST_HEAD));
    if (match !== null) {
      const [head, time = "", stream, how] = match;
      this.emit({ time, stream: stream as LogStream, content: line.subarray(head.length, how === "F" ? line.length : line.length - 1) });
    }
  }
}
