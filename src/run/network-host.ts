import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { nearest, RrError } from "../errors/rr-error.js";
import { exec } from "../process/exec.js";
import { findProgram } from "../process/start.js";
import type { PrivatePort } from "../private-network/index.js";
import { captureArguments, captureFiles, prepareCapture } from "./capture.js";
import type { LaunchNet } from "../config/index.js";
import { networkArguments, passtArguments, standIns, USER_MTU, userAddresses, type Network, type UserAddresses } from "./network.js";
import type { Machine } from "./types.js";
import { userNetworkLibrary } from "./user-network-library.js";

/** The first descriptor behind the channels' (docs/interfaces.md, section 8). */
const FIRST_CARD = 5;

type HostEnv = Readonly<Record<string, string | undefined>>;

/** The host's side of the networks, ready for QEMU to be started. */
export interface HostNetworks {
  /** For QEMU. */
  args: readonly string[];
  /** QEMU's environment. */
  env: HostEnv;
  /** Something that is not as it should be, for the user. */
  warning?: string;
  /** How many sockets QEMU inherits behind those of the channels, for cards on private networks. */
  sockets: number;
  /** The addresses the cards have on their networks, by position. */
  addresses: readonly LaunchNet[];
  /** Where those networks answer questions for names; undefined: nowhere known before DHCP. */
  dns?: readonly string[];
  /** Who else is there, as lines of /etc/hosts; undefined without a private network. */
  hosts?: () => readonly string[];
  /** The machine runs: `cards` are the other ends of `sockets`. `changed` is called when hosts() says something else. */
  connect: (cards: readonly Duplex[], changed: () => void) => void;
  /** Undo what was started. QEMU's end ends it as well. */
  remove: () => Promise<void>;
}

/** Of a machine without cards. */
const NO_NETWORKS = { args: [], addresses: [], sockets: 0, connect: (): void => {}, remove: (): Promise<void> => Promise.resolve() };

/**
 * Start what `networks` need beside QEMU, and join the private ones, which are kept in `state`, as `member`. Throws NETWORK_FAILED, naming what is missing, and the NETWORK_* errors of joinNetwork.
 */
export async function prepareNetworks(
  networks: readonly Network[],
  machine: Machine,
  { member, state, pcap }: { member: string; state: string; pcap: string | undefined },
  env: HostEnv,
): Promise<HostNetworks> {
  const captures = pcap === undefined ? [] : captureFiles(pcap, networks.length);
  if (networks.length === 0) {
    return { ...NO_NETWORKS, env };
  }
  const directory = networks.some(({ kind }) => kind === "passt") ? mkdtempSync(join(tmpdir(), "rr-net-")) : undefined;
  const sockets = new Map<number, string>();
  const ports = new Map<number, PrivatePort>();
  const remove = async (): Promise<void> => {
    // One that cannot be left, its state folder being gone, say, has no members any more.
    await Promise.all([...ports.values()].map((port) => port.close().catch(() => {})));
    for (const socket of sockets.values()) {
      killByFile(`${socket}.pid`);
    }
    if (directory !== undefined) {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  try {
    prepareCapture(captures);
    for (const [index, network] of networks.entries()) {
      checkInterface(network);
      if (network.kind === "passt" && directory !== undefined) {
        sockets.set(index, await startPasst(network, userAddresses(networks, index), join(directory, `net${index}`), env));
      }
      if (network.kind === "private") {
        const { PrivatePort } = await import("../private-network/index.js");
        ports.set(index, await PrivatePort.open(network.name, member, state));
      }
    }
  } catch (error) {
    await remove();
    throw error;
  }
  const library = networks.some(({ kind }) => kind === "user") ? await userNetworkLibrary(env) : undefined;
  const dns = networks.flatMap((_network, index) => userAddresses(networks, index)?.dns ?? []);
  const cards = new Map([...ports].map(([index, { self }], order) => [index, { fd: FIRST_CARD + order, mac: self.mac }]));
  const prepared = {
    args: [...networkArguments(networks, machine, { passtSockets: sockets, privateCards: cards, captured: captures.length > 0, largeUserFrames: library !== undefined }), ...captureArguments(captures)],
    sockets: ports.size,
    connect: (ends: readonly Duplex[], changed: () => void): void => {
      [...ports.values()].forEach((port, order) => ends[order] !== undefined && port.attach(ends[order], changed));
    },
    remove,
    addresses: networks.map((_network, index) => addressOf(userAddresses(networks, index), ports.get(index))),
    ...(dns.length === 0 ? {} : { dns }),
    ...(ports.size === 0 ? {} : { hosts: () => [...ports.values()].flatMap((port) => port.hosts()) }),
  };
  const publish = standIns(networks);
  if (library !== undefined) {
    const preload = [library, env["LD_PRELOAD"]].filter((each) => each !== undefined && each !== "").join(" ");
    return { ...prepared, env: { ...env, LD_PRELOAD: preload, RR_USER_MTU: String(USER_MTU), ...(publish === "" ? {} : { RR_PUBLISH: publish }) } };
  }
  if (publish !== "") {
    await remove();
    throw new RrError("NETWORK_FAILED", "a port cannot be published on an IPv6 address: there is no C compiler to make QEMU do so", { hint: "install gcc, or publish on an IPv4 address" });
  }
  const publishes = networks.some((network) => network.kind === "user" && network.forwards.length > 0);
  return { ...prepared, env, ...(publishes ? { warning: "published ports take one waiting connection each: there is no C compiler to make QEMU take more" } : {}) };
}

/** What DHCP would say, without the guest having to ask: that is most of the time to a server's first answer. */
function addressOf(known: UserAddresses | undefined, port: PrivatePort | undefined): LaunchNet {
  if (known !== undefined) {
    return { method: "static", addr: known.guest, mask: known.bits, gw: known.host };
  }
  return port === undefined ? { method: "dhcp" } : { method: "static", addr: port.self.address, mask: port.network.subnet.split("/")[1] ?? "24" };
}

/** QEMU makes a tap device that is not there when it may; then a name with a slip in it leads nowhere, in silence. */
function checkInterface(network: Network): void {
  if (network.kind !== "tap" && network.kind !== "bridge") {
    return;
  }
  const names = interfaceNames();
  if (names !== undefined && !names.includes(network.name)) {
    const near = nearest(network.name, names);
    const make = network.kind === "tap" ? `ip tuntap add ${network.name} mode tap user $USER` : `ip link add ${network.name} type bridge`;
    throw new RrError("NETWORK_FAILED", `--net ${network.kind}:${network.name}: this host has no interface "${network.name}"`, { hint: near === undefined ? `make it first: ${make}` : `did you mean "${near}"?` });
  }
}

/** The interfaces of this process's network namespace, those without an address too; undefined where /proc does not say. */
function interfaceNames(): string[] | undefined {
  try {
    return [...readFileSync("/proc/self/net/dev", "latin1").matchAll(/^ *([^ :]+):/gm)].map(([, name = ""]) => name);
  } catch {
    return undefined;
  }
}

/** passt is ready, and in the background, when the command returns; it ends when QEMU has gone. */
async function startPasst(network: Network & { kind: "passt" }, addresses: UserAddresses | undefined, socket: string, env: HostEnv): Promise<string> {
  const passt = findProgram("passt", env["PATH"]);
  if (passt === undefined || addresses === undefined) {
    throw new RrError("NETWORK_FAILED", "passt is not installed", { hint: "install the package passt, or use --net user" });
  }
  try {
    await exec(passt, passtArguments(network.forwards, addresses, { socket, pidFile: `${socket}.pid`, root: process.getuid?.() === 0 }));
  } catch (error) {
    throw new RrError("NETWORK_FAILED", `passt could not be started: ${error instanceof Error ? error.message : String(error)}`, { hint: "is another program listening on a published port? --net user works without passt", cause: error });
  }
  return socket;
}

function killByFile(path: string): void {
  try {
    process.kill(Number(readFileSync(path, "utf8").trim()), "SIGTERM");
  } catch {
    // It has ended with QEMU.
  }
}
