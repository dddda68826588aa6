/** IPv4 subnets as numbers. Pure. */
import { isIPv4 } from "node:net";
import { RrError } from "../errors/rr-error.js";

export interface Subnet {
  /** The first address. */
  base: number;
  bits: number;
}

/** Room for a network, a broadcast address and a few machines; and no more than one file should list. */
const BITS = { least: 16, most: 29 };
/** Where a machine's user networks and passt are, 10.0.2.0/24 and those behind it: it may be on both. */
const USER_NETWORKS: Subnet = { base: number("10.0.0.0"), bits: 16 };
/** RFC 1918, RFC 6598. */
const PRIVATE: readonly Subnet[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((text) => split(text) ?? USER_NETWORKS);
/** Where networks are made whose subnet nobody chose: one /24 after another. */
const POOL: Subnet = { base: number("10.88.0.0"), bits: 16 };

/** Read "10.1.2.0/24". Throws NETWORK_SUBNET. */
export function parseSubnet(text: string): Subnet {
  const subnet = split(text);
  if (subnet === undefined) {
    throw wrong(text, "is no IPv4 subnet", "ADDRESS/BITS, e.g. 10.1.2.0/24");
  }
  if (subnet.bits < BITS.least || subnet.bits > BITS.most) {
    throw wrong(text, `has ${subnet.bits} bits`, `from /${BITS.least} to /${BITS.most}`);
  }
  if (first(subnet) !== subnet.base) {
    throw wrong(text, "has bits set behind its mask", `did you mean ${show({ ...subnet, base: first(subnet) })}?`);
  }
  if (!PRIVATE.some((space) => contains(space, subnet))) {
    throw wrong(text, "is not of the addresses for private use", "within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10");
  }
  if (overlap(subnet, USER_NETWORKS)) {
    throw wrong(text, `overlaps ${show(USER_NETWORKS)}, where user networks are`, "a machine may be on both: choose another");
  }
  return subnet;
}

/** A subnet that none of `taken` overlaps; undefined when all are used up. */
export function freeSubnet(taken: readonly Subnet[]): Subnet | undefined {
  for (let index = 0; index < 256; index++) {
    const subnet = { base: POOL.base + index * 256, bits: 24 };
    if (!taken.some((other) => overlap(subnet, other))) {
      return subnet;
    }
  }
  return undefined;
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return contains(a, b) || contains(b, a);
}

/** The address behind `last` (any but the network's own, the first host's, which a router may want, and the broadcast address) that is not `taken`; undefined when all are. */
export function freeAddress(subnet: Subnet, last: string | undefined, taken: ReadonlySet<string>): string | undefined {
  const hosts = size(subnet) - 3;
  const start = last === undefined ? 0 : number(last) - subnet.base - 1;
  for (let step = 0; step < hosts; step++) {
    const address = dotted(subnet.base + 2 + ((start + step) % hosts));
    if (!taken.has(address)) {
      return address;
    }
  }
  return undefined;
}

export function show({ base, bits }: Subnet): string {
  return `${dotted(base)}/${bits}`;
}

/** The card that has this address: locally administered, and the same for the same address, so that neighbours' tables stay right. */
export function macOf(address: string): string {
  return ["52", "54", ...address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"))].join(":");
}

function contains(outer: Subnet, inner: Subnet): boolean {
  return outer.bits <= inner.bits && first({ base: inner.base, bits: outer.bits }) === outer.base;
}

function first({ base, bits }: Subnet): number {
  return base - (base % 2 ** (32 - bits));
}

function size({ bits }: Subnet): number {
  return 2 ** (32 - bits);
}

function split(text: string): Subnet | undefined {
  const [, address = "", bits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  return isIPv4(address) && Number(bits) <= 32 ? { base: number(address), bits: Number(bits) } : undefined;
}

function number(address: string): number {
  return address.split(".").reduce((value, byte) => value * 256 + Number(byte), 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function wrong(subnet: string, what: string, hint: string): RrError {
  return new RrError("NETWORK_SUBNET", `the subnet "${subnet}" ${what}`, { exitCode: 2, hint });
}
