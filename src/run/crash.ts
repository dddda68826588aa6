import { MemoryImage } from "../dwarf/memory.js";
import { DWARF_REGISTERS, type Registers } from "../dwarf/registers.js";
import { unwind, type Stack } from "../dwarf/unwind.js";
import { RrError } from "../errors/rr-error.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { NO_TRAP, REGISTERS, type ControlEvent, type CrashFrame } from "./control.js";
import { readDebugFile, type DebugModule } from "./debug-file.js";
import { symbolise } from "./symbolise.js";
import type { CrashReport } from "./types.js";

/**
 * Make a report of the guest's frames 'C', 'M', 'D' and 'N', in the order they came; the first crash counts. `programs`: the names
 * of the image's programs. What cannot be found out becomes a note of the report.
 */
export async function analyseCrash(events: readonly ControlEvent[], where: { debugFile: string; programs: readonly string[] }): Promise<CrashReport> {
  const at = events.findIndex(({ kind }) => kind === "crash");
  const event = events[at];
  if (event?.kind !== "crash") {
    throw new Error("no crash among the frames");
  }
  const memory = new MemoryImage();
  const threads: CrashFrame[] = [];
  for (const each of events) {
    if (each.kind === "memory") memory.add(each.address, each.bytes);
    if (each.kind === "thread") threads.push(each.crash);
  }
  const crashes = [event.crash, ...threads];
  const { stacks, notes } = await withTemporaryDirectory(async (directory) => {
    const { modules, notes: missing } = openDebugFile(where, programAt(events.slice(0, at), where.programs), directory);
    const unwound = crashes.map((crash) => walk(crash, memory, modules));
    if (modules.length > 0 && unwound[0]?.complete === false) {
      missing.push("the backtrace ends where no more of the stack is known: the guest sends its innermost part");
    }
    return { stacks: await symbolise(unwound.map(({ frames }) => frames), modules, missing), notes: missing };
  });
  const { registers, ...crash } = event.crash;
  return {
    ...crash,
    registers: Object.fromEntries(REGISTERS.map((name, index) => [name, registers[index] ?? 0n])),
    backtrace: stacks[0] ?? [],
    threads: threads.map(({ tid, message }, index) => ({ tid, message, backtrace: stacks[index + 1] ?? [] })),
    notes,
  };
}

/** The program that ran: the last one the guest has announced, else the first. */
export function programAt(before: readonly ControlEvent[], programs: readonly string[]): number {
  const names = before.flatMap((event) => (event.kind === "program" ? [event.name] : []));
  const last = names.at(-1);
  return last === undefined ? 0 : Math.max(programs.indexOf(last.replace(/^.*\//, "")), 0);
}

export function openDebugFile(
  { debugFile, programs }: { debugFile: string; programs: readonly string[] }, program: number, directory: string,
): { modules: DebugModule[]; notes: string[] } {
  try {
    return readDebugFile(debugFile, programs, program, directory);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return { modules: [], notes: [error.message] };
  }
}

export function walk(crash: CrashFrame, memory: MemoryImage, modules: readonly DebugModule[]): Stack {
  // Without an exception the thread was in a call.
  return unwind(dwarfRegisters(crash.registers), memory, modules.map(({ code }) => code), crash.trapVector === NO_TRAP);
}

/** From the order of struct rr_crash to DWARF's numbers. */
function dwarfRegisters(values: readonly bigint[]): Registers {
  const byName = new Map<string, bigint>(REGISTERS.map((name, index) => [name, values[index] ?? 0n]));
  return new Map(DWARF_REGISTERS.map((name, number) => [number, byName.get(name) ?? 0n]));
}
