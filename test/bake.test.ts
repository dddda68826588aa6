import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bake, type BakeOptions, type BakeResult } from "../src/bake/index.js";
import { exec } from "../src/process/exec.js";
import { prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";

/** With the installed platform: what src/bake's own tests try on a stand-in holds for musl and the real components. */
describe("hello from the wrapper", async () => {
  const directory = await scratch();
  const prefix = prefixDirectory();
  const tool = (name: string): string => join(prefix, "x86_64-hw", "bin", `x86_64-rumprun-linux-musl-${name}`);
  const hello = join(directory, "hello");

  beforeAll(async () => {
    const source = join(directory, "hello.c");
    await writeFile(source, '#include <stdio.h>\nint main(void) { puts("Hello!"); return 0; }\n');
    await exec(tool("gcc"), ["-O2", "-o", hello, source]);
  });

  const baking = (more: Partial<BakeOptions> = {}): Promise<BakeResult> =>
    bake({ config: "hw_generic", out: join(directory, "hello.bin"), apps: [hello], prefix, ...more });

  it("finds every call implemented, and fits into 64 KiB", async () => {
    const { plan, size } = await baking();
    expect(plan.programs[0]?.calls.map(({ name }) => name)).toEqual(expect.arrayContaining(["writev", "exit_group", "set_tid_address"]));
    expect(plan.missing).toEqual([]);
    expect(size).toBeLessThanOrEqual(64 << 10);
  });

  it("carries nothing of the components it does not need", async () => {
    const { why } = await baking({ why: true, dryRun: true });
    const carried = why?.components.map(({ name }) => name) ?? [];
    expect(carried).toEqual(expect.arrayContaining(["boundary", "start"]));
    expect(carried).not.toEqual(expect.arrayContaining(["pipe"]));
    const accounted = [...(why?.components ?? []), ...(why?.programs ?? [])].reduce((sum, { total, bss }) => sum + total - bss, why?.other ?? 0);
    expect(accounted).toBeGreaterThanOrEqual(why?.image ?? 0);
  });

  it("shows the chain from its code to a handler", async () => {
    const { why } = await baking({ why: "writev", dryRun: true });
    const steps = why?.chain?.links.map(({ what }) => what) ?? [];
    expect(steps).toEqual(expect.arrayContaining(["writev (20)", "rr_entry_20", "rr_sys_writev"]));
    expect(steps.indexOf("writev (20)")).toBeGreaterThan(0);
  });

  it("bakes the same calls when it is stripped", async () => {
    const stripped = join(directory, "stripped");
    await exec(tool("strip"), ["-o", stripped, hello]);
    const [plain, bare] = [await baking(), await baking({ apps: [stripped], out: join(directory, "stripped.bin") })];
    expect(bare.plan.programs[0]?.calls).toEqual(plain.plan.programs[0]?.calls);
    expect(bare.size).toBe(plain.size);
  });

  it("gives the same bytes each time", async () => {
    const one = await readFile((await baking()).out);
    expect(await readFile((await baking({ out: join(directory, "again.bin") })).out)).toEqual(one);
  });
});
