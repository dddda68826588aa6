/** `rr run qemu -i` as a process: signals, terminals, and what is left when it is killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../src/workspace/paths.js";
import { buildGuest } from "./run/guests.js";

const RR = join(packageRoot(), "bin", "rr");
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-process-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Process {
  child: ChildProcess;
  /** All it has printed so far, standard error included. */
  text: () => string;
  /** Resolves when `pattern` was printed. */
  printed: (pattern: RegExp) => Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function startProcess(command: string, args: readonly string[]): Process {
  const child = spawn(command, args, { env: { ...process.env, NO_COLOR: "1" } });
  let text = "";
  child.stdout.on("data", (data: Buffer) => (text += data.toString()));
  child.stderr.on("data", (data: Buffer) => (text += data.toString()));
  return {
    child,
    text: () => text,
    printed: (pattern) => expect.poll(() => text, { timeout: 30_000, interval: 20 }).toMatch(pattern),
    ended: once(child, "close").then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null })),
  };
}

const rr = (...args: string[]): Process => startProcess(process.execPath, [RR, "run", "qemu", "-i", "--accel", "tcg", "--timeout", "60", ...args]);

/** Whether the terminal makes signals of keys: "isig" or "-isig". */
const showMode = "stty -a | tr ' ' '\\n' | grep isig";

/** In a terminal of its own, made by script(1). */
const inTerminal = (...args: string[]): Process => {
  const command = [showMode, [process.execPath, RR, "run", "qemu", "-i", "--accel", "tcg", "--timeout", "60", ...args].join(" "), "echo status=$?", showMode].join("; ");
  return startProcess("script", ["-qec", `stty rows 20 cols 70; ${command}`, "/dev/null"]);
};

/** Processes that run this image. */
async function machines(image: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const program = await readlink(`/proc/${pid}/exe`).catch(() => "");
      return program.includes("qemu") && command.split("\0").includes(image) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

describe("signals to rr", () => {
  it.each([["SIGTERM", 15], ["SIGINT", 2]] as const)("%s reaches the program", async (signal, number) => {
    const machine = rr(await buildGuest(directory, "echo"));
    machine.child.stdin?.write("x");
    await machine.printed(/x/);
    machine.child.kill(signal);
    expect(await machine.ended).toEqual({ code: 128 + number, signal: null });
    expect(machine.text()).toMatch(/got signal/);
  });

  it("a second one ends a machine that does not care", async () => {
    const image = await buildGuest(directory, "hang");
    const machine = rr(image);
    await machine.printed(/asleep/);
    machine.child.kill("SIGTERM");
    machine.child.kill("SIGINT");
    const { code } = await machine.ended;
    expect([130, 143]).toContain(code);
    expect(await machines(image)).toEqual([]);
  });

  it("a hangup ends the machine soon, also one that does not care", async () => {
    const machine = rr(await buildGuest(directory, "hang"));
    await machine.printed(/asleep/);
    machine.child.kill("SIGHUP");
    expect(await machine.ended).toEqual({ code: 129, signal: null });
  });

  it("SIGKILL leaves no machine behind", async () => {
    const image = await buildGuest(directory, "hang");
    const machine = rr(image);
    await machine.printed(/asleep/);
    expect(await machines(image)).toHaveLength(1);
    machine.child.kill("SIGKILL");
    await machine.ended;
    await expect.poll(() => machines(image), { timeout: 10_000 }).toEqual([]);
  });

  it("a reader that has seen enough ends the machine", async () => {
    const image = await buildGuest(directory, "flood");
    const piped = startProcess("sh", ["-c", `"${process.execPath}" "${RR}" run qemu -i --accel tcg --timeout 60 "${image}" | head -c 16`]);
    expect(await piped.ended).toEqual({ code: 0, signal: null });
    expect(piped.text()).toBe("0123456789abcdef");
    await expect.poll(() => machines(image), { timeout: 10_000 }).toEqual([]);
  });
});

describe.skipIf(!existsSync("/usr/bin/script"))("in a terminal", () => {
  it("keys go to the guest as they are, and the terminal is restored", async () => {
    const machine = inTerminal(await buildGuest(directory, "exit", { STATUS: 9 }));
    await machine.ended;
    expect(machine.text()).toMatch(/^isig\r\nHello!\r\nstatus=9\r\nisig/);
  });

  it("one Ctrl-C is a byte for the guest, two end the machine", async () => {
    const image = await buildGuest(directory, "echo", { GREETING: 1 });
    const machine = inTerminal(image);
    await machine.printed(/ready/);
    machine.child.stdin?.write("\x03");
    await machine.printed(/\x03/);
    machine.child.stdin?.write("\x03");
    await machine.ended;
    expect(machine.text()).toMatch(/status=130\r\nisig/);
    expect(await machines(image)).toEqual([]);
  });

  it("the terminal is restored when the machine is killed", async () => {
    const image = await buildGuest(directory, "hang");
    const machine = inTerminal(image);
    await machine.printed(/asleep/);
    for (const pid of await machines(image)) process.kill(pid, "SIGKILL");
    await machine.ended;
    expect(machine.text()).toMatch(/ended from outside by SIGKILL[^]*status=125\r\nisig/);
  });

  it("the guest hears of a new window size", async () => {
    const machine = inTerminal(await buildGuest(directory, "echo", { GREETING: 1 }));
    await machine.printed(/ready/);
    const terminal = await terminalOf(machine.child.pid ?? 0);
    await once(spawn("stty", ["-F", terminal, "rows", "33", "cols", "44"]), "close");
    await machine.printed(/resized/);
    machine.child.stdin?.write("\x03\x03");
    await machine.ended;
  });
});

/** The terminal of a process that `script` has started. */
async function terminalOf(script: number): Promise<string> {
  const children = await readFile(`/proc/${script}/task/${script}/children`, "utf8");
  return readlink(`/proc/${children.trim().split(" ")[0]}/fd/0`);
}
