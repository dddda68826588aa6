/** A machine in which nothing can go on any more is reported and ended; one that waits for the world outside is not. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatDeadlock } from "../src/run/index.js";
import { packageRoot } from "../src/workspace/paths.js";
import { bakeFixture, runGuest } from "./run/guests.js";

const RR = join(packageRoot(), "bin", "rr");
let directory: string;
let image: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-deadlock-"));
  image = await bakeFixture(directory, "deadlocks", ["-g", "-pthread"]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe("a deadlock is reported with what each thread waits for, exit code 125", () => {
  it.each<[string, number, readonly (readonly [string, string, RegExp])[]]>([
    ["locks", 2, [["locks", "take", /^futex\(0x[0-9a-f]+, FUTEX_WAIT_PRIVATE, /], ["worker", "take", /^futex\(/]]],
    ["pipes", 2, [["pipes", "waitpid", /^wait4\(-1, /], ["pipes", "reader", /^read\(3, /]]],
    ["self", 1, [["self", "take", /^futex\(/]]],
  ])("%s", async (how, count, expected) => {
    const { exitCode, reason, deadlock } = await runGuest(image, { args: [how] });
    expect({ exitCode, reason }).toMatchObject({ exitCode: 125, reason: expect.stringMatching(/^deadlock: /) });
    expect(deadlock?.threads).toHaveLength(count);
    expected.forEach(([outer, inner, call], index) => {
      const thread = deadlock?.threads[index];
      expect(thread).toMatchObject({ program: "deadlocks", call: expect.stringMatching(call) });
      const names = thread?.backtrace.map((frame) => frame.function) ?? [];
      expect(names.indexOf(inner)).toBeGreaterThanOrEqual(0);
      expect(names.indexOf(outer)).toBeGreaterThan(names.indexOf(inner));
    });
    expect(deadlock?.notes).toEqual([]);
  });

  it("says which pipe", async () => {
    const { deadlock } = await runGuest(image, { args: ["pipes"] });
    const text = deadlock === undefined ? "" : formatDeadlock(deadlock);
    expect(text).toMatch(/thread 1 of process 1 \(deadlocks\) waits in wait4\(.*\), its child is process 2:/);
    expect(text).toMatch(/thread 2 of process 2 \(deadlocks\) waits in read\(3, \.\.\.\), descriptor 3 is pipe:\[\d+\]:/);
  });
});

describe("what can be woken from outside goes on", () => {
  const start = (how: string): { child: ChildProcess; waits: () => Promise<void>; ended: Promise<number | null> } => {
    const child = spawn(process.execPath, [RR, "run", "qemu", "-i", "--accel", "tcg", "--timeout", "60", image, how]);
    let text = "";
    child.stdout.on("data", (data: Buffer) => (text += data.toString()));
    return {
      child,
      waits: () => expect.poll(() => text, { timeout: 30_000, interval: 20 }).toMatch(/waits/),
      ended: once(child, "close").then(([code]) => code as number | null),
    };
  };

  it.each([["handler", 5], ["pause", 6], ["signalfd", 7]] as const)("a signal: %s", async (how, status) => {
    const machine = start(how);
    await machine.waits();
    machine.child.kill("SIGTERM");
    expect(await machine.ended).toBe(status);
  });

  it("input", async () => {
    const machine = start("input");
    await machine.waits();
    machine.child.stdin?.write("x\n");
    expect(await machine.ended).toBe(8);
  });

  it("the end of input", async () => {
    const machine = start("input");
    await machine.waits();
    machine.child.stdin?.end();
    expect(await machine.ended).toBe(9);
  });
});
