import { closeSync, constants, openSync } from "node:fs";
import { connect, createServer, isIPv4, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { isHostLabel } from "../model/host-name.js";
import { FrameSplitter, macNumber, runsOf } from "./frames.js";
import { joinNetwork, leaveNetwork, socketName, type Joined } from "./registry.js";
import { macOf } from "./subnet.js";
import type { Member } from "./types.js";

/** What waits for one peer, or for our own machine, before senders are slowed down. */
const SLOW_DOWN = 1 << 20;
/** So long the own machine's frames wait for a peer that takes none; then they are dropped, as a switch does, until it takes them again. */
const PATIENCE_MS = 50;
/** A peer must say who it is within this time, in so many bytes. */
const HELLO_MS = 10_000;
const HELLO_BYTES = 512;

/** Another machine of the network, connected. */
interface Peer {
  socket: Socket;
  name: string;
  address: string;
  mac: number;
  /** It takes nothing: what is for it is dropped. */
  stalled: boolean;
}

/**
 * A machine's port into a private network. The network is a switch without a middle: the rr of each machine has a connection (a Unix socket in a folder of the user's) to that of each other
 * one, and sends each frame to the peer whose card it is for, or to all. A connection is there as long as both live: that is how members learn of each other's end.
 */
export class PrivatePort {
  readonly self: Member;
  readonly network: Joined["network"];
  private readonly peers = new Set<Peer>();
  private readonly connections = new Set<Socket>();
  private card: Duplex | undefined;
  private changed: (() => void) | undefined;
  private closed = false;
  private resume: NodeJS.Timeout | undefined;

  private constructor(joined: Joined, private readonly server: Server, private readonly state: string) {
    this.self = joined.self;
    this.network = joined.network;
  }

  /** Join `network` as `member`; see joinNetwork for what is thrown. */
  static async open(network: string, member: string, state: string): Promise<PrivatePort> {
    const early: Socket[] = [];
    const server = createServer((socket) => early.push(socket));
    try {
      const joined = await joinNetwork(network, member, (directory, self) => listen(server, directory, socketName(self)), state);
      const port = new PrivatePort(joined, server, state);
      server.removeAllListeners("connection");
      server.on("connection", (socket) => port.accept(socket));
      early.forEach((socket) => port.accept(socket));
      await Promise.all(joined.others.map((other) => port.call(joined.directory, other)));
      return port;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** The members that are connected, and this one: lines of /etc/hosts. */
  hosts(): string[] {
    const members = [this.self, ...this.peers];
    return members.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, address }) => `${address}\t${name} ${name}.${this.network.name}`);
  }

  /** The machine runs: `card` leads to its network card; `changed` is called when hosts() says something else. */
  attach(card: Duplex, changed: () => void): void {
    this.card = card;
    this.changed = changed;
    const splitter = new FrameSplitter((frames) => this.send(frames));
    card.on("data", (piece: Buffer) => {
      if (!splitter.push(piece)) {
        card.destroy();
      }
    });
    card.on("error", () => {});
    card.on("drain", () => this.peers.forEach(({ socket }) => socket.resume()));
    changed();
  }

  /** Leave the network. */
  async close(): Promise<void> {
    if (this.closed) {
      return;
    }
    this.closed = true;
    clearTimeout(this.resume);
    this.server.close();
    this.connections.forEach((socket) => socket.destroy());
    await leaveNetwork(this.network.name, this.self, this.state);
  }

  private async call(directory: string, other: Member): Promise<void> {
    const { path, close } = shortPath(directory, socketName(other));
    try {
      const socket = connect(path);
      await new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("error", reject);
      });
      this.hold(socket);
      const { name, address } = this.self;
      socket.write(`${JSON.stringify({ name, address })}\n`);
      this.add(socket, other, Buffer.alloc(0));
    } catch {
      // It has ended just now.
    } finally {
      close();
    }
  }

  private accept(socket: Socket): void {
    this.hold(socket);
    const timer = setTimeout(() => socket.destroy(), HELLO_MS);
    let said: Buffer = Buffer.alloc(0);
    const listener = (piece: Buffer): void => {
      said = Buffer.concat([said, piece]);
      const end = said.indexOf(0x0a);
      if (end < 0 && said.length <= HELLO_BYTES) {
        return;
      }
      clearTimeout(timer);
      socket.off("data", listener);
      const hello = readHello(said.subarray(0, Math.max(end, 0)));
      if (hello === undefined) {
        socket.destroy();
      } else {
        this.add(socket, hello, said.subarray(end + 1));
      }
    };
    socket.on("data", listener);
    socket.once("close", () => clearTimeout(timer));
  }

  private hold(socket: Socket): void {
    this.connections.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.connections.delete(socket));
    if (this.closed) {
      socket.destroy();
    }
  }

  private add(socket: Socket, { name, address }: Pick<Member, "name" | "address">, begun: Buffer): void {
    const peer: Peer = { socket, name, address, mac: macNumber(macOf(address)), stalled: false };
    this.peers.add(peer);
    const splitter = new FrameSplitter((frames) => this.receive(peer, frames));
    const take = (piece: Buffer): void => {
      if (!splitter.push(piece)) socket.destroy();
    };
    socket.on("data", take);
    socket.on("drain", () => {
      peer.stalled = false;
      this.goOn();
    });
    socket.once("close", () => {
      this.peers.delete(peer);
      this.goOn();
      this.tell();
    });
    take(begun);
    this.tell();
  }

  private tell(): void {
    if (!this.closed) {
      this.changed?.();
    }
  }

  /** From a peer to our machine. */
  private receive(peer: Peer, frames: Buffer): void {
    if (this.card === undefined || this.card.destroyed) {
      return;
    }
    if (!this.card.write(frames) && this.card.writableLength > SLOW_DOWN) {
      peer.socket.pause();
    }
  }

  /** From our machine to those it speaks to. */
  private send(frames: Buffer): void {
    for (const { to, bytes } of runsOf(frames)) {
      const receivers = [...this.peers].filter((peer) => to === undefined || peer.mac === to);
      // A card may have been given an address of its own: then only its machine knows.
      for (const peer of receivers.length > 0 ? receivers : this.peers) {
        this.sendTo(peer, bytes);
      }
    }
  }

  private sendTo(peer: Peer, bytes: Buffer): void {
    if (peer.stalled || peer.socket.write(bytes) || peer.socket.writableLength <= SLOW_DOWN || this.card === undefined) {
      return;
    }
    this.card.pause();
    this.resume ??= setTimeout(() => {
      this.resume = undefined;
      this.peers.forEach((each) => (each.stalled ||= each.socket.writableLength > SLOW_DOWN));
      this.card?.resume();
    }, PATIENCE_MS);
  }

  private goOn(): void {
    if (this.resume !== undefined && ![...this.peers].some(({ socket, stalled }) => !stalled && socket.writableLength > SLOW_DOWN)) {
      clearTimeout(this.resume);
      this.resume = undefined;
      this.card?.resume();
    }
  }
}

function readHello(line: Buffer): Pick<Member, "name" | "address"> | undefined {
  try {
    const { name, address } = JSON.parse(line.toString()) as Record<string, unknown>;
    return typeof name === "string" && isHostLabel(name) && typeof address === "string" && isIPv4(address) ? { name, address } : undefined;
  } catch {
    return undefined;
  }
}

async function listen(server: Server, directory: string, name: string): Promise<void> {
  const { path, close } = shortPath(directory, name);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    close();
  }
}

/** A socket's path holds 107 bytes (unix(7)), and a state folder may lie deep: the way through the folder's descriptor is as short everywhere. */
function shortPath(directory: string, name: string): { path: string; close: () => void } {
  const folder = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: join("/proc/self/fd", String(folder), name), close: () => closeSync(folder) };
}
