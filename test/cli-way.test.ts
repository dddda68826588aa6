/** The whole way as the README shows it: build-platform, env, compile, bake, run; and what each step reports. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BakeResult, WhyReport } from "../src/index.js";
import { command, RR, rr, type Ended } from "./cli/rr.js";

const CC = "x86_64-rumprun-linux-musl-gcc";
let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "rr-test-way-"));
  await writeFile(join(cwd, "hello.c"), '#include <stdio.h>\nint main(int argc, char **argv) { puts(argc > 1 ? argv[1] : "Hello!"); return 7; }\n');
  const built = await sh(`${CC} -Os -o hello hello.c`);
  expect(built).toMatchObject({ exitCode: 0, stderr: "" });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** A line typed at a shell after `eval "$(rr env)"`. */
function sh(line: string): Promise<Ended> {
  return command("sh", ["-c", `eval "$(${RR} env)"; ${line}`], { cwd });
}

describe("rr build-platform hw", () => {
  test("up to date: the lines of the first time", async () => {
    const { exitCode, stdout } = await rr(["build-platform", "hw"]);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n")).toEqual([
      ">> toolchain tuple: x86_64-rumprun-linux-musl",
      `>> cc wrapper: ${CC}`,
      expect.stringMatching(/^>> installed to \/.*\/x86_64-hw \(was up to date\)$/),
      '>> eval "$(rr env)"',
      "",
    ]);
  });

  test("as JSON", async () => {
    const built: unknown = JSON.parse((await rr(["build-platform", "hw", "--json"])).stdout);
    expect(built).toMatchObject({ platform: "hw", arch: "x86_64", tuple: "x86_64-rumprun-linux-musl", cc: CC, changed: false });
  });
});

test("rr env puts the wrappers and rr in front of PATH", async () => {
  expect((await sh(`${CC} -dumpmachine; command -v rr`)).stdout).toMatch(/^x86_64-rumprun-linux-musl\n\/.*\/x86_64-hw\/bin\/rr\n$/);
  expect((await sh("rr --version")).stdout).toBe((await rr(["--version"])).stdout);
});

test("the compiled program is an ordinary one on the host", async () => {
  expect(await sh("./hello")).toEqual({ exitCode: 7, stdout: "Hello!\n", stderr: "" });
});

describe("rr bake", () => {
  test("writes the image and its debug information, and says so", async () => {
    const { exitCode, stdout } = await rr(["bake", "hw_generic", "hello.bin", "hello"], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^>> baked hello\.bin: [\d.]+ KiB, \d+ components\n>> debug information: hello\.bin\.debug\n$/);
    expect((await readdir(cwd)).filter((name) => name.startsWith("hello.bin")).sort()).toEqual(["hello.bin", "hello.bin.debug"]);
  });

  test("-n shows what would be done and writes nothing", async () => {
    const before = await readdir(cwd);
    const { exitCode, stdout } = await rr(["bake", "-n", "hw_generic", "other.bin", "hello"], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^would write other\.bin for x86_64-hw, config hw_generic\n/);
    expect(stdout).toContain("exit_group");
    expect(await readdir(cwd)).toEqual(before);
  });

  test("--why: bytes per part; --why=NAME: the chain as well", async () => {
    expect((await rr(["bake", "--why", "hw_generic", "why.bin", "hello"], { cwd })).stdout).toMatch(/^image file +\d+$/m);
    expect((await rr(["bake", "--why=writev", "hw_generic", "why.bin", "hello"], { cwd })).stdout).toMatch(/^why writev:\n {2}\S/m);
    const report = JSON.parse((await rr(["bake", "--why", "--json", "hw_generic", "why.bin", "hello"], { cwd })).stdout) as BakeResult;
    const { image, components, programs, other } = report.why as WhyReport;
    expect(image).toBe(report.size);
    const named = [...components, ...programs].reduce((sum, part) => sum + part.total - part.bss, 0);
    // What belongs to nobody is headers and tables; bytes of components beyond the image's size would be counted wrongly.
    expect(named + other).toBe(image);
    expect(other).toBeGreaterThan(0);
    expect(other).toBeLessThan(8192);
  });

  test("an unknown config: the nearest name, nothing written", async () => {
    const { exitCode, stderr } = await rr(["bake", "hw_genric", "none.bin", "hello"], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/rr: .*"hw_genric"\nnext: did you mean "hw_generic"\?/);
    expect(await readdir(cwd)).not.toContain("none.bin");
  });

  test("a program of another compiler is refused", async () => {
    await command("gcc", ["-static", "-o", join(cwd, "foreign"), join(cwd, "hello.c")]);
    const { exitCode, stderr } = await rr(["bake", "hw_generic", "none.bin", "foreign"], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/rr: .*foreign.*\nnext: /);
    expect(await readdir(cwd)).not.toContain("none.bin");
  });
});

describe("rr run qemu -i", () => {
  test("runs an image; its status is the program's", async () => {
    await rr(["bake", "hw_generic", "run.bin", "hello"], { cwd });
    expect(await rr(["run", "qemu", "-i", "run.bin"], { cwd })).toEqual({ exitCode: 7, stdout: "Hello!\n", stderr: "" });
  });

  test("a program that is not baked yet is baked into the cache, once", async () => {
    const before = await readdir(cwd);
    expect(await rr(["run", "qemu", "-i", "./hello"], { cwd })).toEqual({ exitCode: 7, stdout: "Hello!\n", stderr: "" });
    expect(await rr(["run", "qemu", "-i", "./hello"], { cwd })).toEqual({ exitCode: 7, stdout: "Hello!\n", stderr: "" });
    expect(await readdir(cwd)).toEqual(before);
  });

  test("arguments: baked in, and given instead", async () => {
    await rr(["bake", "hw_generic", "args.bin", "hello", "--", "baked in"], { cwd });
    expect((await rr(["run", "qemu", "-i", "args.bin"], { cwd })).stdout).toBe("baked in\n");
    expect((await rr(["run", "qemu", "-i", "args.bin", "--", "-given"], { cwd })).stdout).toBe("-given\n");
    expect((await rr(["run", "qemu", "-i", "args.bin", "--"], { cwd })).stdout).toBe("Hello!\n");
  });
});
