/** `rr run qemu` as a command: its streams, its exit codes and what it says, with stand-in guests that need no platform. */
import { createServer } from "node:net";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, onTerminal, RR, rr } from "./cli/rr.js";
import { buildGuest } from "./run/guests.js";

let directory: string;
let exits: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-cli-run-"));
  exits = await buildGuest(directory, "exit", { STATUS: 42 });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe("rr run qemu -i", () => {
  test("output, status and silence are the program's", async () => {
    expect(await rr(["run", "qemu", "-i", exits])).toEqual({ exitCode: 42, stdout: "Hello!\n", stderr: "" });
  });

  test("standard input reaches the program, byte for byte", async () => {
    const echo = await buildGuest(directory, "echo");
    const { exitCode, stdout } = await rr(["run", "qemu", "-i", echo], { input: "a line\nno end of line" });
    expect(exitCode).toBe(0);
    expect(stdout.startsWith("a line\nno end of line")).toBe(true);
  });

  test("standard error stays apart", async () => {
    const split = await buildGuest(directory, "split");
    expect(await rr(["run", "qemu", "-i", split])).toMatchObject({ stdout: "out 1\nout 2\n", stderr: "err 1\nerr 2\n" });
  });

  test("a signal: 128 + N and the reason", async () => {
    const killed = await buildGuest(directory, "exit", { STATUS: 11, KIND: 1 });
    expect(await rr(["run", "qemu", "-i", killed])).toEqual({ exitCode: 139, stdout: "Hello!\n", stderr: "rr: killed by SIGSEGV\n" });
  });

  test("out of memory: 137, the reason and the next step", async () => {
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", await buildGuest(directory, "exit", { STATUS: 0, KIND: 2 })]);
    expect(exitCode).toBe(137);
    expect(stderr).toMatch(/^rr: .*out of memory\nnext: .*-M/);
  });

  test("--timeout ends what hangs: 125", async () => {
    const hang = await buildGuest(directory, "hang");
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", "--timeout", "0.5", hang]);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/rr: .*0\.5 s \(--timeout\)/);
  });

  test("--json says on standard error how it ended", async () => {
    const { exitCode, stdout, stderr } = await rr(["run", "qemu", "-i", "--json", exits]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 42, stdout: "Hello!\n" });
    expect(JSON.parse(stderr)).toMatchObject({ exitCode: 42 });
  });

  test("--boot-timeline shows where the time went", async () => {
    const { stdout, stderr } = await rr(["run", "qemu", "-i", "--boot-timeline", exits]);
    expect(stdout).toBe("Hello!\n");
    expect(stderr).toMatch(/QEMU started[^]*booted[^]*QEMU ended/);
  });

  test("on a terminal: the same, and the terminal is as before", async () => {
    const { stdout, exitCode } = await onTerminal(`stty -a > ${directory}/before; ${RR} run qemu -i ${exits}; status=$?; stty -a > ${directory}/after; exit $status`);
    expect({ stdout, exitCode }).toEqual({ stdout: "Hello!\r\n", exitCode: 42 });
    expect((await command("cmp", [`${directory}/before`, `${directory}/after`])).exitCode).toBe(0);
  });

  test("defaults come from the config file, flags win", async () => {
    const config = JSON.stringify({ run: { timeout: 0.5, machine: "q35" } });
    const { exitCode } = await command("sh", ["-c", `cd ${directory} && printf '%s' '${config}' > rr.config.json && ${RR} run qemu -i --machine microvm ${await buildGuest(directory, "hang")}`]);
    await rm(join(directory, "rr.config.json"));
    expect(exitCode).toBe(125);
  });
});

describe("rr's own failures: 125, one sentence, the next step", () => {
  test("QEMU is missing: the package is named", async () => {
    const bin = join(directory, "bin-without-qemu");
    await command("mkdir", [bin]);
    for (const tool of ["env", "node"]) {
      await symlink((await command("sh", ["-c", `command -v ${tool}`])).stdout.trim(), join(bin, tool));
    }
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", exits], { env: { PATH: bin } });
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/^rr: qemu-system-x86_64 .*\nnext: .*qemu-system-x86/);
  });

  test("a port in use", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", "-D", String(port), exits]);
    server.close();
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(new RegExp(`^rr: .*${port}.*\nnext: `));
  });

  test.each([
    ["a paused machine nobody can continue", ["-p"], /^rr: .*\nnext: .*-D/],
    ["an argument QEMU does not know", ["-g", "-bogus"], /^rr: .*-bogus.*\nnext: /],
  ])("%s", async (_what, flags, sentence) => {
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", ...flags, exits]);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(sentence);
  });
});

describe("rr run qemu without -i", () => {
  test("prints the cookie and returns at once", async () => {
    const env = { XDG_STATE_HOME: join(directory, "state") };
    const { exitCode, stdout, stderr } = await rr(["run", "qemu", await buildGuest(directory, "hang")], { env });
    const pid = Number(/^qemu:(\d+)\n$/.exec(stdout)?.[1]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/console: \S+/);
    expect(process.kill(pid, "SIGTERM")).toBe(true);
  });
});
