/** Instances whose processes are killed, whose files are damaged, whose disk is full, and many rr at once: state is never half, nothing is left behind, nobody else is hit. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identify } from "../src/process/identity.js";
import { command, RR } from "./cli/rr.js";
import { Background } from "./instances/background.js";

let here: Background;
const others: ChildProcess[] = [];
beforeAll(async () => {
  here = new Background(await mkdtemp(join(tmpdir(), "rr-test-crash-")));
  await here.prepare();
}, 120_000);
afterAll(async () => {
  others.forEach((child) => child.kill("SIGKILL"));
  await here.clear();
  await rm(here.directory, { recursive: true, force: true });
}, 60_000);

const GONE = { timeout: 20_000, interval: 50 };

async function processes(name: string): Promise<{ pid: number; monitorPid: number; directory: string }> {
  const { pid, monitorPid, directory } = await here.inspect(name);
  return { pid: Number(pid), monitorPid: Number(monitorPid), directory: String(directory) };
}

describe("kill -9", () => {
  test("of the monitor: the machine goes with it, the instance is lost, its log stays", async () => {
    await here.start("orphan");
    const { pid, monitorPid } = await processes("orphan");
    const wait = here.rr("wait", "orphan");
    process.kill(monitorPid, "SIGKILL");
    await expect.poll(() => identify(pid), GONE).toBeUndefined();
    expect(await wait).toMatchObject({ exitCode: 0, stdout: "125\n" });
    expect(await here.inspect("orphan")).toMatchObject({ status: "lost", exitCode: 125 });
    expect((await here.rr("ps", "--filter", "status=lost")).stdout).toContain("orphan");
    expect((await here.rr("logs", "-f", "orphan")).stdout).toBe("started\nprompt> ");
    expect(await here.rr("kill", "-s", "TERM", "orphan")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("is lost") });
    expect(await here.rr("stop", "orphan")).toMatchObject({ exitCode: 0 });
    expect(await here.rr("rm", "orphan")).toMatchObject({ exitCode: 0 });
    expect(await here.names()).not.toContain("orphan");
  });

  test("of the machine: it has ended, and says how", async () => {
    await here.start("shot");
    process.kill((await processes("shot")).pid, "SIGKILL");
    expect(await here.rr("wait", "shot")).toMatchObject({ stdout: "125\n" });
    expect(await here.inspect("shot")).toMatchObject({ status: "ended", reason: expect.stringContaining("SIGKILL") });
    expect((await here.rr("logs", "shot")).stderr).toContain("SIGKILL");
  });

  test("of the machine, with --restart: it is started again", async () => {
    await here.start("phoenix", [], ["--restart", "always"]);
    const { pid } = await processes("phoenix");
    process.kill(pid, "SIGKILL");
    await expect.poll(() => here.inspect("phoenix"), GONE).toMatchObject({ status: "running", restarts: 1 });
    expect((await processes("phoenix")).pid).not.toBe(pid);
    await here.rr("stop", "phoenix");
    expect(await here.inspect("phoenix")).toMatchObject({ status: "ended", exitCode: 3 });
  });

  test("of both", async () => {
    await here.start("both");
    const { pid, monitorPid } = await processes("both");
    process.kill(pid, "SIGKILL");
    process.kill(monitorPid, "SIGKILL");
    await expect.poll(() => identify(monitorPid), GONE).toBeUndefined();
    expect(["lost", "ended"]).toContain((await here.inspect("both"))["status"]);
    expect(await here.rr("rm", "-f", "both")).toMatchObject({ exitCode: 0 });
  });

  test("of rr run, sooner or later: a whole instance or none, and no machine without one", async () => {
    for (let delay = 0; delay < 1200; delay += 150) {
      const child = spawn(RR, ["run", "qemu", "--accel", "tcg", "--detach", "--name", "hasty", here.image], { env: { ...process.env, RR_STATE: here.state }, stdio: "ignore" });
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill("SIGKILL");
      await (child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined);
      // Not told of its start, the monitor gives up; told, it goes on.
      await expect.poll(async () => (await here.names()).includes("hasty") ? (await here.inspect("hasty"))["status"] : "none", { ...GONE, message: `after ${delay} ms` }).toMatch(/^(none|lost|running)$/);
      await here.rr("rm", "-f", "hasty");
      await expect.poll(() => here.machines(), GONE).toEqual([]);
    }
    await here.start("hasty");
    await here.rr("rm", "-f", "hasty");
    expect((await readdir(join(here.state, "instances"))).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("a process number that was used again", () => {
  test("belongs to somebody else, who is left alone", async () => {
    await here.start("reused");
    const { monitorPid, pid, directory } = await processes("reused");
    process.kill(monitorPid, "SIGKILL");
    await expect.poll(() => identify(pid), GONE).toBeUndefined();
    const stranger = spawn("sleep", ["600"], { stdio: "ignore" });
    others.push(stranger);
    const file = join(directory, "state.json");
    const state = JSON.parse(await readFile(file, "utf8")) as { qemu: { pid: number }; monitor: { pid: number } };
    state.qemu.pid = state.monitor.pid = stranger.pid ?? 0;
    await writeFile(file, JSON.stringify(state));
    expect(await here.inspect("reused")).toMatchObject({ status: "lost" });
    await here.rr("kill", "reused");
    await here.rr("stop", "reused");
    expect(await here.rr("rm", "-f", "reused")).toMatchObject({ exitCode: 0 });
    expect(identify(stranger.pid ?? 0)).toBeDefined();
  });

  test("and so it is after the host has started anew", async () => {
    await here.start("before");
    const { monitorPid, pid, directory } = await processes("before");
    const file = join(directory, "state.json");
    const state = JSON.parse(await readFile(file, "utf8")) as { qemu: { boot: string }; monitor: { boot: string } };
    // As if all this had been written in another boot.
    await writeFile(file, JSON.stringify({ ...state, qemu: { ...state.qemu, boot: "another" }, monitor: { ...state.monitor, boot: "another" } }));
    expect(await here.inspect("before")).toMatchObject({ status: "lost", exitCode: 125 });
    process.kill(monitorPid, "SIGKILL");
    await expect.poll(() => identify(pid), GONE).toBeUndefined();
    expect(await here.rr("rm", "before")).toMatchObject({ exitCode: 0 });
  });
});

test.each(["state.json", "spec.json"])("a damaged %s hides nobody else, and the instance can be removed", async (file) => {
  await here.start("damaged");
  await here.start("sound");
  const { directory } = await processes("damaged");
  await here.rr("stop", "damaged");
  await truncate(join(directory, file), 20);
  expect(await here.inspect("damaged")).toMatchObject({ status: "lost" });
  expect((await here.rr("ps")).stdout).toContain("sound");
  expect(await here.rr("rm", "-f", "damaged", "sound")).toMatchObject({ exitCode: 0 });
});

describe("many rr at once", () => {
  test("twenty starts, stops and removals", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `many${index}`);
    await Promise.all(names.map((name) => here.start(name)));
    expect((await here.names()).filter((name) => name.startsWith("many"))).toHaveLength(20);
    const stopped = await Promise.all(names.map((name) => here.rr("stop", "-t", "60", name)));
    expect(stopped.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0));
    expect((await here.rr("wait", ...names)).stdout).toBe("3\n".repeat(20));
    // Twice each: who comes second finds nothing, or nothing left to do.
    const removed = await Promise.all([...names, ...names].map((name) => here.rr("rm", name)));
    expect(removed.filter(({ exitCode, stderr }) => exitCode !== 0 && !stderr.includes("there is no instance"))).toEqual([]);
    expect((await here.names()).filter((name) => name.startsWith("many"))).toEqual([]);
  }, 300_000);

  test("one name for six: one gets it, the others are told", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => here.rr("run", "qemu", "--accel", "tcg", "--detach", "--name", "coveted", here.image)));
    expect(all.filter(({ exitCode }) => exitCode === 0)).toHaveLength(1);
    expect(all.filter(({ stderr }) => stderr.includes('there is an instance "coveted" already'))).toHaveLength(5);
    await here.rr("rm", "-f", "coveted");
    expect(here.machines()).toEqual([]);
  });

  test("starting and removing one name over and over", async () => {
    const rounds = await Promise.all(Array.from({ length: 4 }, async () => {
      const ends = [];
      for (let round = 0; round < 3; round++) {
        ends.push(await here.rr("run", "qemu", "--accel", "tcg", "--detach", "--name", "fought", here.image), await here.rr("rm", "-f", "fought"));
      }
      return ends;
    }));
    // Somebody may have removed it, even while it was starting; nothing else may go wrong.
    const strange = rounds.flat().filter(({ exitCode, stderr }) => exitCode !== 0 && !/there is (an instance "fought" already|no instance "fought")|removed meanwhile|ended before its program began/.test(stderr));
    expect(strange).toEqual([]);
    await here.rr("rm", "-f", "fought");
    await expect.poll(() => here.machines(), GONE).toEqual([]);
  }, 180_000);
});

describe("a place that takes no more", () => {
  test.each([
    ["a file where the folder should be", "/etc/passwd", /part of the path is a file/],
    ["a place where nothing can be made", "/proc/rr", /\/proc\/rr/],
  ])("%s", async (_, state, message) => {
    const { exitCode, stderr } = await command(RR, ["run", "qemu", "--accel", "tcg", "--detach", here.image], { env: { RR_STATE: state } });
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nnext: /);
    expect(here.machines()).toEqual([]);
  });

  /** Run a shell script as in a folder of so many bytes, in a namespace of its own where that is allowed. */
  async function onSmallDisk(size: string, script: string, context: { skip: (condition: boolean, note: string) => void }): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    const allowed = await command("unshare", ["-rm", "true"]);
    context.skip(allowed.exitCode !== 0, "a small file system of one's own needs a mount namespace");
    const small = await mkdtemp(join(here.directory, "small-"));
    const whole = `mount -t tmpfs -o size=${size} tmpfs "$SMALL" || exit 99; ${script}`;
    return command("unshare", ["-rm", "sh", "-c", whole], { env: { SMALL: small, RR_STATE: join(small, "state"), RR, IMAGE: here.image } });
  }

  test("a full disk when it is to be started: said, and nothing is left", async (context) => {
    const { stdout, stderr } = await onSmallDisk("8k", '$RR run qemu --accel tcg --detach --name full "$IMAGE"; echo "status $?"; $RR ps -aq; ls -A "$SMALL/state/instances"', context);
    expect(stdout).toBe("status 125\n");
    expect(stderr).toMatch(/no space left.*\nnext: /);
  });

  test("a disk that becomes full while it runs: the program goes on, its end is known", async (context) => {
    const script = 'set -e; $RR run qemu --accel tcg --detach --name fill "$IMAGE"; dd if=/dev/zero of="$SMALL/ballast" bs=4k 2>/dev/null || true; ' +
      '$RR kill -s USR1 fill; rm "$SMALL/ballast"; $RR kill -s USR1 fill; $RR stop fill; $RR wait fill; $RR logs fill >/dev/null';
    const { exitCode, stdout, stderr } = await onSmallDisk("400k", script, context);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: "fill\nfill\nfill\nfill\n3\n" });
  });
});
