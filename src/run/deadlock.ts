import { MemoryImage } from "../dwarf/memory.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { REGISTERS, type ControlEvent, type CrashFrame } from "./control.js";
import { openDebugFile, programAt, walk } from "./crash.js";
import type { DebugModule } from "./debug-file.js";
import { unfinishedCall } from "./strace/index.js";
import { symbolise } from "./symbolise.js";
import type { DeadlockReport, Frame, WaitingThread } from "./types.js";

/** Where arguments of a call are. */
const ARGUMENTS = ["rdi", "rsi", "rdx", "r10", "r8", "r9"] as const;

/** A thread as the guest sent it: the part of its stack, and the number of the program its process runs. */
interface SentThread {
  crash: CrashFrame;
  memory: MemoryImage;
  program: number;
  name: string | undefined;
}

/**
 * Make a report of the guest's frames 'N', 'D' and 'M', in the order they came: each thread is followed by its stack, and each process's threads by the
 * next process's program. What cannot be found out becomes a note.
 */
export async function analyseDeadlock(events: readonly ControlEvent[], where: { debugFile: string; programs: readonly string[] }): Promise<DeadlockReport> {
  const threads = sentThreads(events, where.programs);
  return withTemporaryDirectory(async (directory) => {
    const notes: string[] = [];
    const stacks = new Map<SentThread, readonly Frame[]>();
    for (const program of new Set(threads.map((thread) => thread.program))) {
      const own = threads.filter((thread) => thread.program === program);
      const { modules, notes: missing } = openDebugFile(where, program, directory);
      const frames = await backtraces(own, modules, missing);
      own.forEach((thread, index) => stacks.set(thread, frames[index] ?? []));
      notes.push(...missing.filter((note) => !notes.includes(note)));
    }
    return { threads: threads.map((thread) => waitingThread(thread, stacks.get(thread) ?? [])), notes };
  });
}

/** The same addresses mean other things in each process: a thread's memory is what follows it. */
function sentThreads(events: readonly ControlEvent[], programs: readonly string[]): SentThread[] {
  const threads: SentThread[] = [];
  events.forEach((event, index) => {
    if (event.kind === "thread") {
      const before = events.slice(0, index);
      const name = before.flatMap((each) => (each.kind === "program" ? [each.name] : [])).at(-1) ?? programs[0];
      threads.push({ crash: event.crash, memory: new MemoryImage(), program: programAt(before, programs), name });
    }
    if (event.kind === "memory") {
      threads.at(-1)?.memory.add(event.address, event.bytes);
    }
  });
  return threads;
}

async function backtraces(threads: readonly SentThread[], modules: readonly DebugModule[], notes: string[]): Promise<readonly (readonly Frame[])[]> {
  return symbolise(threads.map(({ crash, memory }) => walk(crash, memory, modules).frames), modules, notes);
}

function waitingThread({ crash, name }: SentThread, backtrace: readonly Frame[]): WaitingThread {
  const { pid, tid, message, call, registers } = crash;
  const args = ARGUMENTS.map((register) => registers[REGISTERS.indexOf(register)] ?? 0n);
  return {
    pid, tid, message, backtrace,
    ...(name === undefined ? {} : { program: name }),
    ...(call === undefined ? {} : { call: unfinishedCall(call, args) }),
  };
}
