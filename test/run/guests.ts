import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PassThrough } from "node:stream";
import { packageRoot } from "../../src/workspace/paths.js";
import { GCC } from "../toolchain/tools.js";
import { run, type RunEvent, type RunOptions, type RunResult } from "../../src/run/index.js";

export const FIXTURES = fileURLToPath(new URL("../fixtures/run", import.meta.url));

/** Assemble the stand-in guest `name`.S into `directory`; returns its path. */
export async function buildGuest(directory: string, name: string, defines: Readonly<Record<string, string | number>> = {}): Promise<string> {
  const out = join(directory, [name, ...Object.values(defines).map((value) => String(value).replace(/\W+/g, "_"))].join("-"));
  const flags = Object.entries(defines).map(([key, value]) => `-D${key}=${typeof value === "string" ? JSON.stringify(value) : value}`);
  await promisify(execFile)("gcc", [
    "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none,--no-warn-rwx-segments", `-Wl,-T,${join(FIXTURES, "guest.ld")}`,
    ...flags, "-o", out, join(FIXTURES, `${name}.S`),
  ]);
  return out;
}

/** Compile the program `name`.c of the fixtures into `directory` and bake it; returns the image's path, the program's with `.bin` behind it. */
export async function bakeFixture(directory: string, name: string, flags: readonly string[] = []): Promise<string> {
  const program = join(directory, name);
  await promisify(execFile)(GCC, ["-O2", ...flags, "-o", program, join(FIXTURES, `${name}.c`)]);
  await promisify(execFile)(process.execPath, [join(packageRoot(), "bin", "rr"), "bake", "-q", "hw_generic", `${program}.bin`, program]);
  return `${program}.bin`;
}

export interface Ran extends RunResult {
  stdout: string;
  stderr: string;
  events: RunEvent[];
}

/** Run a guest with everything it says collected, under TCG. */
export async function runGuest(image: string, options: Partial<RunOptions> = {}): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const [out, err] = [stdout, stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString("latin1");
  });
  const events: RunEvent[] = [];
  const result = await run({ image, accel: "tcg", timeoutSeconds: 60, stdout, stderr, events: (event) => events.push(event), ...options });
  return { ...result, stdout: out?.() ?? "", stderr: err?.() ?? "", events };
}
