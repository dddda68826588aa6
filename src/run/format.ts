import { NO_TRAP } from "./control.js";
import { signalName } from "./outcome.js";
import { codeMeaning, signalMeaning } from "./signal-meanings.js";
import type { CrashReport, DeadlockReport, Frame, TimelineEntry, WaitingThread } from "./types.js";

/** Text of a crash for people: several lines, no final newline. */
export function formatCrash(crash: CrashReport): string {
  const { signal, code, address } = crash;
  const where = crash.inLibos ? "in the libOS itself" : `in process ${crash.pid}, thread ${crash.tid}`;
  return [
    `${signalName(signal)} (${signalMeaning(signal)}) ${where}`,
    // What the libOS says of itself is in the message.
    ...(crash.inLibos ? [] : [`  ${codeMeaning(signal, code)}${hasAddress(signal) ? `, at address ${hex(address)}` : ""}`]),
    ...(crash.message === "" ? [] : [`  ${crash.message}`]),
    ...trapLines(crash),
    "registers:",
    ...registerLines(crash.registers),
    "backtrace:",
    ...frameLines(crash.backtrace),
    ...crash.threads.flatMap((thread) => [
      `thread ${thread.tid}${thread.message === "" ? "" : ` (${thread.message})`}:`,
      ...frameLines(thread.backtrace),
    ]),
    ...crash.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** Text of a deadlock for people: several lines, no final newline. */
export function formatDeadlock({ threads, notes }: DeadlockReport): string {
  return [
    ...threads.flatMap((thread) => [`${waitingThread(thread)}:`, ...frameLines(thread.backtrace)]),
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}

function waitingThread({ pid, tid, program, call, message }: WaitingThread): string {
  const where = `thread ${tid} of process ${pid}${program === undefined ? "" : ` (${program})`}`;
  return `${where} waits${call === undefined ? "" : ` in ${call}`}${message === "" ? "" : `, ${message}`}`;
}

const HEAD_FRAMES = 30;
const TAIL_FRAMES = 5;
const PAGE_FAULT = 14n;

function trapLines({ trapVector, errorCode }: CrashReport): string[] {
  if (trapVector === NO_TRAP) {
    return [];
  }
  // Bits of a page fault's error code: Intel SDM volume 3, "Page-Fault Exception".
  const access = (errorCode & 16n) !== 0n ? "executing" : (errorCode & 2n) !== 0n ? "writing" : "reading";
  return [`  processor exception ${trapVector}${trapVector === PAGE_FAULT ? ` (page fault, ${access})` : ""}, error code ${hex(errorCode)}`];
}

/** Signals for which si_addr is set. */
function hasAddress(signal: number): boolean {
  return [4, 5, 7, 8, 11].includes(signal);
}

function registerLines(registers: Readonly<Record<string, bigint>>): string[] {
  const cells = Object.entries(registers).map(([name, value]) => `${name.padEnd(6)} ${value.toString(16).padStart(16, "0")}`);
  return Array.from({ length: Math.ceil(cells.length / 3) }, (_, row) => `  ${cells.slice(row * 3, row * 3 + 3).join("  ")}`);
}

function frameLines(frames: readonly Frame[]): string[] {
  if (frames.length === 0) {
    return ["  (nothing is known about the stack)"];
  }
  // An inlined function has no number of its own: it is not a frame on the stack.
  let depth = -1;
  let previous: Frame | undefined;
  const lines = frames.map((frame) => {
    if (previous?.inlined !== true) depth++;
    previous = frame;
    const place = frame.file === undefined ? "" : ` at ${frame.file}${frame.line === undefined ? "" : `:${frame.line}`}`;
    const how = frame.inlined ? "  (inlined)" : frame.by === "scan" || frame.by === "frame-pointer" ? `  (a guess, by ${frame.by})` : "";
    const module = frame.module === undefined ? "" : ` in ${frame.module}`;
    return `  #${String(depth).padEnd(2)} ${hex(frame.pc).padEnd(18)} ${frame.function ?? "??"}${place}${module}${how}`;
  });
  // Of an endless recursion both ends are of interest.
  const left = lines.length - HEAD_FRAMES - TAIL_FRAMES;
  return left <= 1 ? lines : [...lines.slice(0, HEAD_FRAMES), `  ... ${left} more`, ...lines.slice(-TAIL_FRAMES)];
}

/** A table of the boot: several lines, no final newline. */
export function formatTimeline(timeline: readonly TimelineEntry[]): string {
  const rows = timeline.map((entry, index) => {
    const before = timeline[index - 1];
    const step = before === undefined ? "" : `+${(entry.atMs - before.atMs).toFixed(2)}`;
    const guest = entry.guestMs === undefined ? "" : entry.guestMs.toFixed(3);
    return `${entry.atMs.toFixed(2).padStart(10)} ${step.padStart(9)}  ${entry.where.padEnd(5)} ${guest.padStart(9)}  ${entry.name}`;
  });
  return [`${"ms".padStart(10)} ${"step".padStart(9)}  ${"where".padEnd(5)} ${"guest ms".padStart(9)}  what`, ...rows].join("\n");
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
