import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { prefixDirectory } from "../../src/workspace/paths.js";
import { command, rr, type Ended } from "../cli/rr.js";

/** What tests of instances share: a folder with a state of its own and the baked program talk.c. */
export class Background {
  readonly state: string;
  readonly image: string;

  constructor(readonly directory: string) {
    this.state = join(directory, "state");
    this.image = join(directory, "talk.bin");
  }

  async prepare(): Promise<void> {
    const app = join(this.directory, "talk");
    const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
    const compiled = await command(compiler, ["-Os", "-o", app, join(import.meta.dirname, "talk.c")]);
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    const baked = await rr(["bake", "hw_generic", this.image, app]);
    expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
  }

  /** rr with this state. */
  rr(...args: string[]): Promise<Ended> {
    return rr(args, { cwd: this.directory, env: { RR_STATE: this.state } });
  }

  /** Start `talk`; returns when its program runs. */
  async start(name: string, args: string[] = [], flags: string[] = []): Promise<void> {
    const started = await this.rr("run", "qemu", "--accel", "tcg", "--detach", "--name", name, ...flags, this.image, "--", ...args);
    expect(started).toEqual({ exitCode: 0, stdout: `${name}\n`, stderr: "" });
  }

  async inspect(name: string): Promise<Record<string, unknown>> {
    const { stdout, stderr } = await this.rr("inspect", name);
    expect(stderr).toBe("");
    return (JSON.parse(stdout) as Record<string, unknown>[])[0] ?? {};
  }

  async names(): Promise<string[]> {
    return (await this.rr("ps", "-aq")).stdout.split("\n").filter((name) => name !== "").sort();
  }

  /** The QEMUs that run this folder's image, whoever started them. */
  machines(): number[] {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      const words = commandLine(pid);
      return words[0]?.includes("qemu-system") === true && words.includes(this.image);
    });
  }

  async clear(): Promise<void> {
    const left = await this.names();
    if (left.length > 0) await this.rr("rm", "-f", ...left);
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
