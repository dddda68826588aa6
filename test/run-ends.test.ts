/** How baked programs end, and what is reported of it: on the real libOS. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../src/process/start.js";
import { bakeFixture, runGuest, type Ran } from "./run/guests.js";

/** The one way to make the libOS fail at will. */
const hasGdb = findProgram("gdb", process.env["PATH"]) !== undefined;
let directory: string;
let image: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-ends-"));
  image = await bakeFixture(directory, "ways-to-end", ["-g", "-Wno-div-by-zero"]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const ends = (how: string, options: Parameters<typeof runGuest>[1] = {}): Promise<Ran> => runGuest(image, { args: [how], ...options });
const functions = ({ crash }: Ran): (string | undefined)[] => crash?.backtrace.map((frame) => frame.function) ?? [];

describe("a crash is reported with its backtrace, exit code 128 + signal", () => {
  it.each<[string, number, readonly string[]]>([
    ["null-access", 11, ["innermost", "inlined", "outer", "main"]],
    ["null-call", 11, ["null_call", "main"]],
    ["abort", 6, ["abort", "main"]],
    ["assert", 6, ["__assert_fail", "main"]],
    ["handler", 11, ["innermost", "inlined", "outer", "handler", "(signal handler called)", "in_handler", "main"]],
    ["text", 11, ["writes_text", "main"]],
    ["thread", 11, ["innermost", "inlined", "outer", "thread"]],
    ["divide", 8, ["main"]],
    ["instruction", 4, ["main"]],
  ])("%s", async (how, signal, expected) => {
    const ran = await ends(how);
    expect({ exitCode: ran.exitCode, signal: ran.signal, crash: ran.crash?.signal }).toEqual({ exitCode: 128 + signal, signal, crash: signal });
    const found = functions(ran);
    expect(found.filter((name) => expected.includes(name ?? ""))).toEqual(expected);
    expect(ran.crash?.backtrace.some(({ by }) => by === "scan" || by === "frame-pointer")).toBe(false);
    expect(ran.crash?.backtrace.find((frame) => frame.function === expected[0])).toMatchObject({ module: "ways-to-end" });
    expect(ran.crash?.inLibos).toBe(false);
  });

  it("a stack overflow says so", async () => {
    const ran = await ends("stack-overflow");
    expect(ran).toMatchObject({ exitCode: 139, crash: { message: "stack overflow" } });
    expect(functions(ran).slice(0, 5)).toEqual(Array(5).fill("recurse"));
  });
});

describe("other ends", () => {
  it.each<[string, number]>([["exit", 77], ["kill", 143], ["nothing", 0]])("%s: %i, and no crash", async (how, status) => {
    expect(await ends(how)).toMatchObject({ exitCode: status });
    expect(await ends(how)).not.toHaveProperty("crash");
  });

  it("out of memory: 137, said on the host", async () => {
    expect(await ends("memory", { memoryMb: 16 })).toMatchObject({ exitCode: 137, reason: "the guest ran out of memory" });
  });

  it("a program that never ends, by the time limit", async () => {
    expect(await ends("loop", { timeoutSeconds: 1 })).toMatchObject({ exitCode: 125, reason: expect.stringContaining("--timeout") });
  });

  it.skipIf(!hasGdb)("a failure of the libOS itself: which call of the program it was in", async () => {
    const port = 20_000 + (process.pid % 20_000);
    const ran = ends("read", { paused: true, gdbPort: port, stdin: Readable.from(["x"]) });
    // The debugger makes read() jump to nowhere.
    const commands = [`target remote :${port}`, "hbreak rr_sys_read", "continue", "set $rip=0x10", "detach"];
    await execa("gdb", ["-batch", "-nx", `${image}.debug`, ...commands.flatMap((command) => ["-ex", command])], { timeout: 60_000 });
    const { exitCode, crash } = await ran;
    expect({ exitCode, inLibos: crash?.inLibos }).toEqual({ exitCode: 134, inLibos: true });
    expect(crash?.message).toMatch(/page fault in the libOS/);
    expect(crash?.backtrace.map(({ module }) => module)).toEqual([undefined, "libOS", "ways-to-end"]);
    expect(crash?.backtrace.at(-1)?.function).toBe("read");
  });
});

it("system calls are shown as strace does", async () => {
  const { events, exitCode } = await ends("read", { strace: true, stdin: Readable.from(["abc\n"]) });
  const lines = events.flatMap((event) => (event.kind === "strace" ? [event.line.replace(/ +=/, " =")] : []));
  expect(exitCode).toBe(4);
  expect(lines).toContain('read(0, "abc\\n", 10) = 4');
  expect(lines.slice(-2)).toEqual(["exit_group(4) = ?", "+++ exited with 4 +++"]);
});
