import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { nearest, RrError } from "../errors/rr-error.js";
import { isHostLabel } from "../model/host-name.js";
import { identify, isAlive, type ProcessIdentity } from "../process/identity.js";
import { writeFileAtomically } from "../workspace/atomic.js";
import { makeDirectory } from "../workspace/directory.js";
import { withLock } from "../workspace/lock.js";
import { asRrError } from "../workspace/system-error.js";
import { freeAddress, freeSubnet, macOf, overlap, parseSubnet, show, type Subnet } from "./subnet.js";
import type { Member, PrivateNetwork } from "./types.js";

/**
 * The networks, a folder each below STATE/networks (`state` is as given by `stateDirectory`): network.json, and the sockets of members. Whoever changes one holds the lock of all; a file is replaced as a
 * whole. Members whose process has gone are left out when a file is read, and taken out when it is next written.
 */
const LOCK = { what: { waiting: "another rr", held: "has been changing networks" }, code: "NETWORK_BUSY", waitMs: 30_000, pollMs: 20 };
const FILE = "network.json";
const VERSION = 1;
/** Each sends to all others. */
const MOST_MEMBERS = 64;
const MOST_NAME = 32;

/** network.json. */
interface Stored {
  version: typeof VERSION;
  name: string;
  subnet: string;
  /** The address given last: the next one is looked for behind it, so that an address rests before it comes again. */
  last?: string | undefined;
  members: Member[];
}

/** Make a network; without `subnetText` its subnet is a free one. Throws NETWORK_NAME, NETWORK_EXISTS, NETWORK_SUBNET. */
export async function createNetwork(name: string, subnetText: string | undefined, state: string): Promise<PrivateNetwork> {
  const key = networkName(name);
  const wanted = subnetText === undefined ? undefined : parseSubnet(subnetText);
  return locked(state, async (root) => {
    const networks = await readAll(root);
    if (networks.some((each) => each.name === key)) {
      throw new RrError("NETWORK_EXISTS", `there is a network "${key}" already`, { hint: `rr network inspect ${key}` });
    }
    const other = wanted === undefined ? undefined : networks.find((each) => overlap(parseSubnet(each.subnet), wanted));
    if (wanted !== undefined && other !== undefined) {
      throw new RrError("NETWORK_SUBNET", `the subnet ${show(wanted)} overlaps ${other.subnet} of the network "${other.name}"`, { hint: "leave --subnet out: a free one is taken" });
    }
    const subnet = wanted ?? freeSubnet(networks.map((each) => parseSubnet(each.subnet)));
    if (subnet === undefined) {
      throw new RrError("NETWORK_SUBNET", "all subnets within 10.88.0.0/16 are taken", { hint: "choose another with --subnet, or remove networks: rr network rm" });
    }
    const made: Stored = { version: VERSION, name: key, subnet: show(subnet), members: [] };
    await mkdir(join(root, key), { mode: 0o700, recursive: true });
    await write(root, made);
    return publicly(made);
  });
}

/** All networks, by name. */
export async function listNetworks(state: string): Promise<PrivateNetwork[]> {
  return (await readAll(rootDirectory(state))).map(publicly);
}

/** One network. Throws NETWORK_NAME, NETWORK_UNKNOWN. */
export async function inspectNetwork(name: string, state: string): Promise<PrivateNetwork> {
  return publicly(await find(rootDirectory(state), networkName(name)));
}

/** Remove a network. Throws NETWORK_NAME, NETWORK_UNKNOWN, NETWORK_IN_USE. */
export async function removeNetwork(name: string, state: string): Promise<void> {
  await locked(state, async (root) => {
    const network = await find(root, networkName(name));
    if (network.members.length > 0) {
      throw new RrError("NETWORK_IN_USE", `the network "${network.name}" is in use by ${network.members.map((each) => each.name).join(", ")}`, { hint: "end these machines first" });
    }
    await rm(join(root, network.name), { recursive: true, force: true });
  });
}

export interface Joined {
  network: PrivateNetwork;
  self: Member;
  /** Who was there before. */
  others: readonly Member[];
  /** Where members' sockets are, by their names. */
  directory: string;
}

/**
 * Take this process in as the member `member`. `listen` is called with the socket folder when name and address are certain and before anybody else can know: whoever joins later finds it
 * listening. Throws NETWORK_NAME, NETWORK_UNKNOWN, NETWORK_MEMBER (the name is taken), NETWORK_FULL.
 */
export async function joinNetwork(name: string, member: string, listen: (directory: string, self: Member) => Promise<void>, state: string): Promise<Joined> {
  const key = networkName(name);
  const label = member.toLowerCase();
  return locked(state, async (root) => {
    const network = await find(root, key);
    const other = network.members.find((each) => each.name === label);
    if (other !== undefined) {
      throw new RrError("NETWORK_MEMBER", `the network "${key}" has a member "${label}" already: ${other.address}, process ${other.process.pid}`, { hint: "give this one another name: --hostname NAME" });
    }
    const subnet: Subnet = parseSubnet(network.subnet);
    const address = freeAddress(subnet, network.last, new Set(network.members.map((each) => each.address)));
    if (address === undefined || network.members.length >= MOST_MEMBERS) {
      throw new RrError("NETWORK_FULL", `the network "${key}" (${network.subnet}) has ${network.members.length} members, and room for no more`, { hint: `a network takes up to ${MOST_MEMBERS}, if its subnet has as many addresses` });
    }
    const self: Member = { name: label, address, mac: macOf(address), process: ownIdentity() };
    const directory = join(root, key);
    await removeAbandoned(directory, network.members);
    await listen(directory, self);
    await write(root, { ...network, last: address, members: [...network.members, self] });
    return { network: publicly({ ...network, members: [...network.members, self] }), self, others: network.members, directory };
  });
}

/** Take this process's member out again; nothing happens when it, or the network, is not there. */
export async function leaveNetwork(name: string, self: Member, state: string): Promise<void> {
  await locked(state, async (root) => {
    const network = await read(root, name);
    if (network !== undefined) {
      await write(root, { ...network, members: network.members.filter((each) => !isSame(each, self)) });
      await rm(join(root, name, socketName(self)), { force: true });
    }
  });
}

/** The name of a member's socket in its network's folder. */
export function socketName(member: Pick<Member, "address">): string {
  return `${member.address}.socket`;
}

function isSame(a: Member, b: Member): boolean {
  return a.address === b.address && a.process.pid === b.process.pid && a.process.start === b.process.start;
}

/** Sockets of members that went away without a word. */
async function removeAbandoned(directory: string, members: readonly Member[]): Promise<void> {
  const wanted = new Set(members.map(socketName));
  const abandoned = (await readdir(directory)).filter((name) => name.endsWith(".socket") && !wanted.has(name));
  await Promise.all(abandoned.map((name) => rm(join(directory, name), { force: true })));
}

function ownIdentity(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, start: 0, boot: "" };
}

function networkName(name: string): string {
  if (!isHostLabel(name) || name.length > MOST_NAME) {
    throw new RrError("NETWORK_NAME", `"${name}" cannot name a network`, { exitCode: 2, hint: `up to ${MOST_NAME} letters, digits and dashes, no dash first or last` });
  }
  return name.toLowerCase();
}

function rootDirectory(state: string): string {
  return join(state, "networks");
}

async function locked<T>(state: string, work: (root: string) => Promise<T>): Promise<T> {
  const root = rootDirectory(state);
  try {
    await makeDirectory(root);
    return await withLock(join(root, ".lock"), () => work(root), LOCK);
  } catch (error) {
    throw asRrError(error, root) ?? error;
  }
}

async function find(root: string, name: string): Promise<Stored> {
  const network = await read(root, name);
  if (network !== undefined) {
    return network;
  }
  const near = nearest(name, await networkNames(root));
  throw new RrError("NETWORK_UNKNOWN", `there is no private network "${name}"`, { hint: near === undefined ? `make it: rr network create ${name}` : `did you mean "${near}"? Or make it: rr network create ${name}` });
}

async function networkNames(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter(isHostLabel).sort();
}

async function readAll(root: string): Promise<Stored[]> {
  const networks = await Promise.all((await networkNames(root)).map((name) => read(root, name)));
  return networks.filter((each) => each !== undefined);
}

/** Undefined: there is none. Throws NETWORK_FILE for a file that rr has not written. */
async function read(root: string, name: string): Promise<Stored | undefined> {
  const path = join(root, name, FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw asRrError(error, path) ?? error;
  }
  try {
    const stored = JSON.parse(text) as Stored;
    if (stored.version === VERSION && stored.name === name && Array.isArray(stored.members)) {
      parseSubnet(stored.subnet);
      return { ...stored, members: stored.members.filter((each) => isAlive(each.process)) };
    }
  } catch {
    // As below.
  }
  throw new RrError("NETWORK_FILE", `${path} is damaged, or of another version of rr`, { hint: `when nothing uses the network: rm -r ${join(root, name)}` });
}

async function write(root: string, network: Stored): Promise<void> {
  await writeFileAtomically(join(root, network.name, FILE), `${JSON.stringify(network, null, 2)}\n`, { mode: 0o600 });
}

function publicly({ name, subnet, members }: Stored): PrivateNetwork {
  return { name, subnet, members };
}
