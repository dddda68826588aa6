/** The command line itself: help, wrong usage, exit codes, colours, output that nobody reads. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withTemporaryDirectory } from "../src/workspace/temporary.js";
import { onTerminal, RR, rr, command } from "./cli/rr.js";

const COMMANDS = ["build-platform", "bake", "run", "run qemu", "ps", "logs", "stop", "kill", "rm", "wait", "stats", "inspect", "env", "configs", "fetch", "doctor"];

describe("help", () => {
  test("rr --version prints the version alone", async () => {
    expect(await rr(["--version"])).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
  });

  test("rr --help names every command and the way from a program to an image", async () => {
    const { exitCode, stdout } = await rr(["--help"]);
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) {
      expect(stdout).toContain(`  ${command.split(" ")[0]}`);
    }
    expect(stdout).toContain("rr bake hw_generic hello.bin hello");
  });

  test.each(COMMANDS)("rr %s: help on standard output, with examples", async (command) => {
    const { exitCode, stdout, stderr } = await rr([...command.split(" "), "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: rr /);
    expect(stdout).toMatch(/Examples?:/);
  });

  test("rr alone: help, but it is a usage error", async () => {
    const { exitCode, stdout, stderr } = await rr([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: rr");
  });
});

describe("wrong usage: one sentence, the next step, exit code 2 (125 for run)", () => {
  test.each([
    [["bkae", "x"], 2, "unknown command 'bkae'", "did you mean bake?"],
    [["frobnicate"], 2, "unknown command 'frobnicate'", "rr --help"],
    [["bake", "--dryrun", "a", "b", "c"], 2, "unknown option '--dryrun'", "did you mean --dry-run?"],
    [["bake"], 2, "missing required argument 'config'", "rr bake --help"],
    [["bake", "hw_generic", "out"], 2, "missing required argument 'program'", "rr bake --help"],
    [["bake", "hw_generic", "out", "--", "-v"], 2, "missing required argument 'program'", "rr bake --help"],
    [["bake", "--env", "novalue", "a", "b", "c"], 2, "NAME=VALUE", "rr bake --help"],
    [["build-platform"], 2, "missing required argument 'platform'", "rr build-platform --help"],
    [["build-platform", "hv"], 2, '"hv"', 'did you mean "hw"?'],
    [["build-platform", "hw", "-j", "many"], 2, "'many'", "rr build-platform --help"],
    [["build-platform", "hw", "extra"], 2, "too many arguments", "rr build-platform --help"],
    [["configs", "describe"], 2, "missing required argument 'name'", "rr configs describe --help"],
    [["run"], 125, "missing required argument 'hypervisor'", "rr run --help"],
    [["run", "xen", "-i", "x"], 125, '"xen"', "rr run qemu"],
    [["run", "qemu"], 125, "missing required argument 'image'", "rr run qemu --help"],
    [["run", "qemu", "--acel", "tcg", "x"], 125, "unknown option '--acel'", "did you mean --accel?"],
    [["run", "qemu", "--accel", "kqemu", "x"], 125, "auto, kvm, tcg", "rr run qemu --help"],
    [["run", "qemu", "-M", "1", "x"], 125, "from 2 to", "rr run qemu --help"],
    [["run", "qemu", "-D", "70000", "x"], 125, "65535", "rr run qemu --help"],
    [["run", "qemu", "--timeout", "soon", "x"], 125, "seconds", "rr run qemu --help"],
    [["run", "qemu", "-b", "disk.img", "x"], 125, "block devices", "leave it out"],
    [["run", "-D", "qemu", "x"], 125, "no counterpart", "leave it out"],
  ] as const)("rr %j", async (args, exitCode, sentence, hint) => {
    const ended = await rr(args);
    expect({ exitCode: ended.exitCode, stdout: ended.stdout }).toEqual({ exitCode, stdout: "" });
    const lines = ended.stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^rr: /);
    expect(lines[0]).toContain(sentence);
    expect(lines[1]).toMatch(/^next: /);
    expect(lines[1]).toContain(hint);
  });
});

describe("failures", () => {
  test("a bug shows its stack and exits with 70; under run with 125", async () => {
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent('process.cwd=()=>{throw new TypeError("provoked")}')}` };
    const bug = await rr(["configs"], { env });
    expect(bug.exitCode).toBe(70);
    expect(bug.stderr).toMatch(/TypeError: provoked\n\s+at [^]*\nrr: this is a bug of rr\nnext: report it/);
    expect((await rr(["run", "qemu", "x"], { env })).exitCode).toBe(125);
    // Thrown from an event handler, as soon as rr listens for such.
    const later = 'const on=process.on;process.on=function(e,h){if(e==="uncaughtException")setTimeout(()=>{throw new TypeError("provoked")});return on.call(this,e,h)}';
    const elsewhere = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(later)}` };
    expect(await rr(["doctor"], { env: elsewhere })).toMatchObject({ exitCode: 70, stderr: expect.stringContaining("rr: this is a bug of rr") });
  });

  test("a folder that was removed under one's feet", async () => {
    await withTemporaryDirectory(async (directory) => {
      const gone = join(directory, "gone");
      await mkdir(gone);
      const { exitCode, stderr } = await command("sh", ["-c", `cd ${gone} && rmdir ${gone} && ${RR} configs`]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("the current folder does not exist any more");
      await rm(gone, { force: true, recursive: true });
    });
  });

  test("a reader that leaves early is no failure", async () => {
    const { stdout, stderr } = await command("bash", ["-c", `set -o pipefail; ${RR} configs --components --json | head -c 1; echo " $?"`]);
    expect(stdout).toMatch(/^\[ 0\n$/);
    expect(stderr).toBe("");
  });
});

describe("colours", () => {
  const escape = "\u001b[";

  test("on a terminal, unless NO_COLOR or TERM=dumb", async () => {
    expect((await onTerminal(`${RR} bkae`)).stdout).toContain(escape);
    expect((await onTerminal(`${RR} bkae`, { env: { NO_COLOR: "1" } })).stdout).not.toContain(escape);
    expect((await onTerminal(`${RR} bkae`, { env: { TERM: "dumb" } })).stdout).not.toContain(escape);
  });

  test("none without one, unless forced", async () => {
    expect((await rr(["bkae"])).stderr).not.toContain(escape);
    expect((await rr(["bkae"], { env: { FORCE_COLOR: "1" } })).stderr).toContain(escape);
  });
});
