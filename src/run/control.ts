/** The control channel's frames (docs/interfaces.md section 8): u8 type, u8 zero, u16 length, bytes; little-endian. */

/** What the guest says, decoded. */
export type ControlEvent =
  | { kind: "booted"; cycles: bigint; hertz: bigint }
  | { kind: "exit"; how: ExitKind; value: number }
  | { kind: "stderr"; bytes: Buffer }
  | { kind: "log"; text: string }
  | { kind: "stamp"; cycles: bigint; name: string }
  | { kind: "crash"; crash: CrashFrame }
  | { kind: "thread"; crash: CrashFrame }
  | { kind: "memory"; address: bigint; bytes: Buffer }
  | { kind: "trace"; event: TraceEvent }
  | { kind: "program"; name: string }
  | { kind: "usage"; usage: GuestUsage }
  | { kind: "time-wanted" }
  | { kind: "malformed"; text: string };

/** What the guest itself counts, since its boot. */
export interface GuestUsage {
  memoryBytes: number;
  freeBytes: number;
  cards: readonly { name: string; receivedBytes: number; sentBytes: number; receivedPackets: number; sentPackets: number }[];
}

/** struct rr_crash. */
export interface CrashFrame {
  signal: number;
  code: number;
  address: bigint;
  trapVector: bigint;
  errorCode: bigint;
  pid: number;
  tid: number;
  inLibos: boolean;
  /** The Linux number of the call the thread is in. */
  call: number | undefined;
  /** In the order of REGISTERS. */
  registers: readonly bigint[];
  message: string;
}

/** In place of the trap vector when no exception but a call raised the signal. */
export const NO_TRAP = 0xffffffffffffffffn;

/** Order of struct rr_crash's regs. */
export const REGISTERS = [
  "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags",
] as const;

/** struct rr_trace_event. */
export interface TraceEvent {
  /** Since boot. */
  nanoseconds: bigint;
  tid: number;
  pid: number;
  /** The call's Linux number, or the signal's. */
  n: number;
  phase: "enter" | "exit" | "both" | "signal";
  args: readonly bigint[];
  result: bigint;
  /** By argument index: what the pointers pointed to. */
  items: ReadonlyMap<number, TraceItem>;
}

/** What one pointer points to, and what the pointers there do. */
export interface TraceItem {
  bytes: Buffer | undefined;
  elements: readonly Buffer[];
}

const HEADER_SIZE = 4;
const MOST_PAYLOAD = 0xffff;
/** The guest keeps 16 bytes of a frame. */
const HOSTS_PART = 15;
const CRASH_SIZE = 48 + 18 * 8;
const TRACE_SIZE = 24 + 6 * 8 + 8;
const USAGE_SIZE = 16;
const CARD_SIZE = 48;
const EXIT_KINDS = ["exited", "signal", "out-of-memory", "deadlock", "checkpoint"] as const;
export type ExitKind = (typeof EXIT_KINDS)[number];
const PHASES = ["enter", "exit", "both", "signal"] as const;

type Decoder = (payload: Buffer) => ControlEvent;

/** By type, with the least length of the payload. */
const DECODERS: Readonly<Record<string, { least: number; decode: Decoder }>> = {
  B: { least: 16, decode: (p) => ({ kind: "booted", cycles: p.readBigUInt64LE(0), hertz: p.readBigUInt64LE(8) }) },
  X: { least: 2, decode: decodeExit },
  E: { least: 0, decode: (bytes) => ({ kind: "stderr", bytes }) },
  L: { least: 0, decode: (p) => ({ kind: "log", text: p.toString("utf8") }) },
  T: { least: 8, decode: (p) => ({ kind: "stamp", cycles: p.readBigUInt64LE(0), name: text(p.subarray(8)) }) },
  C: { least: CRASH_SIZE, decode: (p) => ({ kind: "crash", crash: decodeCrash(p) }) },
  D: { least: CRASH_SIZE, decode: (p) => ({ kind: "thread", crash: decodeCrash(p) }) },
  M: { least: 8, decode: (p) => ({ kind: "memory", address: p.readBigUInt64LE(0), bytes: p.subarray(8) }) },
  S: { least: TRACE_SIZE, decode: (p) => ({ kind: "trace", event: decodeTrace(p) }) },
  U: { least: USAGE_SIZE, decode: (p) => ({ kind: "usage", usage: decodeUsage(p) }) },
  R: { least: 0, decode: () => ({ kind: "time-wanted" }) },
  N: { least: 1, decode: (p) => ({ kind: "program", name: text(p) }) },
};

/**
 * Takes the channel's bytes in pieces of any size and calls `emit` for each whole frame. Bytes that cannot be a frame are
 * skipped up to the next one that can, and reported once per run of them; nothing the guest sends makes it throw.
 */
export class ControlParser {
  /** Pieces not consumed yet; joined only when a frame is complete, so that large frames cost no quadratic copying. */
  private pending: Buffer[] = [];
  private length = 0;
  private wanted = HEADER_SIZE;
  private skipped = 0;

  constructor(private readonly emit: (event: ControlEvent) => void) {}

  push(chunk: Buffer): void {
    this.pending.push(chunk);
    this.length += chunk.length;
    if (this.length < this.wanted) {
      return;
    }
    const bytes = this.pending.length === 1 ? chunk : Buffer.concat(this.pending);
    const rest = bytes.subarray(this.consume(bytes));
    this.pending = rest.length === 0 ? [] : [rest];
    this.length = rest.length;
  }

  /** The channel has ended: a frame that was begun is reported. */
  end(): void {
    this.reportSkipped();
    if (this.length > 0) {
      this.emit({ kind: "malformed", text: `the control channel ended inside a frame (${this.length} bytes of it came)` });
      this.pending = [];
      this.length = 0;
    }
  }

  /** Handles all whole frames and returns how many bytes they took. */
  private consume(bytes: Buffer): number {
    let at = 0;
    this.wanted = HEADER_SIZE;
    while (bytes.length - at >= HEADER_SIZE) {
      const decoder = DECODERS[String.fromCharCode(bytes.readUInt8(at))];
      if (decoder === undefined || bytes.readUInt8(at + 1) !== 0) {
        this.skipped++;
        at++;
        continue;
      }
      const size = HEADER_SIZE + bytes.readUInt16LE(at + 2);
      if (bytes.length - at < size) {
        this.wanted = size;
        break;
      }
      this.reportSkipped();
      this.handle(bytes, at, size, decoder);
      at += size;
    }
    return at;
  }

  private handle(bytes: Buffer, at: number, size: number, { least, decode }: { least: number; decode: Decoder }): void {
    const payload = bytes.subarray(at + HEADER_SIZE, at + size);
    if (payload.length < least) {
      const type = String.fromCharCode(bytes.readUInt8(at));
      this.emit({ kind: "malformed", text: `a control frame '${type}' of ${payload.length} bytes; it has ${least} or more` });
      return;
    }
    this.emit(decode(payload));
  }

  private reportSkipped(): void {
    if (this.skipped > 0) {
      this.emit({ kind: "malformed", text: `${this.skipped} bytes on the control channel are no frame` });
      this.skipped = 0;
    }
  }
}

/** What `hosts` of the launch document says from now on: lines of /etc/hosts, MOST_HOSTS_BYTES at most. */
export function hostsFrames(lines: readonly string[]): Buffer {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < text.length; at += HOSTS_PART) {
    parts.push(frame("H", Buffer.concat([Buffer.from([at === 0 ? 0 : 1]), text.subarray(at, at + HOSTS_PART)])));
  }
  const length = Buffer.from([2, text.length & 0xff, text.length >> 8]);
  return Buffer.concat([...parts, frame("H", length)]);
}

function decodeUsage(payload: Buffer): GuestUsage {
  const number = (at: number): number => Number(payload.readBigUInt64LE(at));
  const count = Math.floor((payload.length - USAGE_SIZE) / CARD_SIZE);
  return {
    memoryBytes: number(0),
    freeBytes: number(8),
    cards: Array.from({ length: count }, (_, index) => {
      const at = USAGE_SIZE + index * CARD_SIZE;
      return { name: text(payload.subarray(at, at + 16)), receivedBytes: number(at + 16), sentBytes: number(at + 24), receivedPackets: number(at + 32), sentPackets: number(at + 40) };
    }),
  };
}

/** A frame to the guest. Throws RangeError for a type that is not one byte, or a payload of more than a frame holds. */
export function frame(type: string, payload: Uint8Array): Buffer {
  if (!/^[\x01-\xff]$/.test(type) || payload.length > MOST_PAYLOAD) {
    throw new RangeError(`no frame: type ${JSON.stringify(type)}, ${payload.length} bytes`);
  }
  const header = Buffer.alloc(HEADER_SIZE);
  header.write(type, 0, "latin1");
  header.writeUInt16LE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** Asks the guest what it uses. */
export function usageQuestion(): Buffer {
  return frame("U", Buffer.alloc(0));
}

/** What time it is, in nanoseconds since the epoch. */
export function timeAnswer(now: bigint): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(now);
  return frame("R", payload);
}

/** Standard input has ended after this many bytes. */
export function endOfInput(total: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(BigInt(total));
  return frame("I", payload);
}

/** A Linux signal number for the guest's first process. */
export function signalFrame(signal: number): Buffer {
  return frame("G", Buffer.from([signal]));
}

export function windowSize(rows: number, columns: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16LE(Math.min(rows, 0xffff), 0);
  payload.writeUInt16LE(Math.min(columns, 0xffff), 2);
  return frame("W", payload);
}

function decodeExit(payload: Buffer): ControlEvent {
  const kind = EXIT_KINDS[payload.readUInt8(0)];
  if (kind === undefined) {
    return { kind: "malformed", text: `an exit frame of unknown kind ${payload.readUInt8(0)}` };
  }
  return { kind: "exit", how: kind, value: payload.readUInt8(1) };
}

function decodeCrash(payload: Buffer): CrashFrame {
  return {
    signal: payload.readUInt32LE(0),
    code: payload.readInt32LE(4),
    address: payload.readBigUInt64LE(8),
    trapVector: payload.readBigUInt64LE(16),
    errorCode: payload.readBigUInt64LE(24),
    pid: payload.readUInt32LE(32),
    tid: payload.readUInt32LE(36),
    inLibos: payload.readUInt32LE(40) !== 0,
    call: payload.readUInt32LE(44) === 0 ? undefined : payload.readUInt32LE(44) - 1,
    registers: REGISTERS.map((_, index) => payload.readBigUInt64LE(48 + index * 8)),
    message: text(payload.subarray(CRASH_SIZE)),
  };
}

function decodeTrace(payload: Buffer): TraceEvent {
  const items = new Map<number, { bytes: Buffer | undefined; elements: Buffer[] }>();
  let at = TRACE_SIZE;
  for (let left = payload.readUInt8(17); left > 0 && at + 4 <= payload.length; left--) {
    const [argument, element, length] = [payload.readUInt8(at), payload.readUInt8(at + 1), payload.readUInt16LE(at + 2)];
    const bytes = payload.subarray(at + 4, at + 4 + length);
    const item = items.get(argument) ?? { bytes: undefined, elements: [] };
    items.set(argument, item);
    if (element === 0) item.bytes = bytes;
    else item.elements[element - 1] = bytes;
    at += 4 + length;
  }
  return {
    nanoseconds: payload.readBigUInt64LE(0),
    tid: payload.readUInt32LE(8),
    pid: payload.readUInt32LE(20),
    n: payload.readUInt32LE(12),
    phase: PHASES[payload.readUInt8(16)] ?? "both",
    args: Array.from({ length: 6 }, (_, index) => payload.readBigUInt64LE(24 + index * 8)),
    result: payload.readBigInt64LE(72),
    items,
  };
}

/** Up to the first NUL: fixed arrays of C arrive with what lies behind it. */
function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}
