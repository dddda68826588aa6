import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exec, type ExecResult } from "../../src/process/exec.js";
import { prefixDirectory } from "../../src/workspace/paths.js";

export const TUPLE = "x86_64-rumprun-linux-musl";
export const ROOT = join(prefixDirectory(), "x86_64-hw");
export const SYSROOT = join(ROOT, TUPLE);
export const GCC = tool("gcc");

/** The path of a wrapped tool. */
export function tool(name: string): string {
  return join(ROOT, "bin", `${TUPLE}-${name}`);
}

/** The path of a test program's source. */
export function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}.c`, import.meta.url));
}

/** Compile a test program as `output`, which is returned. */
export async function compile(name: string, output: string, ...flags: string[]): Promise<string> {
  await exec(GCC, [...flags, "-o", output, program(name)]);
  return output;
}

/** Run the compiler in a folder and return whatever it says, also when it fails. */
export async function gcc(cwd: string, ...args: string[]): Promise<ExecResult> {
  return exec(GCC, args, { cwd, okCodes: [0, 1], env: { LC_ALL: "C" } });
}

/** The bytes of one section of an ELF file. */
export async function section(file: string, name: string): Promise<Buffer> {
  const table = (await exec("readelf", ["-SW", file])).stdout;
  const fields = table.split("\n").map((line) => /\] (\S+)\s+\S+\s+(\S+)\s+(\S+)\s+(\S+)/.exec(line)).find((match) => match?.[1] === name);
  if (fields === undefined || fields === null) {
    return Buffer.alloc(0);
  }
  const { readFile } = await import("node:fs/promises");
  const start = parseInt(fields[3] as string, 16);
  return (await readFile(file)).subarray(start, start + parseInt(fields[4] as string, 16));
}

/** The numbers of the stubs in a program, as they lie in it. */
export async function stubNumbers(file: string): Promise<number[]> {
  const stubs = await section(file, ".rr_stubs");
  return Array.from({ length: stubs.length / 32 }, (_, i) => stubs.readUInt32LE(32 * i + 24));
}
