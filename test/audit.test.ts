import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { auditArguments, CHECKS, judge, type Finding } from "../src/audit/index.js";
import { prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { command, rr } from "./cli/rr.js";

/** The protections of a baked image, tried from inside. */
describe("rr audit", async () => {
  const directory = await scratch();
  const installed = join(prefixDirectory(), "x86_64-hw");
  const app = join(directory, "hello");
  const image = `${app}.bin`;

  beforeAll(async () => {
    await writeFile(`${app}.c`, '#include <stdio.h>\nint main(void) { puts("Hello!"); return 0; }\n');
    const compiled = await command(join(installed, "bin/x86_64-rumprun-linux-musl-gcc"), ["-Os", "-o", app, `${app}.c`]);
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    await rr(["bake", "hw_generic", image, app]);
  });

  test("everything holds", async () => {
    const { exitCode, stdout, stderr } = await rr(["audit", "-q", "--json", image]);
    const report = JSON.parse(stdout || "{}") as { holds: boolean; checks: Finding[]; notes: string[] };
    expect(report.checks.filter(({ state }) => state === "fails"), stderr).toEqual([]);
    expect(report.checks.map(({ name }) => name)).toEqual(CHECKS.map(({ name }) => name));
    // Nothing but what guards against ring 3 may be passed over.
    expect(report.checks.filter(({ state }) => state === "not needed").map(({ name }) => name).filter((name) => !["smep", "smap", "umip"].includes(name))).toEqual([]);
    expect({ exitCode, holds: report.holds, notes: report.notes }).toEqual({ exitCode: 0, holds: true, notes: [] });
  });

  test("as a table, also for several programs and one that is not baked", async () => {
    const several = join(directory, "several.bin");
    await command("cp", [app, join(directory, "second")]);
    await rr(["bake", "hw_generic", several, app, join(directory, "second")]);
    const { exitCode, stdout } = await rr(["audit", "-q", "--machine", "q35", several]);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/^memory\n {2}holds {7}page 0 cannot be read, written or called +reading SIGSEGV/m);
    expect(stdout).toMatch(/all protections of several\.bin hold\n$/);
    // A config that forbids what the auditing program needs is no obstacle.
    const strict = join(directory, "strict.bin");
    await rr(["bake", "-m", "remove sys-signal", "-m", "remove sys-process", "hw_generic", strict, app]);
    expect((await rr(["audit", "-q", strict])).stdout.split("\n").filter((line) => /fails|all protections/.test(line))).toEqual(["all protections of strict.bin hold"]);
    expect((await rr(["audit", "-q", app])).stdout.split("\n").filter((line) => /fails|all protections/.test(line))).toEqual(["all protections of hello hold"]);
  });

  test("sees what does not hold: with CR0.WP off, read-only is nothing", async () => {
    const twin = join(directory, "weak.bin");
    await rr(["bake", "hw_generic", twin, app, join(installed, "libos/programs/rr-audit")]);
    const bytes = await readFile(twin);
    const at = bytes.indexOf(Buffer.from("b833000180", "hex")); // mov $CR0_BITS, %eax of the boot code
    bytes.writeUInt8(0, at + 3);
    // No checksum, so that it is not found out.
    bytes.writeUInt32LE(0, bytes.lastIndexOf(Buffer.from("RIMG")) + 52);
    await writeFile(twin, bytes);
    const { stdout, stderr } = await rr(["run", "qemu", "-i", "--timeout", "60", "--program", "rr-audit", twin, ...(await auditArguments(`${twin}.debug`))]);
    const boot = { output: stdout, ending: "" };
    const states = new Map(judge({ writableCode: [], boots: [boot, boot], smash: { inLibos: false, message: "", ending: "" } }).map(({ name, state }) => [name, state]));
    for (const name of ["cr0-wp", "ro-text", "ro-rodata", "ro-libos-text", "ro-libos-rodata", "aslr-mmap", "canary-libos-checked"]) {
      expect([name, states.get(name)], `${stdout}${stderr}`).toEqual([name, "fails"]);
    }
    expect(states.get("nx-stack")).toBe("holds");
  });

  test("an image without its .debug file", async () => {
    await rm(`${image}.debug`);
    const { exitCode, stderr } = await rr(["audit", "-q", image]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^rr: there is no .*hello\.bin\.debug, .*\nnext: bake it again/);
  });
});
