import { constants } from "node:os";
import type { ExitKind } from "./control.js";
import type { CrashReport, DeadlockReport, RunResult } from "./types.js";

/** What `run` reports for its own failures, as container launchers do. */
export const RUN_FAILED = 125;

/** How it ended, as seen from the host. */
export interface Ending {
  /** The guest's exit frame. */
  exit?: { how: ExitKind; value: number };
  crash?: CrashReport;
  deadlock?: DeadlockReport;
  /** rr ended the machine itself, and this is the result. */
  ended?: { exitCode: number; reason: string; hint?: string };
  /** How QEMU ended. */
  qemu: { code: number | null; signal: NodeJS.Signals | null };
  /** What QEMU itself printed. */
  diagnostics: string;
}

const OUT_OF_MEMORY = 137;

/** The result for an ending. Pure. */
export function outcome(ending: Ending): RunResult {
  const { exit, crash, ended } = ending;
  const found = crash === undefined ? {} : { crash };
  if (exit?.how === "exited") {
    return { exitCode: exit.value, ...found };
  }
  if (exit?.how === "out-of-memory") {
    return { exitCode: OUT_OF_MEMORY, signal: 9, reason: "the guest ran out of memory", hint: "give it more with -M", ...found };
  }
  if (exit?.how === "deadlock") {
    return deadlocked(ending);
  }
  if (exit?.how === "checkpoint") {
    return { exitCode: 0, checkpoint: true };
  }
  const signal = exit?.value ?? crash?.signal;
  if (signal !== undefined) {
    return { exitCode: 128 + signal, signal, reason: `killed by ${signalName(signal)}`, ...found };
  }
  if (ended !== undefined) {
    return { ...ended, ...found };
  }
  return { exitCode: RUN_FAILED, ...unexplained(ending) };
}

function deadlocked({ deadlock }: Ending): RunResult {
  const count = deadlock?.threads.length ?? 0;
  const who = count === 1 ? "the only thread waits, and nothing can wake it" : `all ${count === 0 ? "" : `${count} `}threads wait, and nothing can wake them`;
  return { exitCode: RUN_FAILED, reason: `deadlock: ${who}`, ...(deadlock === undefined ? {} : { deadlock }) };
}

/** The guest said nothing about its end. */
function unexplained({ qemu, diagnostics }: Ending): { reason: string; hint?: string } {
  const terminated = /terminating on signal (\d+)(?: from pid (\d+))?/.exec(diagnostics);
  if (terminated !== null) {
    const from = terminated[2] === undefined ? "" : ` from process ${terminated[2]}`;
    return { reason: `QEMU was ended from outside by ${signalName(Number(terminated[1]))}${from}` };
  }
  if (/Terminated via GDBstub/.test(diagnostics)) {
    return { reason: "the debugger ended the machine" };
  }
  if (qemu.signal !== null) {
    const hint = qemu.signal === "SIGKILL" ? { hint: "the host may be out of memory (dmesg), or somebody killed it" } : {};
    return { reason: `QEMU was ended from outside by ${qemu.signal}`, ...hint };
  }
  const said = diagnostics === "" ? "" : `; QEMU said: ${diagnostics}`;
  if (qemu.code === 0) {
    return {
      reason: `the machine reset or switched itself off without an exit status (a triple fault looks like this)${said}`,
      hint: "run with -g '-d int,cpu_reset' to see the exceptions before it",
    };
  }
  return { reason: `the machine ended without an exit status (QEMU's exit code ${qemu.code})${said}`, hint: "was the image baked by this version of rr? bake it again" };
}

/** "SIGSEGV" for 11; Linux numbers, which are those of this host. */
export function signalName(signal: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === signal);
  return found === undefined ? `signal ${signal}` : found[0];
}
