import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { callNumber, UNMAPSELF } from "../src/component/linux-calls.js";
import { loadManifests } from "../src/component/manifest.js";
import { packageRoot, prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { command, rr } from "./cli/rr.js";
import { DIFFERENCES } from "./hostile/differences.js";

/** Bad pointers, lengths, descriptors and flags in every implemented call: an errno or a signal, and the machine goes on. docs/testing.md tells more. */
const SOURCES = join(packageRoot(), "test", "hostile");
/** RR_HOSTILE=full tries all values, which takes minutes. */
const ONE_IN = process.env["RR_HOSTILE"] === "full" ? "1" : "4";
const SEED = 20;
const ROUNDS = 200;

/** Numbers, names and stubs of all implemented calls, for C: each stub that is named is in the program. */
async function callTable(): Promise<string> {
  const manifests = await loadManifests(join(packageRoot(), "components"));
  const calls = manifests
    .flatMap(({ syscalls }) => Object.keys(syscalls ?? {}))
    .map((name) => ({ name, n: callNumber(name) ?? 0 }))
    .filter(({ n }) => n !== UNMAPSELF)
    .sort((a, b) => a.n - b.n);
  return [
    `#define CALLS(X) ${calls.map(({ n, name }) => `X(${n}, ${name})`).join(" ")}`,
    ...calls.map(({ n }) => `extern char __rr_sys_${n}[];`),
    "",
  ].join("\n");
}

async function build(directory: string, name: string): Promise<string> {
  const app = join(directory, name);
  await writeFile(join(directory, "table.h"), await callTable());
  const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
  const compiled = await command(compiler, ["-O2", "-g", "-I", directory, "-o", app, join(SOURCES, `${name}.c`), join(SOURCES, "arena.c")]);
  expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
  const baked = await rr(["bake", "hw_generic", `${app}.bin`, app]);
  expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
  return app;
}

/** By "call argument": by the hostile value, what came of it. */
function results(output: string): Map<string, Map<string, string>> {
  const lines = output.split("\n").filter((line) => line.includes(": "));
  return new Map(lines.map((line) => {
    const [key = "", rest = ""] = line.split(/: (.*)/s);
    return [key, new Map([...rest.matchAll(/ ?([^,=]*)=([^,]*),/g)].map(([, value = "", result = ""]) => [value, result]))];
  }));
}

/** Ended by its alarm: it waits, or the machine is busy. */
const TOO_LONG = "signal 14";

/** "call argument, value: result on the host, in the image" for each difference that differences.ts does not explain. */
function differences(host: string, guest: string): string[] {
  const inImage = results(guest);
  return [...results(host)].flatMap(([key, values]) => {
    const explained = DIFFERENCES.filter(({ of }) => of.includes(key));
    return [...values]
      .map(([value, result]) => ({ value, result, other: inImage.get(key)?.get(value) ?? "nothing" }))
      .filter(({ result, other }) => result !== other && result !== TOO_LONG && other !== TOO_LONG)
      .filter(({ value }) => !explained.some(({ values: only }) => only?.includes(value) ?? true))
      .map(({ value, result, other }) => `${key}, ${value}: ${result} on the host, ${other} in the image`);
  });
}

/** A folder in memory, as the image's are. */
async function memoryFolder(): Promise<string> {
  const directory = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "rr-hostile-"));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, "cwd"));
  return join(directory, "cwd");
}

describe("hostile calls", async () => {
  const directory = await scratch();
  const cwd = await memoryFolder();

  it("have the same errors as on the host, one bad argument at a time", async () => {
    const app = await build(directory, "errors");
    const [host, guest] = await Promise.all([
      command(app, [ONE_IN], { cwd }),
      rr(["run", "qemu", "-i", "--timeout", "105", `${app}.bin`, "--", ONE_IN]),
    ]);
    expect({ host: host.exitCode, guest: guest.exitCode }, guest.stderr).toEqual({ host: 0, guest: 0 });
    expect(differences(host.stdout, guest.stdout)).toEqual([]);
  });

  it(`leave the machine as it was, ${ROUNDS} processes of random ones`, async () => {
    const app = await build(directory, "soak");
    const guest = await rr(["run", "qemu", "-i", "--timeout", "110", `${app}.bin`, "--", String(SEED), String(ROUNDS)]);
    expect({ output: guest.stdout, status: guest.exitCode }, guest.stderr).toEqual({ output: `${ROUNDS} rounds survived\n`, status: 0 });
  });
});
