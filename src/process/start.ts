import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Duplex } from "node:stream";

export interface StartOptions {
  /** The whole environment; that of rr by default. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Connected stream sockets for the program, from descriptor 3 on. */
  sockets?: number;
  /** Descriptor for its standard output and error; by default both are pipes. */
  output?: number;
}

export interface Started {
  process: ChildProcess;
  /** Our ends of `sockets`. */
  sockets: Duplex[];
}

/**
 * Start a program that runs beside rr, in a session of its own so that the terminal's signals reach only rr. Standard
 * input is empty. Failure to start arrives as the child's "error" event, as node has it.
 *
 * It is apart from exec.ts because loading execa takes several times as long as starting a machine may.
 */
export function start(file: string, args: readonly string[], options: StartOptions = {}): Started {
  const output = options.output ?? "pipe";
  const sockets = new Array<"pipe">(options.sockets ?? 0).fill("pipe");
  const child = spawn(file, args, {
    stdio: ["ignore", output, output, ...sockets],
    detached: true,
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  // On Unix node makes these "pipes" as connected socket pairs: both directions in one descriptor.
  return { process: child, sockets: child.stdio.slice(3) as Duplex[] };
}

/** The first executable `name` in `path` (a PATH value); undefined when there is none. */
export function findProgram(name: string, path: string | undefined): string | undefined {
  for (const directory of (path ?? "").split(delimiter)) {
    const candidate = join(directory === "" ? "." : directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) {
        return candidate;
      }
    } catch {
      // Not there, or not for us: the search goes on, as a shell's does.
    }
  }
  return undefined;
}
