import { exec } from "../process/exec.js";
import { RrError } from "../errors/rr-error.js";
import { QEMU, qemuMissing } from "./qemu.js";

/** First with everything the command line of rr uses; microvm itself came with 4.2. */
const LEAST_MAJOR = 5;

/** QEMU's version as [major, minor]; undefined when its answer is not understood. Throws QEMU_MISSING. */
export async function qemuVersion(program: string = QEMU): Promise<readonly [number, number] | undefined> {
  const { stdout } = await exec(program, ["--version"], { timeout: 10_000 }).catch((error: unknown) => {
    throw error instanceof RrError && error.code === "PROGRAM_MISSING" ? qemuMissing() : error;
  });
  const found = /version (\d+)\.(\d+)/.exec(stdout);
  return found === null ? undefined : [Number(found[1]), Number(found[2])];
}

/** What a message of QEMU means to a user, first match wins. */
const MEANINGS: readonly { pattern: RegExp; error: (match: RegExpExecArray, text: string) => RrError }[] = [
  {
    pattern: /-gdb tcp:[^:]*:(\d+).*(?:Address already in use|Failed to find an available port)/s,
    error: (match) => new RrError("PORT_IN_USE", `port ${match[1]} for the debugger (-D) is in use`, { hint: "choose another port, or end what listens there (ss -ltnp)" }),
  },
  {
    pattern: /Could not set up host forwarding rule '([^']*)'/,
    error: (match) => new RrError("PORT_IN_USE", `the host's port in "${match[1]}" is in use or not allowed`, { hint: "choose another port, or end what listens there (ss -ltnp)" }),
  },
  {
    pattern: /cannot set up guest memory|Cannot allocate memory|ram size too large|phys-bits too low|Address space limit|Parameter 'size'|at most \S+ (?:RAM|memory)|exceeds the maximum|invalid RAM size/i,
    error: (_, text) => new RrError("GUEST_MEMORY", `this host cannot give the guest that much memory (-M): ${lastLine(text)}`, { hint: "give it less with -M" }),
  },
  {
    pattern: /Could not access KVM|failed to initialize kvm/i,
    error: (_, text) => new RrError("KVM_UNUSABLE", `KVM does not work here: ${lastLine(text)}`, { hint: "--accel tcg, or: rr doctor" }),
  },
];

/**
 * The error for a QEMU that ended before its guest showed life. `program` is asked for its version, since an old QEMU
 * fails in many words.
 */
export async function qemuFailure(program: string, text: string, how: string): Promise<RrError> {
  for (const { pattern, error } of MEANINGS) {
    const match = pattern.exec(text);
    if (match !== null) {
      return error(match, text);
    }
  }
  const version = await qemuVersion(program).catch(() => undefined);
  if (version !== undefined && version[0] < LEAST_MAJOR) {
    return new RrError("QEMU_TOO_OLD", `${program} is version ${version.join(".")}; rr needs ${LEAST_MAJOR}.0 or newer`, { hint: "install a newer QEMU" });
  }
  return new RrError("QEMU_FAILED", `QEMU failed (${how}): ${text}`, { hint: "check the arguments given with -g, then: rr doctor" });
}

function lastLine(text: string): string {
  return text.split("\n").at(-1) ?? "";
}
