import { readFileSync } from "node:fs";

/** One process of one boot: its number alone is used again. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks between the boot and its start (/proc/PID/stat, field 22). */
  start: number;
  /** The kernel's random name of this boot. */
  boot: string;
}

let bootId: string | undefined;

/** The identity of a process that runs; undefined when there is none with this number, or only what its parent has not waited for yet. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) {
    return undefined;
  }
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may contain anything; behind it come the state and, as the 20th field, the start.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, start: Number(fields[19]), boot: thisBoot() };
  } catch {
    return undefined;
  }
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity | undefined): boolean {
  const now = identity === undefined ? undefined : identify(identity.pid);
  return now !== undefined && now.start === identity?.start && now.boot === identity.boot;
}

/** Send `signal` to that very process; false when it does not run any more, or is not ours to signal. */
export function signalProcess(identity: ProcessIdentity | undefined, signal: NodeJS.Signals): boolean {
  if (identity === undefined || !isAlive(identity)) {
    return false;
  }
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

function thisBoot(): string {
  return (bootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim());
}
