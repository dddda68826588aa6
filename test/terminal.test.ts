/** Programs at a terminal: the line discipline, signals of keys, raw mode, the window's size. On the real libOS. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exec } from "../src/process/exec.js";
import { packageRoot } from "../src/workspace/paths.js";
import { GCC } from "./toolchain/tools.js";

const RR = join(packageRoot(), "bin", "rr");
/** `rr run` takes two Ctrl-C within two seconds as the wish to end the machine. */
const BETWEEN_CTRL_C_MS = 2100;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-terminal-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function bake(name: string): Promise<string> {
  const program = join(directory, name);
  await exec(GCC, ["-O1", "-o", program, join(packageRoot(), "test", "fixtures", "terminal", `${name}.c`)]);
  await exec(process.execPath, [RR, "bake", "-q", "hw_generic", `${program}.bin`, program]);
  return `${program}.bin`;
}

/** A dialogue with an image in a terminal of 20 x 70 that script(1) makes. */
class Dialogue {
  private text = "";
  private seen = 0;
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(program: string, baked = true) {
    const run = baked ? `"${process.execPath}" "${RR}" run qemu -i --accel tcg --timeout 90 "${program}"` : `sh -c 'exec setsid -c -w "${program}"'`;
    const command = `stty rows 20 cols 70; ${run}; echo status=$?`;
    this.child = spawn("script", ["-qec", command, "/dev/null"], { env: { ...process.env, NO_COLOR: "1" } });
    this.child.stdout?.on("data", (data: Buffer) => (this.text += data.toString()));
    this.ended = once(this.child, "close");
  }

  /** Wait until `expected` is shown behind what was waited for before. */
  async shows(expected: string): Promise<void> {
    await expect.poll(() => this.text.slice(this.seen), { timeout: 30_000, interval: 20 }).toContain(expected);
    this.seen = this.text.indexOf(expected, this.seen) + expected.length;
  }

  hasShown(text: string): boolean {
    return this.text.includes(text);
  }

  /** All of it, once it is over. */
  async transcript(): Promise<string> {
    await this.ended;
    return this.text;
  }

  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  /** The status rr ended with. */
  async status(): Promise<number> {
    await this.ended;
    return Number(/status=(\d+)/.exec(this.text)?.[1]);
  }

  /** The terminal rr runs at. */
  async terminal(): Promise<string> {
    for (const pid of await readdir("/proc")) {
      const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      if (Number(/\) \S (\d+)/.exec(status)?.[1]) === this.child.pid) {
        return readlink(`/proc/${pid}/fd/0`);
      }
    }
    throw new Error("script has no child");
  }
}

/** What the program jobs shows; it wants a line and two keys. */
async function jobs(program: string, baked: boolean): Promise<string> {
  const terminal = new Dialogue(program, baked);
  await terminal.shows("background read: stopped by 21\r\ntcsetpgrp: ok\r\n");
  terminal.type("a line\r");
  for (const key of ["\x1a", "\x03"]) {
    await terminal.shows("waiting for a key\r\n");
    terminal.type(key);
  }
  return terminal.transcript();
}

describe.skipIf(!existsSync("/usr/bin/script"))("a program at a terminal", () => {
  it("edits lines, gets signals of keys, reads raw keys", async () => {
    const terminal = new Dialogue(await bake("prompt"));
    await terminal.shows("terminals: 111\r\nwindow 0: 20 x 70\r\n> ");
    terminal.type("hello\r");
    await terminal.shows("hello\r\n[hello]\r\n> ");
    terminal.type("ab\x7fc\r");
    await terminal.shows("[ac]\r\n> ");
    terminal.type("wrong\x15a b\x17c\r");
    await terminal.shows("[a c]\r\n> ");
    terminal.type("dropped\x03");
    await terminal.shows("dropped^C<interrupted>");
    const interrupted = performance.now();
    terminal.type("kept\r");
    await terminal.shows("[kept]\r\n> ");
    await exec("stty", ["-F", await terminal.terminal(), "rows", "33", "cols", "44"]);
    // The size takes another way than keys: ask until it has come.
    while (!terminal.hasShown("window 0: 33 x 44")) {
      terminal.type("\r");
      await terminal.shows("[]\r\n> ");
    }
    terminal.type("\x04");
    await terminal.shows("keys:");
    terminal.type("a\x04\r\x1b");
    await terminal.shows(" 11:61 11:04 11:0d 11:1b then 0\r");
    await terminal.shows("computing");
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, interrupted + BETWEEN_CTRL_C_MS - performance.now())));
    terminal.type("\x03");
    expect(await terminal.status()).toBe(130);
  });

  it("has the terminal as its session's, as on the host", async () => {
    const image = await bake("jobs");
    const [guest, host] = await Promise.all([jobs(image, true), jobs(image.replace(/\.bin$/, ""), false)]);
    expect(guest).toBe(host);
    expect(guest).toContain("status=9");
  });

  it("is interrupted by Ctrl-C though it never reads", async () => {
    const terminal = new Dialogue(await bake("sleeper"));
    await terminal.shows("asleep");
    terminal.type("\x03");
    expect(await terminal.status()).toBe(130);
  });
});
