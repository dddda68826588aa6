import { basename, join } from "node:path";
import { run } from "rr";
import { tool } from "./stopwatch.js";
import type { Bench } from "./types.js";

/** Compile `source` (in programs/) for both sides: the same executable is baked, run by Linux in its guest, and run here. */
export async function compile(bench: Bench, source: string, flags: readonly string[]): Promise<string> {
  const out = join(bench.scratch, basename(source, ".c"));
  const cc = join(bench.prefix, "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
  await tool(bench, cc, [...flags, "-s", "-o", out, join(bench.root, "test", "bench", "programs", source)]);
  return out;
}

export function rrTool(bench: Bench): string {
  return join(bench.root, "bin", "rr");
}

/** Bake `program`, with a root file system and default arguments if given; the image's path. */
export async function bakeImage(bench: Bench, program: string, name: string, how: { rootfs?: string; args?: readonly string[]; compress?: boolean; checkpoint?: boolean } = {}): Promise<string> {
  const out = join(bench.scratch, `${name}.bin`);
  const options = [...(how.rootfs === undefined ? [] : ["--rootfs", how.rootfs]), ...(how.compress === true ? ["--compress"] : []), ...(how.checkpoint === true ? ["--checkpoint"] : [])];
  await tool(bench, rrTool(bench), ["bake", "-q", ...options, "hw_generic", out, program, "--", ...(how.args ?? [])]);
  return out;
}

/** What the guest is started with, beside the defaults; `addresses` as rr's -W. */
export interface Start {
  memoryMb?: number;
  bootTimeline?: boolean;
  nets?: readonly string[];
  publish?: readonly string[];
  addresses?: readonly string[];
}

/** The very command by which rr starts QEMU for `image`; descriptors 3 and 4 are its console and control channel. */
export async function qemuCommand(image: string, options: Start = {}): Promise<string[]> {
  const abort = new AbortController();
  let argv: readonly string[] | undefined;
  await run({
    image,
    accel: "tcg",
    ...options,
    signal: abort.signal,
    events: (event) => {
      if (event.kind === "started") {
        argv = event.argv;
        abort.abort();
      }
    },
  }).catch((error: unknown) => {
    if (argv === undefined) {
      throw error;
    }
  });
  if (argv === undefined) {
    throw new Error(`rr did not start QEMU for ${image}`);
  }
  return [...argv];
}

/** `command` with another kernel, everything else the same. */
export function withKernel(command: readonly string[], kernel: string): string[] {
  return command.map((word, i) => (command[i - 1] === "-kernel" ? kernel : word));
}

/** Milliseconds from the guest's first instruction of the libOS to the program's first, from the 'B' frame of the control channel. */
export function bootMilliseconds(control: Buffer): number {
  for (let at = 0; at + 4 <= control.length; at += 4 + control.readUInt16LE(at + 2)) {
    if (control[at] === 0x42 && at + 20 <= control.length) {
      return (Number(control.readBigUInt64LE(at + 4)) / Number(control.readBigUInt64LE(at + 12))) * 1e3;
    }
  }
  throw new Error("the guest never said that it had booted");
}
