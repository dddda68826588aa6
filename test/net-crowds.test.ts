/** Clients that flood, dawdle or take all there is: honest ones are served meanwhile, and what was used up comes back. */
import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildAttack, KEPT_KILOBYTES, Served } from "./net/fuzz/image.js";
import { command, INSIDE, labProblem, workshop } from "./net/lab.js";

const directory = await workshop();
const problem = labProblem(directory);
beforeAll(async () => {
  if (problem === undefined) await buildAttack(directory);
}, 600_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Connections that stay until `end`. */
async function hold(argv: readonly string[]): Promise<{ end: () => Promise<void> }> {
  const [file = "", ...args] = argv;
  const child: ChildProcess = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], timeout: 100_000, killSignal: "SIGKILL" });
  let said = "";
  child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    if (child.stdout !== null) createInterface(child.stdout).once("line", () => resolve());
    void ended.then(() => reject(new Error(`the crowd has gone: ${said}`)));
  });
  return {
    end: () => {
      child.stdin?.end();
      return ended;
    },
  };
}

describe.skipIf(problem !== undefined)("crowds", () => {
  let served: Served;
  beforeAll(async () => {
    served = await Served.start(directory);
  }, 600_000);
  afterAll(() => served?.end());

  it.each(["syn", "rst"])("a flood of %s segments", async (kind) => {
    let over = false;
    const flood = served.storm(kind, 30_000).finally(() => (over = true));
    do {
      await served.echo(3, 10_000);
    } while (!over);
    await flood;
    await served.echo(10, 10_000);
  });

  it.each([
    ["slow", 300],
    ["half", 300],
    ["greedy", 40],
  ])("%s clients", async (kind, count) => {
    const before = await served.ask();
    const crowd = await hold(served.client(kind, count));
    await served.echo(10, 20_000);
    await crowd.end();
    await served.ask("close");
    const after = await served.askUntil(({ free, open }) => open === 0 && free >= before.free - KEPT_KILOBYTES);
    expect(after.open).toBe(0);
    expect(after.free).toBeGreaterThanOrEqual(before.free - KEPT_KILOBYTES);
    await served.echo(5, 20_000);
  });

  it("clients that come and go", async () => {
    const before = await served.ask();
    const churn = await command(served.client("churn", 600));
    expect(churn, churn.stderr).toMatchObject({ exitCode: 0 });
    await served.echo(5, 20_000);
    const after = await served.askUntil(({ free, open }) => open === 0 && free >= before.free - KEPT_KILOBYTES);
    expect(after.open).toBe(0);
    expect(after.free).toBeGreaterThanOrEqual(before.free - KEPT_KILOBYTES);
  });
});

it.skipIf(problem !== undefined)("a client whose card has another address from one moment to the next is found again", async () => {
  const served = await Served.start(directory);
  const ip = async (...words: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await command(served.lab.outside(["ip", ...words]));
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  try {
    await served.echo(1, 20_000);
    const guest = / lladdr ([0-9a-f:]+) /.exec(await ip("neigh", "show", INSIDE))?.[1] ?? "";
    await ip("link", "set", "dev", "out0", "address", "52:54:00:77:77:77");
    // The host does not ask who the guest is, which would tell it.
    await ip("neigh", "replace", INSIDE, "lladdr", guest, "nud", "permanent", "dev", "out0");
    const { exitCode, stdout, stderr } = await command(served.client("echo", 1, 20_000));
    expect(exitCode, stderr).toBe(0);
    // Its answers are repeated after 1, 3, 7, ... seconds; an address that is not doubted is good for 30.
    expect(Number(/took (\d+)/.exec(stdout)?.[1])).toBeLessThan(20_000);
  } finally {
    await served.end();
  }
});

describe.skipIf(problem !== undefined)("what is used up", () => {
  it("descriptors: accept fails, and goes on when there are some again", async () => {
    const served = await Served.start(directory, { descriptors: 40 });
    try {
      const crowd = await hold(served.client("idle", 60));
      // Who comes now waits in the queue; it is served when the crowd has gone.
      const late = served.echo(3, 10_000);
      await crowd.end();
      await late;
      const { refused } = await served.ask();
      expect(refused).toBeGreaterThan(0);
    } finally {
      await served.end();
    }
  });

  it.each([
    ["memory: clients that take it and read nothing, on a machine of 10 MiB", "greedy", 10, 0],
    ["packet memory: clients whose requests are not read, because they take no answers; others are served", "stuff", 32, 10],
  ])("%s", async (_, kind, memoryMb, othersMeanwhile) => {
    const served = await Served.start(directory, { memoryMb });
    try {
      const before = await served.ask();
      const crowd = await hold(served.client(kind, 100));
      if (othersMeanwhile > 0) await served.echo(othersMeanwhile, 20_000);
      await crowd.end();
      await served.ask("close");
      const after = await served.askUntil(({ free }) => free >= before.free - KEPT_KILOBYTES);
      expect(after.free).toBeGreaterThanOrEqual(before.free - KEPT_KILOBYTES);
      await served.echo(5, 20_000);
    } finally {
      await served.end();
    }
  });

  it("10,000 idle connections, and others are served", async () => {
    const served = await Served.start(directory, { memoryMb: 128, descriptors: 10_100 });
    try {
      const before = await served.ask();
      const crowd = await hold(served.client("idle", 10_000));
      const during = await served.ask();
      expect(during.open).toBe(10_000);
      await served.echo(10, 50_000);
      const each = ((before.free - during.free) * 1024) / 10_000;
      process.stderr.write(`${Math.round(each)} bytes of memory for an idle connection\n`);
      expect(each).toBeLessThan(4096);
      await crowd.end();
      const after = await served.askUntil(({ free, open }) => open === 0 && free >= before.free - 3 * KEPT_KILOBYTES);
      expect(after.open).toBe(0);
      // Tables for descriptors and connections stay as large as they were needed.
      expect(after.free).toBeGreaterThanOrEqual(before.free - 3 * KEPT_KILOBYTES);
      await served.echo(5, 20_000);
    } finally {
      await served.end();
    }
  });
});
