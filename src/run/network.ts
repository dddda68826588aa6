import { createHash, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { RrError, nearest } from "../errors/rr-error.js";
import type { Machine } from "./types.js";

/** One network card. `mac` where several guests can be neighbours; elsewhere QEMU's own will do. */
export type Network =
  | { kind: "user"; forwards: readonly Forward[] }
  | { kind: "passt"; forwards: readonly Forward[] }
  | { kind: "tap"; name: string; mac: string }
  | { kind: "bridge"; name: string; mac: string }
  | { kind: "socket"; name: string; mac: string }
  /** One of QEMU's own: -netdev's value without the id. */
  | { kind: "qemu"; backend: string; mac: string }
  | { kind: "private"; name: string };

/** A port of the host that leads to one of the guest's. */
export interface Forward {
  protocol: "tcp" | "udp";
  address: string;
  host: number;
  guest: number;
}

const KINDS = ["user", "passt", "tap", "bridge", "socket", "private", "qemu", "none"];
/** Addresses on a network that only one guest and this host are on. */
export interface UserAddresses {
  guest: string;
  bits: string;
  host: string;
  dns: string;
}

/**
 * The addresses on the `index`th network, if it is a user or passt network: those that QEMU gives by itself, and, as a machine's networks must differ, those of the following network for each further one.
 * Undefined for others.
 */
export function userAddresses(networks: readonly Network[], index: number): UserAddresses | undefined {
  const isUser = (network: Network | undefined): boolean => network?.kind === "user" || network?.kind === "passt";
  const third = 2 + networks.slice(0, index).filter(isUser).length;
  const at = (last: number): string => `10.0.${third}.${last}`;
  return isUser(networks[index]) ? { guest: at(15), bits: "24", host: at(2), dns: at(3) } : undefined;
}

const LOOPBACK = "127.0.0.1";
/** The host on a user network, unless QEMU is told otherwise. */
const DEFAULT_HOST = "10.0.2.2";
/** What every version of the machine has at least. */
const MICROVM_SLOTS = 8;
/** Frames pass through several processes and carry no segmentation offload: large ones halve what a byte costs, and frames larger still gain no more. */
const PRIVATE_MTU = 9000;
/** Of user networks, where libslirp can be made to take it: a packet costs 10 µs there, whatever its size. Four of them fit into a window, since libslirp does not scale those. */
export const USER_MTU = 16384;

/**
 * The cards that `--net` and `--publish` ask for. Ports are published by the first user or passt network; when none is named, or only private ones, there is a user
 * network for them. So there is for an image that `drivesCards` when `nets` is undefined. `token` makes the cards' addresses different from other machines'. Throws RUN_BAD_OPTION.
 */
export function planNetworks(nets: readonly string[] | undefined, publish: readonly string[], token: () => Buffer = () => randomBytes(3), { drivesCards = false } = {}): Network[] {
  const forwards = publish.map(parseForward);
  const twice = forwards.find((one, index) => forwards.findIndex((other) => sameListener(one, other)) !== index);
  if (twice !== undefined) {
    throw badNetwork(`port ${twice.host} is published twice`, "each port of the host leads to one port of the guest");
  }
  if (nets === undefined) {
    return drivesCards || forwards.length > 0 ? [{ kind: "user", forwards }] : [];
  }
  if (nets.includes("none")) {
    if (nets.length > 1 || forwards.length > 0) {
      throw badNetwork("--net none excludes other networks and published ports", "leave one of them out");
    }
    return [];
  }
  const networks = nets.map((net) => parseNetwork(net, token));
  const joined = networks.flatMap((network) => (network.kind === "private" ? [network.name.toLowerCase()] : []));
  const again = joined.find((name, index) => joined.indexOf(name) !== index);
  if (again !== undefined) {
    throw badNetwork(`the private network "${again}" is named twice`, "a machine has one card on each");
  }
  if (forwards.length === 0) {
    return networks;
  }
  const index = networks.findIndex(({ kind }) => kind === "user" || kind === "passt");
  const publisher = networks[index];
  const six = forwards.find(({ address }) => isIP(address) === 6);
  if (six !== undefined && publisher?.kind === "passt") {
    throw badNetwork(`port ${six.host} of ${six.address}: passt publishes on IPv4 addresses only`, "--net user publishes on IPv6 addresses, too");
  }
  if (publisher === undefined || !("forwards" in publisher)) {
    if (networks.some(({ kind }) => kind !== "private")) {
      throw badNetwork("ports can be published by a user or passt network only", "add --net user; on a tap or bridge the guest has an address of its own");
    }
    return [...networks, { kind: "user", forwards }];
  }
  return networks.with(index, { ...publisher, forwards });
}

function parseNetwork(text: string, token: () => Buffer): Network {
  const [kind = "", ...rest] = text.split(":");
  const name = rest.join(":");
  if (kind === "user" || kind === "passt") {
    if (rest.length > 0) {
      throw badNetwork(`--net ${kind} takes no name ("${text}")`, `--net ${kind}`);
    }
    return { kind, forwards: [] };
  }
  if (kind === "tap" || kind === "bridge" || kind === "socket") {
    // Interface names (IFNAMSIZ), and nothing that means something to QEMU.
    if (!/^[\w.-]{1,15}$/.test(name)) {
      throw badNetwork(`--net ${kind}: "${name}" is no name`, `--net ${kind}:NAME, up to 15 letters, digits, dots, dashes and underscores`);
    }
    return { kind, name, mac: macAddress(token()) };
  }
  if (kind === "private") {
    if (name === "") {
      throw badNetwork(`--net ${text}: which private network?`, "--net private:NAME; rr network ls shows them, rr network create NAME makes one");
    }
    return { kind, name };
  }
  if (kind === "qemu") {
    if (!/^[a-z][a-z0-9-]*(,|$)/.test(name) || /(^|,)id=/.test(name)) {
      throw badNetwork(`--net ${text}: "${name}" is no network of QEMU's`, "--net qemu:TYPE[,OPTIONS], what QEMU takes behind -netdev, without an id, e.g. qemu:l2tpv3,src=...");
    }
    return { kind, backend: name, mac: macAddress(token()) };
  }
  const near = nearest(kind, KINDS);
  throw badNetwork(`unknown network "${text}"`, near === undefined ? "one of: user, passt, private:NAME, tap:NAME, bridge:NAME, socket:NAME, qemu:TYPE[,OPTIONS], none" : `did you mean "${near}"?`);
}

/** QEMU's range, as its own cards have it. */
function macAddress(token: Buffer): string {
  return ["52", "54", "00", ...[...token.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/** [ADDR:]HOST:GUEST[/tcp|/udp]; ADDR in brackets when it has colons. */
function parseForward(text: string): Forward {
  const match = /^(?:(\[[^\]]*\]|[^:[\]]+):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(text);
  const [, address = LOOPBACK, host, guest, protocol = "tcp"] = match ?? [];
  const plain = address.replace(/^\[|\]$/g, "");
  const version = isIP(plain);
  if (match === null || version === 0 || (version === 6) !== address.startsWith("[") || plain.includes("%")) {
    throw badNetwork(`"${text}" publishes no port`, "[ADDRESS:]HOST:GUEST[/udp], e.g. 8080:80; the address is 127.0.0.1 unless another is given, 0.0.0.0 for all; IPv6 in brackets: [::1]:8080:80");
  }
  if (version === 6 && protocol === "udp") {
    throw badNetwork(`"${text}": datagrams are published on IPv4 addresses only`, "leave the address out, or give an IPv4 one");
  }
  const forward: Forward = { protocol: protocol === "udp" ? "udp" : "tcp", address: plain, host: Number(host), guest: Number(guest) };
  if (![forward.host, forward.guest].every((port) => port >= 1 && port <= 65535)) {
    throw badNetwork(`"${text}": ports are from 1 to 65535`, "e.g. 8080:80");
  }
  return forward;
}

function sameListener(a: Forward, b: Forward): boolean {
  return a.protocol === b.protocol && a.host === b.host && a.address === b.address;
}

/** A card of a private network: the descriptor that QEMU inherits for it, and its address. */
export interface PrivateCard {
  fd: number;
  mac: string;
}

/** What has been prepared on the host. By the network's position, `passtSockets`: where passt listens; `privateCards`: what leads into private networks. */
export interface HostSide {
  passtSockets?: ReadonlyMap<number, string>;
  privateCards?: ReadonlyMap<number, PrivateCard>;
  /** Frames are to be written down (--pcap). */
  captured?: boolean;
  /** User networks take frames of USER_MTU. */
  largeUserFrames?: boolean;
}

/** What the networks are to QEMU. Pure. */
export function networkArguments(networks: readonly Network[], machine: Machine, { passtSockets, privateCards, captured = false, largeUserFrames = false }: HostSide = {}): string[] {
  const device = machine === "microvm" ? "virtio-net-device" : "virtio-net-pci,romfile=";
  return [
    // Devices of before VIRTIO 1.0 are microvm's default.
    ...(networks.length > 0 && machine === "microvm" ? ["-global", "virtio-mmio.force-legacy=false"] : []),
    ...networks.flatMap((network, index) => [
      "-netdev", backend(network, { id: `net${index}`, socket: passtSockets?.get(index) ?? "", card: privateCards?.get(index), addresses: userAddresses(networks, index), captured }),
      "-device", `${device},netdev=net${index}${slot(machine, index)}${cardOptions(network, privateCards?.get(index), largeUserFrames)}`,
    ]),
  ];
}

/** QEMU gives its microvm's slots to devices from the last one on; the guest numbers its cards from the first one on. */
function slot(machine: Machine, index: number): string {
  return machine === "microvm" && index < MICROVM_SLOTS ? `,bus=virtio-mmio-bus.${index}` : "";
}

function cardOptions(network: Network, card: PrivateCard | undefined, largeUserFrames: boolean): string {
  if (card !== undefined) {
    return `,mac=${card.mac},host_mtu=${PRIVATE_MTU}`;
  }
  if (network.kind === "passt" || (network.kind === "user" && largeUserFrames)) {
    return `,host_mtu=${USER_MTU}`;
  }
  return "mac" in network ? `,mac=${network.mac}` : "";
}

function backend(
  network: Network,
  { id, socket, card, addresses, captured }: { id: string; socket: string; card: PrivateCard | undefined; addresses: UserAddresses | undefined; captured: boolean },
): string {
  switch (network.kind) {
    case "user":
      return [`user,id=${id}`, ...(addresses === undefined || addresses.host === DEFAULT_HOST ? [] : [`net=${addresses.host}/${addresses.bits}`]), ...network.forwards.map(({ protocol, address, host, guest }, index) => `hostfwd=${protocol}:${isIP(address) === 6 ? placeholder(index) : address}:${host}-:${guest}`)].join(",");
    case "passt":
      return `stream,id=${id},server=off,addr.type=unix,addr.path=${socket.replaceAll(",", ",,")}`;
    case "tap":
      return `tap,id=${id},ifname=${network.name},script=no,downscript=no${captured ? ",vnet_hdr=off" : ""}`;
    case "qemu":
      return network.backend.replace(/^[^,]*/, (type) => `${type},id=${id}`);
    case "bridge":
      return `bridge,id=${id},br=${network.name}`;
    case "private":
      return `socket,id=${id},fd=${card?.fd}`;
    case "socket":
      return `socket,id=${id},mcast=${multicastGroup(network.name)},localaddr=${LOOPBACK}`;
  }
}

/**
 * QEMU's user network listens on IPv4 addresses only. For an IPv6 one it is given a loopback address that stands for it, and toolchains/qemu/publish-ipv6.c, in QEMU, has it listen on the real one: what
 * stands for what, for its environment. Pure.
 */
export function standIns(networks: readonly Network[]): string {
  const forwards = networks.flatMap((network) => (network.kind === "user" ? network.forwards : []));
  return forwards.flatMap(({ address }, index) => (isIP(address) === 6 ? [`${placeholder(index)}=${address}`] : [])).join(",");
}

/** In the last of the loopback networks, which nobody else uses. */
function placeholder(index: number): string {
  return `127.255.${254 - (index >> 8)}.${index & 255}`;
}

/** Guests with the same name meet in a multicast group on the loopback interface, which needs no privileges and no server. */
function multicastGroup(name: string): string {
  const hash = createHash("sha256").update(name).digest();
  return `239.${hash[0]}.${hash[1]}.${hash[2]}:${20000 + (hash.readUInt16BE(3) % 20000)}`;
}

/** The arguments of passt for a network of its kind. `root`: it is started by root, and keeps being root's. Pure. */
export function passtArguments(forwards: readonly Forward[], addresses: UserAddresses, how: { socket: string; pidFile: string; root: boolean }): string[] {
  return [
    ...(how.root ? ["--runas", "0"] : []),
    "--one-off", "--quiet", "--socket", how.socket, "--pid", how.pidFile,
    "--address", addresses.guest, "--netmask", addresses.bits, "--gateway", addresses.host, "--dns-forward", addresses.dns,
    ...forwards.flatMap(({ protocol, address, host, guest }) => [protocol === "tcp" ? "--tcp-ports" : "--udp-ports", `${address}/${host}:${guest}`]),
  ];
}

function badNetwork(message: string, hint: string): RrError {
  return new RrError("RUN_BAD_OPTION", message, { exitCode: 2, hint });
}
