import { connect, createServer } from "node:net";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { macNumber } from "./frames.js";
import { PrivatePort } from "./port.js";
import { createNetwork, inspectNetwork } from "./registry.js";

const ALL = 0xffffffffffff;

/** A stand-in for QEMU's end of a card. */
class Card extends Duplex {
  readonly got: Buffer[] = [];
  /** While true it takes nothing. */
  stuck = false;
  private waiting: (() => void) | undefined;

  override _read(): void {}

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.got.push(piece);
    if (this.stuck) this.waiting = done;
    else done();
  }

  release(): void {
    this.stuck = false;
    this.waiting?.();
  }

  send(to: number, text: string, size = 60): void {
    const frame = Buffer.alloc(4 + size);
    frame.writeUInt32BE(size);
    frame.writeUIntBE(to, 4, 6);
    frame.write(text, 18);
    this.push(frame);
  }

  get texts(): string[] {
    const all = Buffer.concat(this.got);
    const texts: string[] = [];
    for (let at = 0; at < all.length; at += 4 + all.readUInt32BE(at)) {
      texts.push(all.subarray(at + 18, all.indexOf(0, at + 18)).toString());
    }
    return texts;
  }
}

interface Machine {
  port: PrivatePort;
  card: Card;
  mac: number;
  lists: string[];
}

async function machine(network: string, name: string, state: string): Promise<Machine> {
  const port = await PrivatePort.open(network, name, state);
  const card = new Card();
  const lists: string[] = [];
  port.attach(card, () => lists.push(port.hosts().map((line) => line.split("\t")[1]?.split(" ")[0]).join(" ")));
  return { port, card, mac: macNumber(port.self.mac), lists };
}

async function withMachines(names: readonly string[], work: (machines: Machine[], state: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (state) => {
    await createNetwork("shop", undefined, state);
    const machines: Machine[] = [];
    for (const name of names) machines.push(await machine("shop", name, state));
    try {
      await vi.waitFor(() => machines.forEach(({ port }) => expect(port.hosts()).toHaveLength(names.length)));
      await work(machines, state);
    } finally {
      await Promise.all(machines.map(({ port }) => port.close()));
    }
  });
}

describe("ports of a private network", () => {
  it("bring frames to whom they are for, or to all", () => withMachines(["a", "b", "c"], async ([a, b, c]) => {
    a?.card.send(b?.mac ?? 0, "to b");
    a?.card.send(ALL, "to all");
    c?.card.send(a?.mac ?? 0, "to a");
    // An address nobody was given may be one a machine gave itself.
    a?.card.send(0x525400000001, "to somebody");
    await vi.waitFor(() => {
      expect(b?.card.texts).toEqual(["to b", "to all", "to somebody"]);
      expect(c?.card.texts).toEqual(["to all", "to somebody"]);
      expect(a?.card.texts).toEqual(["to a"]);
    });
  }));

  it("tell who is there, and who has gone", () => withMachines(["a", "b"], async ([a, b], state) => {
    const c = await machine("shop", "c", state);
    await vi.waitFor(() => expect([a, b].map((each) => each?.lists.at(-1))).toEqual(["a b c", "a b c"]));
    expect(c.lists.at(-1)).toBe("a b c");
    expect(a?.port.hosts()[0]).toBe("10.88.0.2\ta a.shop");
    await c.port.close();
    await vi.waitFor(() => expect([a, b].map((each) => each?.lists.at(-1))).toEqual(["a b", "a b"]));
    expect((await inspectNetwork("shop", state)).members.map(({ name }) => name)).toEqual(["a", "b"]);
  }));

  it("keep two networks apart", () => withMachines(["a"], async ([a], state) => {
    await createNetwork("other", undefined, state);
    const b = await machine("other", "b", state);
    b.card.send(ALL, "from another");
    b.card.send(a?.mac ?? 0, "from another");
    const c = await machine("shop", "c", state);
    c.card.send(ALL, "from here");
    await vi.waitFor(() => expect(a?.card.texts).toEqual(["from here"]));
    expect([a?.lists.at(-1), b.lists.at(-1)]).toEqual(["a c", "b"]);
    await Promise.all([b.port.close(), c.port.close()]);
  }));

  it("throw away what a machine that takes nothing cannot take, and go on with the others", () => withMachines(["a", "b", "c"], async ([a, b, c]) => {
    if (a === undefined || b === undefined || c === undefined) return;
    b.card.stuck = true;
    for (let i = 0; i < 600; i++) {
      a.card.send(b.mac, `to b ${i}`, 60_000);
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    a.card.send(c.mac, "to c");
    await vi.waitFor(() => expect(c.card.texts).toEqual(["to c"]), 10_000);
    b.card.release();
    await vi.waitFor(() => {
      a.card.send(b.mac, "again");
      expect(b.card.texts).toContain("again");
    }, 10_000);
    // What waited is bounded; what came, came in order.
    const numbers = b.card.texts.filter((text) => text.startsWith("to b")).map((text) => Number(text.slice(5)));
    expect(numbers.length).toBeLessThan(600);
    expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
  }), 30_000);

  it("do not take strangers for members", () => withMachines(["a"], async ([a], state) => {
    const path = join(state, "networks", "shop", "10.88.0.2.socket");
    for (const hello of ["GET / HTTP/1.1\r\n", '{"name":"x y","address":"10.88.0.9"}\n', '{"name":"x","address":"here"}\n', "x".repeat(5000), '{"name":"x","address":"10.88.0.9"}\nno frames at all']) {
      const stranger = connect(path);
      stranger.on("error", () => {});
      const closed = new Promise<void>((resolve) => stranger.once("close", () => resolve()));
      stranger.write(hello);
      await closed;
    }
    await vi.waitFor(() => expect(a?.lists.at(-1)).toBe("a"));
  }));

  it("pass over members that end meanwhile", () => withMachines(["a"], async (_machines, state) => {
    // Somebody is in the list, and nobody listens; somebody listens, and says nothing.
    const { joinNetwork } = await import("./registry.js");
    await joinNetwork("shop", "deaf", async () => {}, state);
    const mute = createServer((socket) => socket.resume());
    await joinNetwork("shop", "mute", (directory, self) => new Promise((resolve) => mute.listen(join(directory, `${self.address}.socket`), resolve)), state);
    const b = await machine("shop", "b", state);
    expect(b.lists.at(-1)).toBe("a b mute");
    await b.port.close();
    await new Promise((resolve) => mute.close(resolve));
  }));
});
