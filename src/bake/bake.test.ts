import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bake, type BakeOptions } from "./index.js";
import type { ProgressEvent } from "../model/progress.js";
import { exec } from "../process/exec.js";
import { buildPlatform, buildProgram, scratch } from "../../test/bake-fixture.js";

const QEMU = [
  "20", "qemu-system-x86_64", "-M", "microvm,acpi=off,rtc=off,pit=off,pic=off", "-accel", "tcg", "-cpu", "max", "-m", "2", "-nodefaults",
  "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0x501,iosize=4", "-kernel",
];

describe("an image of the stand-in platform", async () => {
  const directory = await scratch();
  const prefix = join(directory, "prefix");
  let hello: string;

  beforeAll(async () => {
    await buildPlatform(prefix);
    hello = await buildProgram(directory, "hello", ["write", "exit_group", "getpid"]);
  }, 60_000);

  const options = (more: Partial<BakeOptions> = {}): BakeOptions => ({ config: "hw_generic", out: join(directory, "hello.bin"), apps: [hello], prefix, ...more });

  it("boots, with the payload where the table says", async () => {
    const rootfs = join(directory, "rootfs");
    await mkdir(rootfs, { recursive: true });
    await writeFile(join(rootfs, "motd"), "from the root file system\n\0");
    await symlink("motd", join(rootfs, "zlink"));
    const result = await bake(options({ rootfs, args: ["-v"], env: { A: "b" } }));
    const { stdout } = await exec("timeout", [...QEMU, result.out], { okCodes: [1] });
    expect(stdout).toBe('hello\nhello has its data\nfrom the root file system\n{"args":["-v"],"env":{"A":"b"}}\n');
  }, 60_000);

  it("is the same bytes for the same input, and stays small", async () => {
    const one = await bake(options({ out: join(directory, "one.bin") }));
    const two = await bake(options({ out: join(directory, "two.bin") }));
    expect(await readFile(one.out)).toEqual(await readFile(two.out));
    expect(one.size).toBe((await readFile(one.out)).length);
    expect(one.size).toBeLessThan(8000);
    expect(existsSync(one.debug)).toBe(true);
  });

  it("links what the program's calls and the config ask for, and nothing else", async () => {
    const { plan } = await bake(options());
    expect(plan.components.map(({ name }) => name)).toEqual(["base", "console-uart", "files", "identity", "boundary", "start"]);
    expect(plan.missing).toEqual([]);
  });

  it("warns of a call nobody implements and says who wants it", async () => {
    const why = "/lib/libc.a(stub_101.o)\\tlibc.a(ptrace.o)\\t__rr_sys_101\\nlibc.a(ptrace.o)\\tmain.o\\tptrace\\n";
    const app = await buildProgram(directory, "tracer", ["write", "ptrace"], { why });
    const events: ProgressEvent[] = [];
    const result = await bake(options({ apps: [app], out: join(directory, "tracer.bin"), progress: (event) => events.push(event) }));
    expect(result.plan.missing).toEqual([{ program: app, n: 101, name: "ptrace", wantedBy: "main.o -> ptrace" }]);
    expect(events.filter(({ kind }) => kind === "warn")).toHaveLength(1);
  });

  it("writes nothing in a dry run", async () => {
    const out = join(directory, "dry.bin");
    const result = await bake(options({ out, dryRun: true }));
    expect(result.plan.programs[0]?.calls.map(({ name, component }) => `${name}:${component}`)).toEqual(["write:files", "getpid:identity", "exit_group:identity"]);
    expect(existsSync(out)).toBe(false);
  });

  it("has a debug file with the libOS's symbols and the program as it was", async () => {
    const { debug } = await bake(options());
    const dumped = join(directory, "dumped");
    await exec("objcopy", ["--dump-section", `.rr_program.0=${dumped}`, debug, join(directory, "copy")]);
    expect(await readFile(dumped)).toEqual(await readFile(hello));
    expect((await exec("nm", [debug])).stdout).toContain("rr_entry_1");
    const { stderr } = await exec("readelf", ["-aW", debug]);
    expect(stderr).toBe("");
  });

  it("is an ELF file other tools find nothing wrong with, its segments apart", async () => {
    const { out } = await bake(options());
    const { stdout, stderr } = await exec("readelf", ["-lnW", out]);
    expect(stderr).toBe("");
    const loads = [...stdout.matchAll(/LOAD +0x\w+ 0x\w+ 0x(\w+) 0x\w+ 0x(\w+)/g)].map(([, at = "", size = ""]) => [Number.parseInt(at, 16), Number.parseInt(size, 16)] as const);
    expect(loads.length).toBeGreaterThan(4);
    loads.slice(1).forEach(([at], index) => {
      const [before, size] = loads[index] ?? [0, 0];
      expect(at).toBeGreaterThanOrEqual(before + size);
    });
  });

  it("holds several programs, the first is started", async () => {
    const second = await buildProgram(directory, "second", ["read", "write"]);
    const result = await bake(options({ apps: [second, hello], out: join(directory, "two-programs.bin") }));
    expect(result.plan.programs.map(({ name }) => name)).toEqual(["second", "hello", "rr-rc"]);
    const { stdout } = await exec("timeout", [...QEMU, result.out], { okCodes: [1] });
    expect(stdout).toBe("second\nsecond has its data\n");
  }, 60_000);

  it("says whose the bytes are", async () => {
    const { why, size } = await bake(options({ why: true }));
    expect(why?.image).toBe(size);
    expect(why?.components.find(({ name }) => name === "files")).toMatchObject({ data: 16, rodata: 0, bss: 0 });
    expect(why?.components.find(({ name }) => name === "start")).toMatchObject({ bss: 1024 });
    expect(why?.programs[0]).toMatchObject({ name: "hello", bss: expect.closeTo(10000, -2) });
    expect(why?.components.some(({ name }) => name === "net")).toBe(false);
  });

  it("shows the chain from the program to what a reference pulled in", async () => {
    const why = "libc.a(stub_001.o)\\tlibc.a(puts.o)\\t__rr_sys_1\\nlibc.a(puts.o)\\tmain.o\\tputs\\n";
    const app = await buildProgram(directory, "chained", ["write"], { why });
    const result = await bake(options({ apps: [app], out: join(directory, "chained.bin"), dryRun: true, why: "table_files" }));
    expect(result.why?.chain?.links).toEqual([
      { what: "puts", in: "chained", via: "main.o" },
      { what: "__rr_sys_1", in: "chained", via: "libc.a(puts.o)" },
      { what: "write (1)", in: "chained", via: "system call" },
      { what: "rr_entry_1", in: "boundary" },
      { what: "rr_sys_write", in: "files" },
      { what: "helper_files", in: "files" },
      { what: "table_files", in: "files" },
    ]);
  });

  it("explains a component that only the config asks for", async () => {
    const result = await bake(options({ dryRun: true, why: "console-uart" }));
    expect(result.why?.chain?.links).toEqual([
      { what: "initialisation of console-uart", in: "driver of hw_generic" },
      { what: "rr_console_uart_init", in: "console-uart" },
    ]);
  });

  it("offers the nearest name for a question about nothing", async () => {
    await expect(bake(options({ dryRun: true, why: "socket" }))).rejects.toMatchObject({ code: "WHY_UNKNOWN", message: expect.stringContaining("socket (41)") });
    await expect(bake(options({ dryRun: true, why: "tabel_files" }))).rejects.toMatchObject({ code: "WHY_UNKNOWN", hint: 'did you mean "table_files"?' });
  });
});
