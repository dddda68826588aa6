/** Machines for the tests of names and private networks: the same probe in each. */
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "vitest";
import { bake, run, type RunOptions, type RunResult } from "../../src/index.js";
import { packageRoot, prefixDirectory } from "../../src/workspace/paths.js";
import { command } from "../cli/rr.js";

/** Compile `name`.c of this folder and bake it; both in `directory`. */
export async function bakeProbe(name: string, directory: string, options: { rootfs?: string } = {}): Promise<{ program: string; image: string }> {
  const program = join(directory, name);
  const image = `${program}${options.rootfs === undefined ? "" : "-rootfs"}.bin`;
  const compiled = await command(join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc"), ["-Os", "-Wall", "-Wextra", "-Werror", "-o", program, join(packageRoot(), "test", "names", `${name}.c`)]);
  expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
  await bake({ config: "hw_generic", out: image, apps: [program], prefix: prefixDirectory(), ...options });
  return { program, image };
}

/** One that runs until it ends or is ended. */
export class Running {
  readonly ended: Promise<RunResult>;
  output = "";
  private readonly abort = new AbortController();
  private readonly waiting = new Set<() => void>();

  constructor(options: Omit<RunOptions, "stdout">) {
    const stdout = new PassThrough();
    stdout.on("data", (chunk: Buffer) => {
      this.output += chunk.toString();
      this.waiting.forEach((look) => look());
    });
    this.ended = run({ accel: "tcg", timeoutSeconds: 100, signal: this.abort.signal, ...options, stdout });
    // Whoever waits for output looks again; the error is told by `ended`.
    void this.ended.catch(() => {}).finally(() => this.waiting.forEach((look) => look()));
  }

  /** Resolves when it has printed `text`; rejects when it ends without. */
  async says(text: string): Promise<void> {
    let over = false;
    void this.ended.catch(() => {}).finally(() => (over = true));
    while (!this.output.includes(text)) {
      if (over) throw new Error(`it ended and never said "${text}": ${this.output}`);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.waiting.delete(look);
          resolve();
        };
        this.waiting.add(look);
      });
    }
  }

  async end(): Promise<void> {
    this.abort.abort();
    await this.ended.catch(() => {});
  }
}

/** One that ends by itself: what it printed, and how it ended. */
export async function ran(options: Omit<RunOptions, "stdout">): Promise<{ output: string; exitCode: number }> {
  const machine = new Running(options);
  const { exitCode } = await machine.ended;
  return { output: machine.output, exitCode };
}
