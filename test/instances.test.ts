/** Instances in the background: started, seen, stopped, removed; by the command line, with real machines. */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ended } from "./cli/rr.js";
import { Background } from "./instances/background.js";

let here: Background;
beforeAll(async () => {
  here = new Background(await mkdtemp(join(tmpdir(), "rr-test-instances-")));
  await here.prepare();
}, 120_000);
afterAll(async () => {
  await here.clear();
  await rm(here.directory, { recursive: true, force: true });
}, 60_000);

const rr = (...args: string[]): Promise<Ended> => here.rr(...args);
const start = (name: string, args?: string[], flags?: string[]): Promise<void> => here.start(name, args, flags);
const inspect = (name: string): Promise<Record<string, unknown>> => here.inspect(name);

describe("one instance", () => {
  test("is started, seen, stopped by SIGTERM, waited for, read and removed", async () => {
    await start("life");
    expect((await rr("ps")).stdout).toMatch(/^NAME +ID +STATUS.*\nlife +[0-9a-f]{12} +running for \d+ s +talk\.bin\n$/);
    expect(await rr("stop", "life")).toEqual({ exitCode: 0, stdout: "life\n", stderr: "" });
    expect((await rr("ps")).stdout).not.toContain("life");
    expect(await rr("wait", "life")).toEqual({ exitCode: 0, stdout: "3\n", stderr: "" });
    expect(await rr("logs", "life")).toEqual({ exitCode: 0, stdout: "started\nprompt> terminated\n", stderr: "to standard error\n" });
    const { id } = await inspect("life");
    expect(await rr("rm", String(id).slice(0, 6))).toEqual({ exitCode: 0, stdout: "life\n", stderr: "" });
    expect(await rr("rm", "life")).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^rr: there is no instance "life"\nnext: /) });
  });

  test("that ignores SIGTERM is ended after the grace time", async () => {
    await start("deaf", ["deaf"]);
    expect(await rr("stop", "-t", "0.2", "deaf")).toMatchObject({ exitCode: 0 });
    expect(await inspect("deaf")).toMatchObject({ status: "ended", exitCode: 137, reason: expect.stringContaining("SIGTERM") });
  });

  test("gets any signal; KILL ends the machine", async () => {
    await start("signals");
    expect(await rr("kill", "-s", "usr1", "signals")).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await rr("logs", "signals")).stdout, { timeout: 20_000 }).toContain("SIGUSR1\n");
    expect(await rr("kill", "signals")).toMatchObject({ exitCode: 0 });
    expect(await rr("wait", "signals")).toMatchObject({ stdout: "137\n" });
    expect(await rr("kill", "signals")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("signals: has ended (exit code 137)") });
  });

  test("without -i: Rumprun's cookie, which every command takes", async () => {
    const { stdout } = await rr("run", "qemu", "--accel", "tcg", here.image);
    expect(stdout).toMatch(/^qemu:\d+\n$/);
    expect(await rr("rm", stdout.trim())).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("still runs") });
    expect(await rr("rm", "-f", stdout.trim())).toMatchObject({ exitCode: 0 });
  });

  test("--rm leaves nothing; --restart starts again", async () => {
    await start("gone", [], ["--rm"]);
    await rr("stop", "gone");
    expect((await rr("ps", "-aq")).stdout).not.toContain("gone");
    await start("again", ["fail"], ["--restart", "on-failure:2"]);
    expect(await rr("wait", "again")).toMatchObject({ stdout: "5\n" });
    expect(await inspect("again")).toMatchObject({ restarts: 2, exitCode: 5 });
    expect((await rr("logs", "again")).stdout).toBe("started\n".repeat(3));
  });
});

describe("what cannot be started leaves nothing and says why", () => {
  test.each([
    ["no image", ["/no/such/image.bin"], "no such file or folder: /no/such/image.bin"],
    ["QEMU refuses", ["-g", "-zork", "IMAGE"], "-zork"],
    ["a name taken", ["--name", "taken", "IMAGE"], 'there is an instance "taken" already'],
    ["a bad name", ["--name", ".x", "IMAGE"], '".x" cannot name'],
    ["flags that exclude each other", ["-i", "--restart", "always", "IMAGE"], "--detach is for the background"],
  ])("%s", async (_, args, message) => {
    if (args.includes("taken")) await start("taken");
    const before = (await rr("ps", "-aq")).stdout;
    const { exitCode, stdout, stderr } = await rr("run", "qemu", "--accel", "tcg", "--detach", ...args.map((arg) => (arg === "IMAGE" ? here.image : arg)));
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nnext: /);
    expect((await rr("ps", "-aq")).stdout).toBe(before);
  });

  test("a port taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { exitCode, stderr } = await rr("run", "qemu", "--accel", "tcg", "--detach", "--name", "ported", "-P", `${port}:80`, here.image);
    server.close();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 125, stderr: expect.stringContaining(`:${port}-`) });
    expect((await rr("ps", "-aq")).stdout).not.toContain("ported");
  });
});

describe("the log", () => {
  test("has both streams apart and in order, survives the end, and can be followed to it", async () => {
    await start("followed");
    const follow = rr("logs", "-f", "followed");
    await rr("kill", "-s", "10", "followed");
    await expect.poll(async () => (await rr("logs", "followed")).stdout, { timeout: 20_000 }).toContain("SIGUSR1\n");
    await rr("stop", "followed");
    expect(await follow).toEqual({ exitCode: 0, stdout: "started\nprompt> SIGUSR1\nterminated\n", stderr: "to standard error\n" });
    expect((await rr("logs", "-n", "1", "followed")).stdout).toBe("terminated\n");
    expect((await rr("logs", "--since", "1d", "followed")).stdout).toBe("started\nprompt> SIGUSR1\nterminated\n");
    expect(await rr("logs", "--since", "2100-01-01", "followed")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("takes no more of the disk than it may, and keeps the end", async () => {
    const lines = 40_000;
    await start("flood", ["flood", String(lines)], ["--log-size", "1"]);
    const follow = rr("logs", "-f", "flood");
    // Which of the two streams comes last is not said.
    await expect.poll(async () => (await rr("logs", "-n", "2", "flood")).stdout, { timeout: 60_000 }).toContain("prompt> ");
    const { directory } = await inspect("flood");
    const sizes = await Promise.all(["log", "log.1"].map(async (name) => (await stat(join(String(directory), name))).size));
    expect(sizes[0] ?? 0).toBeLessThanOrEqual(1 << 19);
    expect(sizes[1] ?? 0).toBeLessThanOrEqual(1 << 19);
    expect((await rr("logs", "flood")).stdout.split("\n").at(-2)).toBe(`line ${lines - 1} of a flood, long enough to fill a log`);
    await rr("stop", "flood");
    // Who follows goes through the rotations; only one that is slower than two of them misses something, whole lines.
    const followed = (await follow).stdout.split("\n");
    expect(followed.at(-2)).toBe("prompt> terminated");
    expect(followed.filter((line) => !/^(line \d+ of a flood, long enough to fill a log|started|prompt> terminated|)$/.test(line))).toEqual([]);
  });
});

describe("stats", () => {
  test("what is used, as far as the host can see it", async () => {
    await start("measured", [], ["-M", "32"]);
    const [sample] = JSON.parse((await rr("stats", "--no-stream", "--json", "measured")).stdout) as Record<string, number>[];
    expect(sample).toMatchObject({ name: "measured", guestLimitBytes: 32 << 20 });
    expect(sample?.["hostBytes"]).toBeGreaterThan(1 << 20);
    expect(sample?.["guestBytes"]).toBeGreaterThan(0);
    expect(sample?.["guestBytes"]).toBeLessThanOrEqual(32 << 20);
    expect(sample?.["cpuSeconds"]).toBeGreaterThan(0);
    expect((await rr("stats", "--no-stream")).stdout).toMatch(/^NAME .*\n(.*\n)*measured +\d+\.\d % /);
  });
});
