/** Cards and addresses as `rr run` gives them to a machine: which, by themselves or asked for; what Rumprun's -I and -W mean; captures. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, type GuestUsage, type RunOptions, type RunningGuest } from "../src/run/index.js";
import { freePort } from "./free-port.js";
import { rr, type Ended } from "./cli/rr.js";
import { bakeFixture } from "./run/guests.js";

let directory: string;
let image: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-network-"));
  image = await bakeFixture(directory, "cards");
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

function cards(...flags: string[]): Promise<Ended> {
  return rr(["run", "qemu", "-i", "--accel", "tcg", "--timeout", "90", ...flags, image], { cwd: directory });
}

const LO = "lo 127.0.0.1/8\n";
const USER = "eth0 10.0.2.15/24\n";
const DNS = "nameserver 10.0.2.3\n";

describe("addresses", () => {
  test("a program that uses the network has a card on the user network, and need not ask for its address", async () => {
    expect(await cards()).toMatchObject({ exitCode: 0, stdout: LO + USER + DNS, stderr: "" });
  });

  test("--net none: no card", async () => {
    expect((await cards("--net", "none")).stdout).not.toContain("eth");
  });

  test("several cards, each on a network of its own", async () => {
    expect((await cards("--net", "user", "--net", "user")).stdout).toBe(`${LO}${USER}eth1 10.0.3.15/24\n${DNS}nameserver 10.0.3.3\n`);
  });

  test("-I makes cards, -W says their addresses", async () => {
    const { stdout } = await cards("-I", "web,vioif,-net user,net=10.9.0.0/16", "-I", "db,vioif", "-W", "web,inet,static,10.9.0.7/16,10.9.0.2");
    expect(stdout).toBe(`${LO}eth0 10.9.0.7/16\neth1 10.0.2.15/24\n${DNS}`);
    expect((await cards("-W", "eth0,inet,static,10.0.2.99/24")).stdout).toContain("eth0 10.0.2.99/24\n");
  });

  test("the launch file's win over the network's", async () => {
    expect((await cards("--rc", '{"net": {"if": "vioif0", "type": "inet", "method": "static", "addr": "10.0.2.77", "mask": "24"}}')).stdout).toContain("eth0 10.0.2.77/24\n");
  });

  test("an image that was baked with addresses keeps them", async () => {
    const own = join(directory, "own.bin");
    const baked = await rr(["bake", "--rc", '{"net": {"method": "static", "addr": "10.0.2.66", "mask": "24"}}', "hw_generic", own, join(directory, "cards")]);
    expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
    expect((await rr(["run", "qemu", "-i", "--accel", "tcg", "--timeout", "90", own])).stdout).toContain("eth0 10.0.2.66/24\n");
    expect(JSON.parse((await rr(["inspect", own])).stdout)).toMatchObject([
      { image: own, kind: "image", programs: ["cards"], network: true, defaults: { net: [{ method: "static", addr: "10.0.2.66", mask: "24" }] } },
    ]);
  });
});

describe("what is wrong is said before anything starts", () => {
  test.each([
    [["--net", "tap:rr-nosuch"], 'no interface "rr-nosuch"', "ip tuntap add rr-nosuch"],
    [["--net", "bridge:rr-nosuch"], 'no interface "rr-nosuch"', "ip link add rr-nosuch"],
    [["--net", "none", "--pcap", "x.pcap"], "no network card", "--net"],
    [["--pcap", "/no/such/folder/x.pcap"], "/no/such/folder/x.pcap", "check the path"],
    [["-I", "web,xenif"], 'no driver "xenif"', "web,vioif"],
    [["-I", "web,vioif", "-W", "wbe,inet,dhcp"], '"wbe"', 'did you mean "web"'],
    [["-W", "eth0,inet,static,10.0.0.1"], '"10.0.0.1" is no inet address', "10.0.120.10/24"],
    [["--net", "none", "-W", "eth0,inet,dhcp"], "eth0", "--net makes one"],
  ])("%j", async (flags, message, next) => {
    const { exitCode, stdout, stderr } = await cards(...flags);
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.slice(stderr.indexOf("\nnext: "))).toContain(next);
  });
});

/** The frames of a capture file (pcap, little-endian); throws when the last one is cut off. */
function frames(file: Buffer): Buffer[] {
  expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
  const found = [];
  for (let at = 24; at < file.length; ) {
    const size = file.readUInt32LE(at + 8);
    expect(at + 16 + size).toBeLessThanOrEqual(file.length);
    found.push(file.subarray(at + 16, at + 16 + size));
    at += 16 + size;
  }
  return found;
}

describe("--pcap", () => {
  test("has every frame of a machine that has ended, and the guest announces its address", async () => {
    const file = join(directory, "one, with a comma.pcap");
    const port = await freePort();
    let asked: Promise<string> | undefined;
    const result = await run({
      image, accel: "tcg", args: ["1"], publish: [`${port}:80`], pcap: file, timeoutSeconds: 90,
      // From the first moment on: who comes too early is refused, not left waiting.
      events: (event) => void (event.kind === "started" && (asked = answer(port))),
    });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(await asked).toBe("hi\n");
    const all = frames(await readFile(file));
    const announced = all.filter((frame) => frame.readUInt16BE(12) === 0x0806 && frame.readUInt32BE(28) === 0x0a00020f && frame.readUInt32BE(38) === 0x0a00020f);
    expect(announced.length).toBeGreaterThan(0);
    expect(all.some((frame) => frame.includes("hi\n"))).toBe(true);
  });

  test("of several cards: a file each", async () => {
    expect(await cards("--net", "user", "--net", "user", "--pcap", "two.pcap")).toMatchObject({ exitCode: 0 });
    for (const name of ["two-eth0.pcap", "two-eth1.pcap"]) {
      expect(frames(await readFile(join(directory, name))).length).toBeGreaterThan(0);
    }
  });
});

test("the guest says what it uses", async () => {
  let guest: RunningGuest | undefined;
  const told: (GuestUsage | undefined)[] = [];
  const result = await run({
    image, accel: "tcg", args: ["1"], timeoutSeconds: 90,
    guest: (running) => (guest = running),
    events: (event) => {
      if (event.kind !== "booted") return;
      void guest?.usage().then((usage) => {
        told.push(usage);
        guest?.end({ exitCode: 0, reason: "known" });
      });
    },
  });
  expect(result).toMatchObject({ exitCode: 0, reason: "known" });
  expect(told).toEqual([{ memoryBytes: expect.any(Number), freeBytes: expect.any(Number), cards: [expect.objectContaining({ name: "eth0" })] }]);
  expect(told[0]?.memoryBytes).toBeGreaterThan(60 << 20);
  expect(told[0]?.freeBytes).toBeLessThan(told[0]?.memoryBytes ?? 0);
});

/** What the port answers, once it does. */
async function answer(port: number): Promise<string> {
  for (;;) {
    const text = await new Promise<string>((resolve) => {
      let got = "";
      const socket = connect(port, "127.0.0.1");
      socket.on("data", (data: Buffer) => (got += data.toString()));
      socket.on("error", () => {});
      socket.on("close", () => resolve(got));
    });
    if (text !== "") return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("clients of a published port who wait in a short queue are all served", async () => {
  const count = 24;
  const port = await freePort();
  const clients: Promise<string>[] = [];
  const result = await run({
    image: await bakeFixture(directory, "queue"), accel: "tcg", args: [String(count)], publish: [`${port}:80`], timeoutSeconds: 90,
    // The first output is that it listens.
    stdout: new Writable({
      write(_, __, done) {
        for (let index = clients.length; index < count; index++) clients.push(echoed(port, `${index}\n`));
        done();
      },
    }),
  });
  expect(result).toMatchObject({ exitCode: 0 });
  expect(await Promise.all(clients)).toEqual(Array.from({ length: count }, (_, index) => `${index}\n`));
}, 120_000);

/** What a connection that says `line` hears until its end. */
function echoed(port: number, line: string): Promise<string> {
  return new Promise((resolve) => {
    let got = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(line));
    socket.on("data", (data: Buffer) => (got += data.toString()));
    socket.on("error", (error) => (got += error.message));
    socket.on("close", () => resolve(got));
  });
}

/** TCP's payload bytes in an Ethernet frame of IPv4; undefined in others, and in segments that are more than an acknowledgement. */
function payload(frame: Buffer): number | undefined {
  if (frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 6) return undefined;
  const ip = ((frame[14] ?? 0) & 15) * 4;
  const [offset = 0, flags] = frame.subarray(14 + ip + 12);
  return (flags ?? 0) & 0b111 ? undefined : frame.readUInt16BE(16) - ip - (offset >> 4) * 4;
}

/** Talk with the image that echoes, over a published port: its frames, and those for it. */
async function captured(sizes: readonly number[], options: Partial<RunOptions> = {}): Promise<{ guests: Buffer[]; others: Buffer[] }> {
  const file = join(directory, "echo.pcap");
  const port = await freePort();
  let talk: Promise<number[]> | undefined;
  const result = await run({
    image: await bakeFixture(directory, "echo"), accel: "tcg", publish: [`${port}:80`], pcap: file, timeoutSeconds: 90, ...options,
    stdout: new Writable({
      write(_, __, done) {
        talk ??= conversation(port, sizes);
        done();
      },
    }),
  });
  expect(result).toMatchObject({ exitCode: 0 });
  expect(await talk).toEqual(sizes);
  const all = frames(await readFile(file));
  const guests = all.filter((frame) => frame.subarray(6, 12).equals(Buffer.from([0x52, 0x54, 0, 0x12, 0x34, 0x56])));
  return { guests, others: all.filter((frame) => !guests.includes(frame)) };
}

test("on a published port answers carry their acknowledgements, and frames are large", async () => {
  const rounds = 40;
  const { guests, others } = await captured([...Array.from({ length: rounds }, () => 600), 200_000]);
  const replies = guests.map(payload).filter((length) => length !== undefined);
  // What is received and read within those rounds needs no segment of its own: libslirp does not scale windows, so ours stays as large as it can say.
  expect(replies.slice(0, replies.findLastIndex((length) => length === 600)).filter((length) => length === 0).length).toBeLessThan(rounds / 2);
  expect(Math.max(...replies.map(Number))).toBeGreaterThan(8_000);
  expect(Math.max(...others.map((frame) => payload(frame) ?? 0))).toBeGreaterThan(8_000);
}, 120_000);

test("a small machine takes all it has promised to take", async () => {
  const { others } = await captured([2_000_000], { memoryMb: 3 });
  const numbers = others.filter((frame) => (payload(frame) ?? 0) > 1).map((frame) => frame.readUInt32BE(14 + 20 + 4));
  expect(numbers.length).toBeGreaterThan(100);
  expect(new Set(numbers).size).toBe(numbers.length);
}, 120_000);

/** Say so many bytes at a time, each when the last have come back: how many came back each time. */
function conversation(port: number, sizes: readonly number[]): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const back: number[] = [];
    let got = 0;
    const say = (): void => {
      got = 0;
      const size = sizes[back.length];
      if (size === undefined) socket.end();
      else socket.write(Buffer.alloc(size, 0x61 + (back.length % 26)));
    };
    const socket = connect(port, "127.0.0.1", say);
    socket.setNoDelay(true);
    socket.on("data", (data: Buffer) => {
      got += data.equals(Buffer.alloc(data.length, 0x61 + (back.length % 26))) ? data.length : Number.NaN;
      if (got !== sizes[back.length]) return;
      back.push(got);
      say();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(back));
  });
}
