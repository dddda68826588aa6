import { callName } from "../../component/linux-calls.js";
import type { TraceEvent } from "../control.js";
import { signature, type Argument } from "./calls.js";
import { BITS, VALUES } from "./names.js";
import { errorText } from "./errors.js";
import { pointerText, pollResults, isLock, type Pointed, type PointerKind } from "./pointers.js";
import { siginfoText } from "./signal-text.js";
import { bitsText, fileMode, hex, octal, pointer, signalName, valueText } from "./text.js";

const AT_FDCWD = -100;
const CLONE_THREAD = 0x10000n;
const FUTEX_PRIVATE = 128;
const FUTEX_CLOCK_REALTIME = 256;
const SIGCHLD = 17;
const CLD_KILLED = 2;
const CLD_DUMPED = 3;
/** The kernel's convention: results from here to -1 are errors. */
const LEAST_ERROR = -4095n;
/** Calls whose result is an address. */
const RETURNS_ADDRESS: ReadonlySet<string> = new Set(["mmap", "brk", "mremap", "shmat"]);
/** Calls whose result is the number of a new thread or process. */
const MAKES_THREAD: ReadonlySet<string> = new Set(["clone", "fork", "vfork", "clone3"]);
/** Where the result line is aligned to, as strace does. */
const RESULT_COLUMN = 40;

/** A call that was entered and has not ended. */
interface Begun {
  event: TraceEvent;
  /** Its beginning is printed: so many arguments. */
  shown: number | undefined;
}

/**
 * Makes lines of events as `strace -f` prints them. A call comes in two events; it is one line unless another thread's event comes in between. Lines
 * begin with the thread's number while there is more than one thread.
 */
export class TraceFormatter {
  private readonly begun = new Map<number, Begun>();
  /** Threads that have been seen and have not ended, with their processes. */
  private readonly alive = new Map<number, number>();
  /** Those that have ended before the call that made them returned: vfork's. */
  private readonly ended = new Set<number>();
  private lastTime: bigint | undefined;

  /** `relative`: each line says how long after the one before it. */
  constructor(private readonly options: { relative?: boolean } = {}) {}

  /** The lines that `event` completes. */
  push(event: TraceEvent): string[] {
    const attached = this.meet(event.tid);
    this.alive.set(event.tid, event.pid);
    const others = [...this.begun.keys()].filter((tid) => tid !== event.tid).flatMap((tid) => this.interrupt(tid, event.nanoseconds));
    return [...others, ...attached, ...this.lines(event)];
  }

  /** The lines of calls that never returned. */
  end(): string[] {
    return [...this.begun.keys()].flatMap((tid) => this.interrupt(tid, undefined));
  }

  private lines(event: TraceEvent): string[] {
    switch (event.phase) {
      case "enter":
        return this.enter(event);
      case "signal":
        return this.signal(event);
      case "exit":
      case "both":
        return this.exit(event);
    }
  }

  private enter(event: TraceEvent): string[] {
    const name = callName(event.n);
    const before = this.interrupt(event.tid, event.nanoseconds);
    if (name !== "exit" && name !== "exit_group") {
      this.begun.set(event.tid, { event, shown: undefined });
      return before;
    }
    const line = this.line(event, padded(`${beginning(event, undefined).text})`, "?"));
    const ends = name === "exit" ? [event.tid] : [...this.alive].filter(([, pid]) => pid === event.pid).map(([tid]) => tid);
    return [...before, line, ...ends.flatMap((tid) => this.leave(tid, `exited with ${(event.args[0] ?? 0n) & 0xffn}`, event.nanoseconds))];
  }

  private exit(event: TraceEvent): string[] {
    const name = callName(event.n);
    const begun = this.begun.get(event.tid);
    const own = begun?.event.n === event.n ? begun : undefined;
    if (own === undefined && name === "execve" && event.result === 0n) {
      // The first program's start: nobody called for it.
      return [];
    }
    this.begun.delete(event.tid);
    const whole = own === undefined ? event : joined(own.event, event);
    const text = own?.shown === undefined ? `${ending(whole, 0)})` : `<... ${name} resumed>${ending(whole, own.shown)})`;
    const result = resultText(whole);
    const child = MAKES_THREAD.has(name) && event.result > 0n ? this.meetChild(whole) : [];
    return [...child, this.line(event, padded(own?.shown === undefined ? `${name}(${text}` : text, result))];
  }

  /** A thread acts on a signal, perhaps by ending. */
  private signal(event: TraceEvent): string[] {
    const info = Buffer.concat([event.items.get(0)?.bytes ?? Buffer.alloc(0), Buffer.alloc(32)]);
    const line = this.line(event, `--- ${signalName(event.n)} ${siginfoText(info)} ---`);
    const before = this.interrupt(event.tid, event.nanoseconds);
    const ended = event.args[0] === 1n ? this.leaveAll(event.pid, `killed by ${signalName(event.n)}`, event.nanoseconds) : [];
    return [...before, ...this.killedChild(event, info), line, ...ended];
  }

  /** Who was killed from outside has done nothing that would show it; its parent is told. */
  private killedChild(event: TraceEvent, info: Buffer): string[] {
    const code = info.readInt32LE(8);
    if (event.n !== SIGCHLD || (code !== CLD_KILLED && code !== CLD_DUMPED)) {
      return [];
    }
    return this.leaveAll(info.readInt32LE(16), `killed by ${signalName(info.readInt32LE(24))}`, event.nanoseconds);
  }

  private leaveAll(pid: number, how: string, time: bigint): string[] {
    return [...this.alive].filter(([, each]) => each === pid).flatMap(([tid]) => this.leave(tid, how, time));
  }

  private leave(tid: number, how: string, time: bigint): string[] {
    const begun = this.begun.get(tid);
    const interrupted = begun === undefined ? [] : [...this.interrupt(tid, time), this.prefixed(tid, time, padded(`<... ${callName(begun.event.n)} resumed>)`, "?"))];
    this.begun.delete(tid);
    const line = this.prefixed(tid, time, `+++ ${how} +++`);
    this.alive.delete(tid);
    this.ended.add(tid);
    return [...interrupted, line];
  }

  /** Take notice of a thread; a line for one that is new and not the first. */
  private meet(tid: number): string[] {
    if (this.alive.has(tid)) {
      return [];
    }
    this.alive.set(tid, tid);
    return this.alive.size === 1 ? [] : [`strace: Process ${tid} attached`];
  }

  /** The one that a call has made, which may have come and gone. */
  private meetChild(event: TraceEvent): string[] {
    const tid = Number(event.result);
    if (this.ended.delete(tid) || this.alive.has(tid)) {
      return [];
    }
    const lines = this.meet(tid);
    if (callName(event.n) === "clone" && ((event.args[0] ?? 0n) & CLONE_THREAD) !== 0n) {
      this.alive.set(tid, event.pid);
    }
    return lines;
  }

  private interrupt(tid: number, time: bigint | undefined): string[] {
    const call = this.begun.get(tid);
    if (call === undefined || call.shown !== undefined) {
      return [];
    }
    const { text, shown } = beginning(call.event, undefined);
    call.shown = shown;
    return [this.prefixed(tid, time ?? call.event.nanoseconds, `${text} <unfinished ...>`)];
  }

  private line(event: TraceEvent, text: string): string {
    return this.prefixed(event.tid, event.nanoseconds, text);
  }

  private prefixed(tid: number, time: bigint, text: string): string {
    return `${this.alive.size > 1 ? `[pid ${tid}] ` : ""}${this.relativeTime(time)}${text}`;
  }

  private relativeTime(time: bigint): string {
    if (this.options.relative !== true) {
      return "";
    }
    const passed = this.lastTime === undefined || time < this.lastTime ? 0n : (time - this.lastTime) / 1000n;
    this.lastTime = time;
    return `${String(passed / 1_000_000n).padStart(6)}.${String(passed % 1_000_000n).padStart(6, "0")} `;
  }
}

function padded(call: string, result: string): string {
  return `${call.padEnd(RESULT_COLUMN - 1)} = ${result}`;
}

/** A call that has not ended, with what can be known of its arguments: "read(3, ...)". */
export function unfinishedCall(n: number, args: readonly bigint[]): string {
  const event: TraceEvent = { nanoseconds: 0n, tid: 0, pid: 0, n, phase: "enter", args, result: 0n, items: new Map() };
  const { text, shown } = beginning(event, undefined);
  return shown < argumentsOf(callName(n), event).length ? `${text}...)` : `${text})`;
}

/** Of what goes in the first half tells, with the arguments; what came out is in the second. */
function joined(enter: TraceEvent, exit: TraceEvent): TraceEvent {
  return { ...exit, args: enter.args, items: new Map([...enter.items, ...exit.items]) };
}

/** "read(0, ": up to the first argument that the call itself will fill in. */
function beginning(event: TraceEvent, result: undefined): { text: string; shown: number } {
  const name = callName(event.n);
  const kinds = argumentsOf(name, event);
  const first = kinds.findIndex(({ out, in: goesIn }) => out && !goesIn);
  const shown = first < 0 ? kinds.length : first;
  const texts = kinds.slice(0, shown).map((_, index) => argumentText(kinds, index, event, result));
  return { text: `${name}(${texts.join(", ")}${shown < kinds.length && shown > 0 ? ", " : ""}`, shown };
}

/** The arguments from number `from` on. */
function ending(event: TraceEvent, from: number): string {
  const kinds = argumentsOf(callName(event.n), event);
  return kinds.map((_, index) => index).slice(from).map((index) => argumentText(kinds, index, event, event.result)).join(", ");
}

/** Those the call has with these values: a file's mode only when a file may be made, a futex's only as its operation needs them. */
function argumentsOf(name: string, event: TraceEvent): readonly Argument[] {
  const kinds = signature(name);
  if (kinds === undefined) {
    const used = event.args.findLastIndex((value) => value !== 0n) + 1;
    return Array.from({ length: used }, () => ({ kind: "hex", out: false, in: true }));
  }
  if (name === "clone") {
    return CLONE;
  }
  return kinds.slice(0, usedArguments(name, event, kinds.length));
}

const CLONE: readonly Argument[] = [{ kind: "clone", out: false, in: true }];

function usedArguments(name: string, { args }: TraceEvent, all: number): number {
  const flags = name === "open" ? args[1] : name === "openat" ? args[2] : undefined;
  if (flags !== undefined) {
    return (flags & 0o100n) === 0n && (flags & 0o20000000n) === 0n ? all - 1 : all;
  }
  if (name === "fcntl") {
    return [1n, 3n, 9n, 1032n, 1034n].includes(args[1] ?? 0n) ? 2 : all;
  }
  if (name === "futex") {
    const operation = Number(args[1] ?? 0n) & ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME);
    return FUTEX_ARGUMENTS[operation] ?? all;
  }
  return all;
}

/** FUTEX_WAIT has a timeout, FUTEX_WAKE only a number, unlocking nothing. */
const FUTEX_ARGUMENTS: Readonly<Record<number, number>> = { 0: 4, 1: 3, 6: 4, 7: 2, 8: 2, 13: 4 };
const FUTEX_TIMEOUTS = [0, 6, 9, 11, 13];

function argumentText(kinds: readonly Argument[], index: number, event: TraceEvent, result: bigint | undefined): string {
  const kind = kinds[index]?.kind ?? "hex";
  const value = event.args[index] ?? 0n;
  const number = Number(BigInt.asIntN(32, value));
  switch (kind) {
    case "fd": case "int": case "pid": return String(number);
    case "dir": return number === AT_FDCWD ? "AT_FDCWD" : String(number);
    case "long": return String(BigInt.asIntN(64, value));
    case "size": return String(value);
    case "hex": return hex(value);
    case "offset": return value === 0n ? "0" : hex(value);
    case "mode": return octal(number);
    case "nodeMode": return fileMode(number);
    case "ptr": return pointer(value);
    case "futexop": return futexText(number);
    case "socketType": return socketText(number);
    case "clone": return cloneText(event.args, result);
  }
  if (kind in BITS) {
    return bitsText(kind as keyof typeof BITS, number);
  }
  if (kind in VALUES) {
    return kind === "signal" ? signalName(number) : valueText(kind as keyof typeof VALUES, value);
  }
  return pointed(kind as PointerKind, index, event, result);
}

/** What a pointer points to; where another argument decides whether it is one, that is looked at here. */
function pointed(kind: PointerKind, index: number, event: TraceEvent, result: bigint | undefined): string {
  const value = event.args[index] ?? 0n;
  const name = callName(event.n);
  if (name === "futex" && !FUTEX_TIMEOUTS.includes(Number(event.args[1] ?? 0n) & ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME))) {
    return String(Number(BigInt.asIntN(32, value)));
  }
  if (kind === "fcntlArgument" && !isLock(event.args[1] ?? 0n)) {
    return event.args[1] === 2n ? bitsText("cloexec", Number(value)) : event.args[1] === 4n ? bitsText("open", Number(value)) : String(BigInt.asIntN(32, value));
  }
  const what: Pointed = event.items.get(index) ?? { bytes: undefined, elements: [] };
  return pointerText(kind, what, { args: event.args, index, result });
}

function socketText(value: number): string {
  const types: Readonly<Record<number, string>> = { 1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET" };
  const flags = value & ~0xf;
  return [types[value & 0xf] ?? String(value & 0xf), ...(flags === 0 ? [] : [bitsText("socket", flags)])].join("|");
}

/** clone's arguments have names, as not all of them are there each time. */
function cloneText([flags = 0n, stack = 0n, parent = 0n, child = 0n, tls = 0n]: readonly bigint[], result: bigint | undefined): string {
  const bits = Number(flags & 0xffffff00n), signal = Number(flags & 0xffn);
  const names = [...(bits === 0 ? [] : [bitsText("clone", bits)]), ...(signal === 0 ? [] : [signalName(signal)])];
  return [
    `child_stack=${pointer(stack)}`,
    `flags=${names.length === 0 ? "0" : names.join("|")}`,
    ...(bits & 0x100000 ? [`parent_tid=${result !== undefined && result > 0n ? `[${result}]` : pointer(parent)}`] : []),
    ...(bits & 0x80000 ? [`tls=${pointer(tls)}`] : []),
    ...(bits & 0x1200000 ? [`child_tidptr=${pointer(child)}`] : []),
  ].join(", ");
}

function futexText(operation: number): string {
  const name = (VALUES.futex as Record<number, string>)[operation & ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME)] ?? hex(BigInt(operation >>> 0));
  return `${name}${operation & FUTEX_PRIVATE ? "_PRIVATE" : ""}${operation & FUTEX_CLOCK_REALTIME ? "|FUTEX_CLOCK_REALTIME" : ""}`;
}

function resultText(event: TraceEvent): string {
  const { n, result } = event;
  const name = callName(n);
  if (result < 0n && result >= LEAST_ERROR) {
    return errorText(Number(-result));
  }
  if (RETURNS_ADDRESS.has(name)) {
    return hex(result);
  }
  return `${plainResult(name, event)}${resultNote(name, event)}`;
}

function plainResult(name: string, { args, result }: TraceEvent): string {
  if (name === "umask") {
    return octal(Number(result));
  }
  // F_GETFD and F_GETFL return flags.
  return name === "fcntl" && (args[1] === 3n || (args[1] === 1n && result !== 0n)) ? hex(result) : String(result);
}

/** What strace puts behind the result. */
function resultNote(name: string, event: TraceEvent): string {
  if (["poll", "ppoll", "select", "pselect6"].includes(name) && event.result === 0n) {
    return " (Timeout)";
  }
  const descriptors = event.items.get(0)?.bytes;
  if ((name === "poll" || name === "ppoll") && descriptors !== undefined) {
    return ` (${pollResults(descriptors)})`;
  }
  if (name === "fcntl" && event.args[1] === 3n) {
    return ` (flags ${bitsText("open", Number(event.result))})`;
  }
  return name === "fcntl" && event.args[1] === 1n && event.result === 1n ? " (flags FD_CLOEXEC)" : "";
}
