import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlParser, type ControlEvent } from "./control.js";
import { analyseCrash } from "./crash.js";
import { formatCrash } from "./format.js";
import type { CrashReport } from "./types.js";

const SOURCE = fileURLToPath(new URL("../../test/fixtures/dwarf/crashes.c", import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-crash-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/**
 * Compile the program with `flags`, let it crash in the way `how`, and analyse what it sends; its debug file has it as program 0, as a
 * baked image's has.
 */
async function crash(how: string, flags: readonly string[], prepare?: (program: string) => Promise<unknown>): Promise<CrashReport> {
  const base = join(directory, flags.join("").replaceAll(/\W+/g, "_"));
  const program = `${base}.elf`;
  await execa("gcc", [...flags, "-g", "-static", "-no-pie", "-o", program, SOURCE]);
  await prepare?.(program);
  const { stdout } = await execa(program, [how], { encoding: "buffer" });
  await writeFile(`${base}.c`, "int libos;\n");
  await execa("gcc", ["-nostdlib", "-static", "-no-pie", "-Wl,-e,0,-Ttext=0x70000000", "-o", `${base}.libos`, `${base}.c`]);
  await execa("objcopy", ["--add-section", `.rr_program.0=${program}`, `${base}.libos`, `${base}.debug`]);
  const events: ControlEvent[] = [];
  const parser = new ControlParser((event) => events.push(event));
  parser.push(Buffer.from(stdout));
  parser.end();
  return analyseCrash(events, { debugFile: `${base}.debug`, programs: ["crashes"] });
}

/** Function names from the innermost to main. */
function names({ backtrace }: CrashReport): string[] {
  const all = backtrace.map((frame) => frame.function ?? "??");
  return all.slice(0, all.indexOf("main") + 1);
}

describe.each([
  ["optimised", ["-O2"]],
  ["for size", ["-Os"]],
  ["not at all", ["-O0"]],
  ["with frame pointers", ["-O2", "-fno-omit-frame-pointer"]],
  ["with .debug_frame instead of .eh_frame", ["-O2", "-fno-asynchronous-unwind-tables"]],
])("a program compiled %s", (_, flags) => {
  it("a bad access: every frame with its line, inlined ones too", async () => {
    const report = await crash("segv", flags);
    expect(report).toMatchObject({ signal: 11, code: 1, address: 8n });
    expect(names(report)).toEqual(["innermost", "inlined", "middle", "outer", "main"]);
    expect(report.backtrace.slice(0, 5).map(({ file, line }) => [file?.endsWith("crashes.c"), (line ?? 0) > 0])).toEqual(Array(5).fill([true, true]));
    expect(report.backtrace.filter(({ inlined }) => inlined).map((frame) => frame.function)).toEqual(["inlined"]);
    expect(report.backtrace.slice(1).every(({ by }) => by === "cfi")).toBe(true);
  });

  it("a call of a null pointer: its caller is known", async () => {
    const report = await crash("null-call", flags);
    expect(report.backtrace[0]).toMatchObject({ pc: 0n });
    expect(names(report)).toEqual(["??", "null_call", "main"]);
  });

  it("a division by zero", async () => {
    const report = await crash("divide", flags);
    expect(report).toMatchObject({ signal: 8, code: 1 });
    expect(names(report)).toEqual(["divides", "main"]);
  });

  it("a stack overflow: ends, with the recursion shown", async () => {
    const report = await crash("overflow", flags);
    expect(names({ ...report, backtrace: [...report.backtrace, { pc: 0n, function: "main", inlined: false, by: "cfi" }] }).slice(0, 20)).toEqual(Array(20).fill("recurse"));
  });

  it("in a signal handler: also what the signal interrupted", async () => {
    const found = names(await crash("handler", flags));
    expect(found.slice(0, 5)).toEqual(["innermost", "inlined", "middle", "handler", "(signal handler called)"]);
    expect(found.slice(-2)).toEqual(["interrupted", "main"]);
  });

  it("abort() and a call back from libc: through libc's frames", async () => {
    const aborted = names(await crash("abort", flags));
    expect(aborted).toContain("abort");
    expect(aborted.slice(-2)).toEqual(["aborts", "main"]);
    const sorted = names(await crash("qsort", flags));
    expect(sorted.slice(0, 2)).toEqual(["innermost", "compare"]);
    expect(sorted.slice(-2)).toEqual(["through_libc", "main"]);
  });
});

it("tail calls leave no frame, and do not confuse", async () => {
  const found = names(await crash("tail", ["-O2"]));
  expect(found.slice(0, 3)).toEqual(["innermost", "inlined", "middle"]);
  expect(found.at(-1)).toBe("main");
});

it("without any unwind information: guesses, that say so", async () => {
  const strip = (program: string): Promise<unknown> =>
    execa("objcopy", ["--remove-section", ".eh_frame", "--remove-section", ".eh_frame_hdr", "--remove-section", ".debug_frame", program]);
  const report = await crash("segv", ["-O2", "-fno-unwind-tables"], strip);
  expect(names(report)).toEqual(["innermost", "inlined", "middle", "outer", "main"]);
  expect(report.backtrace.slice(3, 5).map(({ by }) => by)).toEqual(["scan", "scan"]);
  expect(formatCrash(report)).toMatch(/a guess, by scan/);
});

it("without a debug file the rest is reported", async () => {
  const report = await crash("segv", ["-O2"]);
  expect(report.backtrace.length).toBeGreaterThan(3);
  const blind = await analyseCrash(
    [{ kind: "crash", crash: { ...report, call: undefined, registers: Object.values(report.registers) } }],
    { debugFile: join(directory, "nowhere.debug"), programs: [] },
  );
  expect(blind.notes.join()).toMatch(/nowhere\.debug/);
  expect(blind.backtrace).toEqual([{ pc: report.registers["rip"], inlined: false, by: "registers" }]);
});

it("reads for people", async () => {
  const text = formatCrash(await crash("segv", ["-O2"]));
  expect(text).toMatch(/^SIGSEGV \(invalid memory access\) in process 1, thread 1\n {2}nothing is mapped there, at address 0x8\n/);
  expect(text).toMatch(/#0 {2}0x[0-9a-f]+ +innermost at .*crashes\.c:\d+ in crashes\n/);
  expect(text).toMatch(/ inlined at .*crashes\.c:\d+ in crashes {2}\(inlined\)\n/);
});
