import { execFile, type ExecFileException } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/workspace/paths.js";

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface Surroundings {
  cwd?: string;
  /** Added to the environment; undefined removes a variable. */
  env?: Record<string, string | undefined>;
  /** Standard input; empty by default. */
  input?: string;
}

/** bin/rr itself. */
export const RR = join(packageRoot(), "bin", "rr");

/** Run `rr args...` as a user would, without a terminal. */
export function rr(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  return command(RR, args, surroundings);
}

/** Run any program; never rejects: how it ended is the result. */
export function command(file: string, args: readonly string[], { cwd, env, input }: Surroundings = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      // CI and vitest's own variables would change what rr prints.
      { cwd, env: { ...process.env, CI: undefined, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env }, timeout: 110_000, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => {
        resolve({ exitCode: exitCodeOf(error), stdout, stderr });
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}

/** As a shell has it: 128 + N for signal N; null when the program could not be started. */
function exitCodeOf(error: ExecFileException | null): number | null {
  if (error === null) {
    return 0;
  }
  return error.signal ? 128 + constants.signals[error.signal] : typeof error.code === "number" ? error.code : null;
}

/** Run a shell command on a pseudo terminal (util-linux's script): what a person sees, control sequences and all. */
export function onTerminal(shellCommand: string, surroundings: Surroundings = {}): Promise<Ended> {
  return command("script", ["-qec", `stty rows 40 cols 120; ${shellCommand}`, "/dev/null"], { ...surroundings, env: { TERM: "xterm-256color", ...surroundings.env } });
}
