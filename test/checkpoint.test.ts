/** `rr bake --checkpoint`: images of programs that have started, and machines that go on from them. */
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, rr } from "./cli/rr.js";
import { freePort } from "./free-port.js";
import { bakeFixture, FIXTURES, runGuest } from "./run/guests.js";
import { GCC } from "./toolchain/tools.js";

let directory: string;
let image: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-checkpoint-"));
  image = join(directory, "waits.bin");
  await compile("waits");
  const { exitCode, stdout, stderr } = await rr(["bake", "-q", "--checkpoint", "-M", "16", "hw_generic", image, join(directory, "waits"), "--", "Somebody"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  // There is no card while the program starts, and what it says then is said once.
  expect(stdout).toContain("  Somebody started, at none\n");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function compile(name: string): Promise<void> {
  const { exitCode, stderr } = await command(GCC, ["-O2", "-pthread", "-o", join(directory, name), join(FIXTURES, `${name}.c`)]);
  expect(exitCode, stderr).toBe(0);
}

/** The answers of one machine to these questions; the last one ends it with 7. */
async function ask(questions: readonly string[], ...flags: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await rr(["run", "qemu", "-i", "--timeout", "60", "--accel", "tcg", ...flags, image], { input: [...questions, "7", ""].join("\n") });
  expect(exitCode, stderr).toBe(7);
  return stdout.trimEnd().split("\n");
}

describe("a machine that goes on from a checkpoint", () => {
  test.each(["microvm", "q35", "pc"])("has its own time, card and name, and what was there before, on %s", async (machine) => {
    const [time, ...others] = await ask(["time", "address", "host", "third", "ticks"], "--machine", machine, "--hostname", "box");
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
    expect(others.slice(0, 3)).toEqual(["10.0.2.15", "box", "0.667"]);
    // Its other thread sleeps a tenth of a second at a time, and wakes.
    expect(Number(others[3])).toBeGreaterThan(0);
  });

  test("does not draw the numbers that another one draws", async () => {
    const [first, second] = [await ask(["random", "random"]), await ask(["random", "random"])];
    expect(first.every((line) => /^8 [0-9a-f]{16}$/.test(line))).toBe(true);
    expect(new Set([...first, ...second]).size).toBe(4);
  });

  test("has the addresses it is given, and as much memory as it wants or more", async () => {
    expect(await ask(["address"], "-M", "100", "--net", "user", "-W", "eth0,inet,static,10.0.2.77/24")).toEqual(["10.0.2.77"]);
    expect(await ask(["address"], "--net", "none")).toEqual(["none"]);
  });

  test("serves those who come, and is an instance like others", async () => {
    const port = await freePort();
    const state = { env: { RR_STATE: join(directory, "state") } };
    const started = await rr(["run", "qemu", "--detach", "--name", "started", "-P", `${port}:80`, "--accel", "tcg", image], state);
    expect(started).toMatchObject({ exitCode: 0, stdout: "started\n" });
    try {
      expect(await line(port, "third\n")).toBe("0.667\n");
      expect(await line(port, "address\n")).toBe("10.0.2.15\n");
    } finally {
      expect((await rr(["kill", "started"], state)).exitCode).toBe(0);
      await rr(["rm", "-f", "started"], state);
    }
  });

  test("says where it has crashed", async () => {
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", "--timeout", "60", image], { input: "crash\n" });
    expect(exitCode).toBe(139);
    expect(stderr).toMatch(/#0 .* answer/);
    expect(stderr).toMatch(/usleep/);
  });

  test("can be audited as others", async () => {
    const { exitCode, stdout, stderr } = await rr(["audit", "-q", image]);
    expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: "" });
  });

  test("is told when it lacks what the program may have found on the processor", async () => {
    const { exitCode, events } = await runGuest(image, { qemuArgs: ["-cpu", "qemu64"] });
    expect(exitCode).toBe(125);
    expect(events).toContainEqual({ kind: "log", text: expect.stringContaining("a processor with instructions that this one lacks") });
  });
});

describe("what cannot be", () => {
  test.each<[string[], RegExp]>([
    [["-e", "A=b"], /has started already .*an environment \(-e\) would come too late/],
    [["--strace"], /--strace would come too late/],
    [["--program", "waits"], /a program to run would come too late/],
    [["-M", "8"], /checkpoint of a machine with 16 MB, more than the guest's 8 MB/],
  ])("a run with %j", async (flags, message) => {
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", ...flags, image]);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(message);
  });

  test("a run that is told more than there is room for", async () => {
    const hosts = Array.from({ length: 60 }, (_, index) => ["--add-host", `neighbour-number-${index}:192.0.2.${index}`]).flat();
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", ...hosts, image]);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/takes \d+ bytes, more than the 1024 there is room for .*\nnext: fewer --add-host/);
  });

  test("a run with arguments", async () => {
    expect(await rr(["run", "qemu", "-i", image, "--", "x"])).toMatchObject({ exitCode: 125, stderr: expect.stringContaining("arguments would come too late") });
  });

  test("a checkpoint of a program that ends, which leaves nothing behind", async () => {
    const out = join(directory, "ends.bin");
    await writeFile(join(directory, "ends.c"), '#include <stdio.h>\nint main(void) { puts("that was all"); return 3; }\n');
    await command(GCC, ["-o", join(directory, "ends"), join(directory, "ends.c")]);
    const { exitCode, stderr } = await rr(["bake", "-q", "--checkpoint", "hw_generic", out, join(directory, "ends")]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/ends never waited for anything from outside: ends ended with exit code 3; the last it printed:\nthat was all\n/);
    expect((await readdir(directory)).filter((name) => name.startsWith("ends.bin"))).toEqual([]);
  });

  test("memory for a machine that there is none of", async () => {
    expect(await rr(["bake", "-M", "16", "hw_generic", join(directory, "x.bin"), join(directory, "waits")])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--checkpoint") });
  });
});

test("an image is as large as the memory in use, and whole", async () => {
  const { size } = await stat(image);
  expect(size).toBeGreaterThan(100_000);
  expect(size).toBeLessThan(3_000_000);
  const plain = await stat(await bakeFixture(directory, "waits", ["-pthread"]));
  expect(size).toBeGreaterThan(plain.size / 2);
});

function line(port: number, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(question));
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk)).on("end", () => resolve(text)).on("error", reject);
    socket.setTimeout(30_000, () => socket.destroy(new Error("no answer")));
  });
}
