/**
 * Every example, as its README says: built by its Makefile, run on the host, then baked and run in QEMU, both with the
 * output that cases/ expects. What is built stays in the cache until the libc changes, so that only the first run takes minutes.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exec } from "../src/process/exec.js";
import { cacheDirectory, packageRoot, prefixDirectory } from "../src/workspace/paths.js";
import { command, type Ended } from "./cli/rr.js";

const EXAMPLES = join(packageRoot(), "examples");
const BUILD_MS = 1_200_000;

/** What an example shows at a terminal, and what is typed there and shown then, one behind the other. */
const DIALOGUES: Readonly<Record<string, readonly [prompt: string, ...turns: (readonly [typed: string, shown: string])[]]>> = {
  lua: ["> ", ["6 * 7\r", "42"]],
  sqlite: ["sqlite> ", ["SELECT 6 * 7;\r", "42"]],
  dash: [
    "# ",
    ["echo $((6 * 7))\r", "42\r\n# "],
    ["cat\r", "cat\r\n"],
    ["copied\r", "copied\r\ncopied\r\n"],
    ["\x1a", "[1] + Stopped                    cat\r\n# "],
    ["bg\r", "[1] cat\r\n# "],
    // in the background it reads from the terminal, and is stopped again
    ["echo next\r", "next\r\n"],
    ["jobs\r", "Stopped (tty input)        cat\r\n# "],
    ["fg\r", "cat\r\n"],
    ["again\r", "again\r\nagain\r\n"],
    ["\x03", "^C\r\n# "],
    // a shell that answers is not ended by Ctrl-C after Ctrl-C
    ["\x03", "\r\n# "],
    ["\x03", "\r\n# "],
    ["echo ended with $?\r", "ended with 130\r\n# "],
    ["sleep 60 | cat &\r", "# "],
    ["kill %1; wait; jobs; echo none left\r", "none left\r\n# "],
  ],
};

const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(examples)("%s", (name) => {
  const cases = readdirSync(join(EXAMPLES, name, "cases"))
    .filter((file) => file.endsWith(".out"))
    .map((file) => file.replace(/\.out$/, ""));
  let build: string;

  beforeAll(async () => {
    build = join(cacheDirectory(), "test", "examples", libcHash(), name);
    await mkdir(build, { recursive: true });
    await exec("make", ["-s", ...make(name, build), "bake"], { timeout: BUILD_MS, env: { NO_COLOR: "1" } });
  }, BUILD_MS);

  test.each(cases)("%s, on the host", async (each) => {
    expect(await command("make", ["-s", ...make(name, build), "test-host", `CASES=${each}`])).toMatchObject(good(each));
  });

  const dialogue = DIALOGUES[name];
  if (dialogue !== undefined) {
    test("the prompt, at a terminal", async () => {
      const [prompt, ...turns] = dialogue;
      let shown = "";
      let seen = 0;
      const terminal = spawn("script", ["-qec", `make -s ${make(name, build).join(" ")} run`, "/dev/null"], { env: { ...process.env, NO_COLOR: "1" } });
      terminal.stdout.on("data", (data: Buffer) => (shown += data.toString()));
      const ended = once(terminal, "close");
      const shows = async (text: string): Promise<void> => {
        await expect.poll(() => shown.slice(seen), { timeout: 60_000, interval: 20 }).toContain(text);
        seen = shown.indexOf(text, seen) + text.length;
      };
      await shows(prompt);
      for (const [typed, answer] of turns) {
        terminal.stdin.write(typed);
        await shows(answer);
      }
      terminal.stdin.write("\x04");
      expect(await ended).toEqual([0, null]);
    });
  }

  test.each(cases)("%s, baked", async (each) => {
    expect(await command("make", ["-s", ...make(name, build), "test", `CASES=${each}`])).toMatchObject(good(each));
  });
});

function make(name: string, build: string): string[] {
  return ["-C", join(EXAMPLES, name), `RR_BUILD=${build}`, `RR_PREFIX=${prefixDirectory()}`];
}

function good(name: string): Partial<Ended> {
  return { exitCode: 0, stdout: `${name}: ok\n` };
}

/** Programs are linked statically: another libc makes other programs. */
function libcHash(): string {
  const libc = join(prefixDirectory(), "x86_64-hw", "x86_64-rumprun-linux-musl", "lib", "libc.a");
  return createHash("sha256").update(readFileSync(libc)).digest("hex").slice(0, 16);
}
