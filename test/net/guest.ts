/** Programs of test/net/programs, on the host and in an image, from the same executable. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { prefixDirectory, bake, run, type RunResult } from "rr";
import { command, ROOT, type Lab } from "./lab.js";

/** Compile test/net/programs/NAME.c into `directory` by the wrapper, and bake it: NAME and NAME.bin. */
export async function build(directory: string, name: string): Promise<{ program: string; image: string }> {
  const program = join(directory, name);
  const image = `${program}.bin`;
  mkdirSync(dirname(program), { recursive: true });
  const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
  const compiled = await command([compiler, "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program, join(ROOT, "test/net/programs", `${name}.c`)]);
  if (compiled.exitCode !== 0) throw new Error(compiled.stderr);
  await bake({ config: "hw_generic", out: image, apps: [program], prefix: prefixDirectory() });
  return { program, image };
}

export interface GuestEnd extends RunResult {
  stdout: string;
  /** What the libOS logged. */
  log: string[];
}

export interface Guest {
  /** Resolves when `pattern` has been printed; rejects when the machine ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** To its standard input. */
  tell(text: string): void;
  /** Ends the machine at once. */
  stop(): Promise<GuestEnd>;
  readonly ended: Promise<GuestEnd>;
  /** QEMU's process. */
  pid(): number;
}

/** Boot `image` inside of `lab`. */
export function boot(lab: Lab, image: string, args: readonly string[], { seconds = 100, memoryMb = 64, qemuArgs = [] }: { seconds?: number; memoryMb?: number; qemuArgs?: readonly string[] } = {}): Guest {
  const stdout = new PassThrough();
  const stdin = new PassThrough();
  const abort = new AbortController();
  const log: string[] = [];
  let text = "";
  let pid = 0;
  const listeners = new Set<() => void>();
  stdout.on("data", (data: Buffer) => {
    text += data.toString("latin1");
    for (const listener of listeners) listener();
  });
  const ended = run({
    image, args, accel: "tcg", machine: "microvm", memoryMb, timeoutSeconds: seconds, nets: ["none"], qemuArgs: [...lab.qemuArgs, ...qemuArgs], stdout, stdin, signal: abort.signal,
    events: (event) => {
      if (event.kind === "started") pid = event.pid;
      if (event.kind === "log") log.push(event.text);
      if (event.kind === "qemu") log.push(event.line);
    },
  }).then((result) => ({ ...result, stdout: text, log }));
  ended.catch(() => {});
  return {
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match !== null) {
            listeners.delete(look);
            resolve(match);
          }
        };
        listeners.add(look);
        look();
        ended.then((end) => reject(new Error(`the machine ended with ${end.exitCode} before it said ${pattern}: ${end.reason ?? ""}\n${end.stdout.slice(-2000)}\n${log.join("\n")}`)), reject);
      }),
    tell: (line) => void stdin.write(line),
    stop: () => {
      abort.abort();
      return ended;
    },
    pid: () => pid,
  };
}
