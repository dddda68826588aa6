import { spawn } from "node:child_process";
import { cp, mkdir, readFile, readdir, readlink, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProgressEvent } from "../../src/model/progress.js";
import { buildPlatform, type BuildPlatformOptions } from "../../src/platform/index.js";
import { exec } from "../../src/process/exec.js";
import { cacheDirectory, packageRoot } from "../../src/workspace/paths.js";
import { program, TUPLE } from "./tools.js";

/** A small tree of components, in a folder whose name tests the quoting of everything that gets a path. */
let directory = "";
let options: BuildPlatformOptions;
let events: ProgressEvent[] = [];

beforeAll(async () => {
  directory = (await exec("mktemp", ["-d"])).stdout.trim();
  const components = join(directory, "components");
  await component("base", { layer: "base" }, { "include/rr/one.h": "int rr_one(void);\n", "src/one.c": '#include <rr/one.h>\nint rr_one(void) { return 1; }\n' });
  await component("calls", { layer: "syscall", needs: ["base"], syscalls: { getppid: { leaf: true }, getpid: {} } },
    { "src/calls.c": "#include <rr/one.h>\nlong rr_sys_getppid(void);\nlong rr_sys_getppid(void) { return rr_one(); }\nlong rr_sys_getpid(void);\nlong rr_sys_getpid(void) { return rr_one(); }\n",
      "src/x86_64/calls.S": ".globl rr_calls\nrr_calls: ret\n" });
  await component("boundary", { layer: "syscall" }, { "entry.S.in": ".globl rr_entry_@NUMBER@\nrr_entry_@NUMBER@: jmp rr_sys_@NAME@\n.byte @LEAF@\n" });
  await mkdir(join(components, "configs"), { recursive: true });
  await writeFile(join(components, "configs/hw_generic.json"), "{}");
  options = {
    platform: "hw", prefix: join(directory, "the prefix"), components, cache: join(directory, "cache"),
    progress: (event) => events.push(event),
  };
  // libc comes from the cache of all tests.
  await mkdir(join(directory, "cache"));
  await cp(join(cacheDirectory(), "platform"), join(directory, "cache/platform"), { recursive: true, filter: (path) => !path.includes(".build-") });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function component(name: string, manifest: object, files: Record<string, string>): Promise<void> {
  const all = { ...files, "component.json": JSON.stringify({ name, summary: "For a test.", needs: [], ...manifest }) };
  for (const [file, text] of Object.entries(all)) {
    const path = join(directory, "components", name, file);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
  }
}

async function build(changes: Partial<BuildPlatformOptions> = {}) {
  events = [];
  return buildPlatform({ ...options, ...changes });
}

function texts(): string[] {
  return events.flatMap((event) => (event.kind === "done" && event.text !== undefined ? [event.text] : []));
}

async function canCompile(root: string): Promise<void> {
  const output = join(directory, "a program");
  await exec(join(root, `bin/${TUPLE}-gcc`), ["-o", output, program("hello")]);
  expect((await exec(output, [])).stdout).toBe("Hello 1!\n");
}

describe("building a platform", () => {
  let root = "";

  test("installs what docs/interfaces.md lists", async () => {
    const built = await build();
    root = built.directory;
    expect(built).toMatchObject({ platform: "hw", arch: "x86_64", tuple: TUPLE, cc: `${TUPLE}-gcc`, changed: true });
    expect(root).toBe(join(options.prefix as string, "x86_64-hw"));
    const names = (await readdir(root)).sort();
    expect(names).toEqual(["bin", "libexec", "libos", "platform.json", "share", TUPLE].sort());
    expect((await readdir(join(root, "libos"))).sort()).toEqual(["base.a", "boundary.a", "calls.a", "configs", "manifests.json", "programs"]);
    const platform = JSON.parse(await readFile(join(root, "platform.json"), "utf8")) as Record<string, string>;
    expect(platform).toMatchObject({ platform: "hw", arch: "x86_64", tuple: TUPLE, hash: built.hash, muslVersion: "1.2.3" });
    const manifests = JSON.parse(await readFile(join(root, "libos/manifests.json"), "utf8")) as { components: { name: string }[] };
    expect(manifests.components.map(({ name }) => name)).toEqual(["base", "boundary", "calls"]);
  });

  test("works from a prefix with a blank in its name", async () => {
    await canCompile(root);
  });

  test("makes one member per call of the boundary component, from its template", async () => {
    const members = (await exec("ar", ["t", join(root, "libos/boundary.a")])).stdout.trim().split("\n");
    expect(members).toEqual(["rr_entry_39.o", "rr_entry_110.o"]);
    const symbols = (await exec("nm", [join(root, "libos/boundary.a")])).stdout;
    expect(symbols).toMatch(/T rr_entry_39\n.*U rr_sys_getpid\n/);
    expect(symbols).toMatch(/T rr_entry_110\n.*U rr_sys_getppid\n/);
  });

  test("does nothing, in no time, when nothing changed", async () => {
    expect(await build()).toMatchObject({ changed: false });
    expect(events).toEqual([]);
  });

  test("compiles one changed component alone, and keeps the rest", async () => {
    const before = await readFile(join(root, "libos/base.a"));
    await component("calls", { layer: "syscall", needs: ["base"], syscalls: { getppid: { leaf: true }, getpid: {} } },
      { "src/calls.c": "#include <rr/one.h>\nlong rr_sys_getppid(void);\nlong rr_sys_getppid(void) { return rr_one() + 1; }\n" });
    expect(await build()).toMatchObject({ changed: true });
    expect(texts()).toEqual(["component calls", root]);
    expect(await readFile(join(root, "libos/base.a"))).toEqual(before);
  });

  test("compiles the components that include a changed header", async () => {
    await component("base", { layer: "base" }, { "include/rr/one.h": "/* New. */\nint rr_one(void);\n" });
    await build();
    expect(texts()).toEqual(["2 components", root]);
  });

  test("an error in a component shows the compiler's words and leaves the install as it was", async () => {
    const { hash } = await build();
    await component("extra", { layer: "base" }, { "src/extra.c": "int extra = nonsense;\n" });
    await expect(build()).rejects.toMatchObject({ code: "COMPILE_FAILED", message: expect.stringContaining("components/extra/src/extra.c") });
    expect(await readlink(root)).toBe(join(".installs", hash));
    await canCompile(root);
    await rm(join(directory, "components/extra"), { recursive: true });
    expect(await build()).toMatchObject({ changed: false });
  });

  test("killed in the middle, the install before is usable and the next run completes", async () => {
    const { hash } = await build();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`src/f${i}.c`, `int rr_f${i};\n`]));
    await component("many", { layer: "base" }, many);
    for (const delay of [150, 400, 900]) {
      const script = `const { buildPlatform } = await import(${JSON.stringify(join(packageRoot(), "dist/platform/index.js"))});
        process.stdout.write("started\\n"); await buildPlatform(${JSON.stringify({ ...options, progress: undefined })});`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("close", resolve));
      const now = await readlink(root);
      await canCompile(root);
      if (now !== join(".installs", hash)) {
        break; // That machine was faster than the delay.
      }
    }
    await build();
    await canCompile(root);
    expect((await exec("ar", ["t", join(root, "libos/many.a")])).stdout.trim().split("\n").length).toBe(200);
    await rm(join(directory, "components/many"), { recursive: true });
  });

  test("keeps the install before, for those who still use it, and removes older ones and remains", async () => {
    await build();
    await mkdir(join(options.prefix as string, ".installs/.partial-dead"), { recursive: true });
    const config = join(directory, "components/configs/hw_generic.json");
    for (const text of ['{"a":1}', '{"a":2}', '{"a":3}']) {
      await writeFile(config, text);
      await build();
    }
    const installs = await readdir(join(options.prefix as string, ".installs"));
    expect(installs.length).toBe(2);
    expect(installs).toContain((await readlink(root)).split("/")[1]);
  });

  test("two at once both succeed, and one of them does the work", async () => {
    await writeFile(join(directory, "components/configs/hw_generic.json"), '{"a":4}');
    const results = await Promise.all([build(), build()]);
    expect(results.map((result) => result.hash)).toEqual([results[0]?.hash, results[0]?.hash]);
    expect(events.filter((event) => event.kind === "start" && event.id === "install").length).toBe(1);
  });

  test("the same components give the same archives in another place", async () => {
    const cache = join(directory, "other-cache");
    const components = join(directory, "moved/components");
    await cp(join(directory, "components"), components, { recursive: true });
    await mkdir(cache);
    await cp(join(directory, "cache/platform"), join(cache, "platform"), { recursive: true, filter: (path) => !/platform\/(base|calls|boundary)-/.test(path) });
    const other = await build({ prefix: join(directory, "other"), cache, components });
    for (const name of ["base", "calls", "boundary"]) {
      expect(await readFile(join(other.directory, `libos/${name}.a`))).toEqual(await readFile(join(root, `libos/${name}.a`)));
    }
  });

  test("errors name the value and the next step", async () => {
    await expect(build({ platform: "hv" })).rejects.toMatchObject({ code: "TARGET_UNKNOWN", hint: 'did you mean "hw"?' });
    await expect(build({ compiler: "no-such-gcc" })).rejects.toMatchObject({ code: "HOST_PACKAGE_MISSING" });
    await expect(build({ prefix: "/dev/null/prefix" })).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
    await writeFile(join(directory, "a file"), "");
    await expect(build({ prefix: join(directory, "a file") })).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
    expect((await stat(join(directory, "a file"))).size).toBe(0);
  });
});
