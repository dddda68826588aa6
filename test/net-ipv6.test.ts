/** IPv6 and groups between an image and a Linux host, over a link of their own; and addresses from QEMU's user network. */
import { spawn } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bake, prefixDirectory, run } from "rr";
import { boot, build, type Guest } from "./net/guest.js";
import { command, Lab, labProblem, workshop } from "./net/lab.js";

const directory = await workshop();
const problem = labProblem(directory);
if (problem !== undefined) {
  process.stderr.write(`no network with a Linux host here, its tests are skipped: ${problem}\n`);
}
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let program: string;
let image: string;
beforeAll(async () => {
  ({ program, image } = await build(directory, "six"));
}, 600_000);

/** The guest's, by its card's address (test/net/lab.ts). */
const INTERFACE_ID = "5054:ff:fe4c:4142";

/** A lab with an agent on either side, which do as they are told. */
class Pair {
  private readonly counts = { inside: 0, outside: 0 };
  private constructor(readonly lab: Lab, readonly guest: Guest, private readonly host: HostAgent, readonly outsideAddress: string) {}

  static async make(trouble = "", { bin = image, own = [] as readonly string[] } = {}): Promise<Pair> {
    const lab = await Lab.make(directory, "qemu", 1, trouble);
    const { stdout } = await command(lab.outside([program, "settle"]));
    for (const address of own) await command(lab.outside([program, "own", "out0", address]));
    const host = new HostAgent(lab.outside([program, "agent"]));
    const guest = boot(lab, bin, ["agent"]);
    await Promise.all([host.says(/^ready$/m), guest.says(/^ready$/m)]);
    return new Pair(lab, guest, host, /^address (\S+)%/.exec(stdout)?.[1] ?? stdout);
  }

  /** What an agent says to a command. */
  inside(words: string): Promise<string> {
    return this.ask("inside", this.guest, words);
  }
  outside(words: string): Promise<string> {
    return this.ask("outside", this.host, words);
  }
  private async ask(side: "inside" | "outside", agent: Pick<Guest, "says" | "tell">, words: string): Promise<string> {
    const count = ++this.counts[side];
    agent.tell(`${words}\n`);
    return (await agent.says(new RegExp(`^${count} (.*)\\n`, "m")))[1] ?? "";
  }

  async end(): Promise<readonly string[]> {
    this.guest.tell("end\n");
    const { log } = await this.guest.ended;
    await this.leave();
    return log;
  }

  async leave(): Promise<void> {
    this.host.stop();
    await this.guest.stop();
    await this.lab.end();
  }
}

class HostAgent {
  private readonly child;
  private text = "";
  private readonly listeners = new Set<() => void>();
  private readonly ended: Promise<void>;
  constructor([file = "", ...args]: readonly string[]) {
    this.child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"], timeout: 110_000 });
    this.ended = new Promise((resolve) => this.child.once("close", () => resolve()));
    this.child.stdin.on("error", () => {});
    this.child.stdout.on("data", (data: Buffer) => {
      this.text += data.toString();
      this.listeners.forEach((look) => look());
    });
  }
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.text);
        if (match === null) return;
        this.listeners.delete(look);
        resolve(match);
      };
      this.listeners.add(look);
      look();
      void this.ended.then(() => reject(new Error(`the host's agent ended before it said ${pattern}: ${this.text}`)));
    });
  }
  tell(text: string): void {
    this.child.stdin.write(text);
  }
  stop(): void {
    this.child.stdin.end();
  }
}

async function withPair(how: { trouble?: string; bin?: string; own?: string[] }, steps: (pair: Pair) => Promise<void>): Promise<readonly string[]> {
  const pair = await Pair.make(how.trouble, how);
  try {
    await steps(pair);
    return await pair.end();
  } catch (error) {
    await pair.leave();
    throw error;
  }
}

describe.skipIf(problem !== undefined)("IPv6 between an image and Linux", () => {
  it("link-local addresses: streams, datagrams whole and in fragments, echo, both ways", async () => {
    await withPair({}, async (pair) => {
      expect(await pair.inside("wait fe80::")).toBe(`address fe80::${INTERFACE_ID}%eth0/64`);
      for (const [from, to] of [["inside", `${pair.outsideAddress}%eth0`], ["outside", `fe80::${INTERFACE_ID}%out0`]] as const) {
        expect(await pair[from](`tcp ${to} 300000`)).toBe("tcp: 300000 bytes, intact 1");
        for (const size of [1, 1452, 1453, 5000, 60000]) {
          expect(await pair[from](`udp ${to} ${size}`)).toBe(`udp: ${size} bytes, intact 1`);
        }
      }
      for (const size of [0, 56, 1400, 8000]) {
        expect(await pair.outside(`ping fe80::${INTERFACE_ID}%out0 ${size}`)).toBe(`ping: ${size} bytes, intact 1`);
        expect(await pair.inside(`ping ${pair.outsideAddress}%eth0 ${size}`)).toBe(`ping: ${size} bytes, intact 1`);
      }
    });
  }, 120_000);

  it("what routers advertise: addresses, their end, the way out, the MTU", async () => {
    await withPair({ own: ["fd77:1::1"] }, async (pair) => {
      expect(await pair.inside("tcp 2001:db8::1 1")).toBe("tcp: Network unreachable");
      expect(await pair.outside("advertise out0 fd77:1:: 86400 14400 1800 1400")).toBe("advertise: ok");
      expect(await pair.inside("wait fd77:1:")).toBe(`address fd77:1::${INTERFACE_ID}/64`);
      expect(await pair.inside("tcp fd77:1::1 200000")).toBe("tcp: 200000 bytes, intact 1");
      expect(await pair.outside(`tcp fd77:1::${INTERFACE_ID} 200000`)).toBe("tcp: 200000 bytes, intact 1");
      expect(await pair.outside(`udp fd77:1::${INTERFACE_ID} 3000`)).toBe("udp: 3000 bytes, intact 1");
      // Nobody is at this address of the link.
      expect(await pair.inside("tcp fd77:1::dead 1")).toBe("tcp: Host is unreachable");
      // Through the router, which has this address, too.
      expect(await pair.outside("own out0 2001:db8::1")).toBe("own: ok");
      expect(await pair.inside("tcp 2001:db8::1 1000")).toBe("tcp: 1000 bytes, intact 1");
      // A second prefix, whose end no advertisement can hasten beyond two hours; and no router any more.
      expect(await pair.outside("advertise out0 fd77:2:: 1 1 0 1500")).toBe("advertise: ok");
      expect(await pair.inside("gone fd77:2:")).toBe("fd77:2:: gone");
      expect(await pair.outside("advertise out0 fd77:1:: 1 0 0 1500")).toBe("advertise: ok");
      expect(await pair.inside("tcp 2001:db8::1 1")).toBe("tcp: Network unreachable");
      expect(await pair.inside("wait fd77:1:")).toBe(`address fd77:1::${INTERFACE_ID}/64`);
    });
  }, 120_000);

  it("addresses that the image was baked with", async () => {
    const bin = join(directory, "static.bin");
    const net = [
      { method: "static", addr: "10.77.0.2", mask: "24", gw: "10.77.0.1" },
      { if: "eth0", type: "inet6", method: "static", addr: "fd77:3::2", mask: "64", gw: "fd77:3::1" },
    ] as const;
    await bake({ config: "hw_generic", out: bin, apps: [program], prefix: prefixDirectory(), launch: { net } });
    await withPair({ bin, own: ["fd77:3::1"] }, async (pair) => {
      expect(await pair.inside("wait fd77:3:")).toBe("address fd77:3::2/64");
      expect(await pair.inside("tcp fd77:3::1 5000")).toBe("tcp: 5000 bytes, intact 1");
      expect(await pair.inside("tcp 10.77.0.1 5000")).toBe("tcp: 5000 bytes, intact 1");
      // Configured by hand, a card does not follow routers.
      await pair.outside("advertise out0 fd77:4:: 86400 14400 1800 1400");
      expect(await pair.outside("ping fd77:3::2 56")).toBe("ping: 56 bytes, intact 1");
      expect(await pair.inside("gone fd77:4:")).toBe("fd77:4:: gone");
    });
  }, 120_000);

  it("an address that somebody else has is not used", async () => {
    const log = await withPair({ own: [`fe80::${INTERFACE_ID}`] }, async (pair) => {
      expect(await pair.inside("gone fe80:")).toBe("fe80:: gone");
    });
    expect(log.join("\n")).toContain("eth0: somebody else on the network has the address fe80:0:0:0:5054:ff:fe4c:4142");
  }, 120_000);

  it("a path that takes less than its first link", async () => {
    await withPair({ trouble: "mtu=1320", own: ["fd77:5::1"] }, async (pair) => {
      await pair.outside("advertise out0 fd77:5:: 86400 14400 1800 1500");
      await pair.inside("wait fd77:5:");
      expect(await pair.inside("tcp fd77:5::1 300000")).toBe("tcp: 300000 bytes, intact 1");
      expect(await pair.inside("udp fd77:5::1 1400")).toBe("udp: 1400 bytes, intact 1");
    });
  }, 120_000);

  it("groups: who is in one gets what is sent to it, and routers that ask hear of it", async () => {
    await withPair({}, async (pair) => {
      for (const group of ["ff12::77", "239.7.7.7"]) {
        const other = group.replace(/7$/, "8");
        expect(await pair.inside(`join ${other} eth0`)).toBe("join: ok");
        expect(await pair.inside(`join ${group} eth0`)).toBe("join: ok");
        expect(await pair.outside(`say ${group} out0 first`)).toBe("say: ok");
        expect(await pair.inside("hear")).toBe("heard: first");
        expect(await pair.inside(`say ${group} eth0 itself`)).toBe("say: ok");
        expect(await pair.inside("hear")).toBe("heard: itself");
        expect(await pair.outside(`query out0 ${group}`)).toBe(`reported by ${group.includes(":") ? 143 : 0x22}`);
        expect(await pair.outside(`query out0 ${group} old`)).toBe(`reported by ${group.includes(":") ? 131 : 0x16}`);
        expect(await pair.inside(`leave ${group} eth0`)).toBe("leave: ok");
        expect(await pair.outside(`say ${group} out0 second`)).toBe("say: ok");
        // What comes later through another group says that the second has been passed over, and is not on its way.
        expect(await pair.outside(`say ${other} out0 later`)).toBe("say: ok");
        expect(await pair.inside("hear")).toBe("heard: later");
        expect(await pair.inside(`join ${group} eth0`)).toBe("join: ok");
        expect(await pair.outside(`say ${group} out0 third`)).toBe("say: ok");
        expect(await pair.inside("hear")).toBe("heard: third");
      }
    });
  }, 120_000);
});

it("an address from QEMU's user network, and a connection to this host's ::1", async () => {
  const server = createServer((socket) => socket.pipe(socket));
  const listening = await new Promise<boolean>((resolve) => server.once("error", () => resolve(false)).listen(4000, "::1", () => resolve(true)));
  const stdout = new PassThrough();
  const stdin = new PassThrough();
  let text = "";
  stdout.on("data", (data: Buffer) => (text += data.toString()));
  stdin.end(`wait fec0:\n${listening ? "tcp fec0::2 100000\n" : ""}end\n`);
  const { exitCode } = await run({ image, args: ["agent"], accel: "tcg", nets: ["user"], timeoutSeconds: 90, stdout, stdin });
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  expect(exitCode).toBe(0);
  expect(text).toContain("1 address fec0::5054:ff:fe12:3456/64\n");
  if (listening) expect(text).toContain("2 tcp: 100000 bytes, intact 1\n");
}, 120_000);

it("a port published on ::1 leads to the image", async ({ skip }) => {
  const probe = createServer();
  const port = await new Promise<number>((resolve) => probe.once("error", () => resolve(0)).listen(0, "::1", () => resolve((probe.address() as AddressInfo).port)));
  await new Promise<void>((resolve) => void probe.close(() => resolve()));
  skip(port === 0, "this host has no ::1");
  const stdout = new PassThrough();
  const stdin = new PassThrough();
  let text = "";
  const ready = new Promise<void>((resolve) =>
    stdout.on("data", (data: Buffer) => {
      text += data.toString();
      if (text.includes("ready\n")) resolve();
    }),
  );
  const running = run({ image, args: ["agent"], accel: "tcg", publish: [`[::1]:${port}:4000`], timeoutSeconds: 90, stdout, stdin });
  await Promise.race([ready, running]);
  const answers = await Promise.all(Array.from({ length: 8 }, (_each, index) => echo(port, `message ${index}`)));
  expect(answers).toEqual(Array.from({ length: 8 }, (_each, index) => `message ${index}`));
  stdin.end("end\n");
  expect((await running).exitCode).toBe(0);
}, 120_000);

function echo(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = connect({ host: "::1", port }, () => client.write(text));
    client.setTimeout(30_000, () => client.destroy(new Error("no answer")));
    client.once("data", (data) => {
      client.destroy();
      resolve(data.toString());
    });
    client.once("error", reject);
  });
}

it("an image without IPv6 has no AF_INET6, and is smaller", async () => {
  const bin = join(directory, "v4.bin");
  const { size } = await bake({ config: "hw_generic", commands: ["remove ip6"], out: bin, apps: [program], prefix: prefixDirectory() });
  expect(size).toBeLessThan(statSync(image).size - 15_000);
  const stdout = new PassThrough();
  let text = "";
  stdout.on("data", (data: Buffer) => (text += data.toString()));
  await run({ image: bin, args: ["tcp", "::1", "1"], accel: "tcg", nets: ["none"], timeoutSeconds: 60, stdout });
  expect(text).toBe("tcp: Address family not supported by protocol\n");
}, 120_000);
