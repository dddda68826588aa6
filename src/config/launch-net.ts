import { isIP } from "node:net";

/** An address of a network card, as the guest is told: docs/interfaces.md section 7. */
export interface LaunchNet {
  if?: string;
  type?: "inet" | "inet6";
  method: "static" | "dhcp" | "auto" | "none";
  addr?: string;
  mask?: string;
  gw?: string;
}

/** How the reader of a launch file says that something is wrong, and the address family's limits. */
export type Complain = (message: string, hint?: string) => Error;

const KEYS = ["if", "type", "method", "addr", "mask", "gw", "cloner"];
const METHODS = { inet: ["static", "dhcp", "none"], inet6: ["static", "auto", "none"] } as const;
/** What Rumprun's drivers call their first card, second, ...; here they are eth0, eth1. */
const FOREIGN = /^(?:vioif|xenif|xennet|ukvmif)(\d+)$/;

/**
 * The value of `net`: an interface, a list of them, or {"interfaces": {NAME: {"addrs": [...]}}, "gateways": [...]}, which are Rumprun's forms, older and newer. Throws what
 * `complain` makes.
 */
export function parseLaunchNet(value: unknown, complain: Complain): LaunchNet[] {
  if (Array.isArray(value)) {
    return value.map((each, index) => address(each, `net[${index}]`, complain));
  }
  const net = object(value, "net", complain);
  return "interfaces" in net || "gateways" in net ? newerForm(net, complain) : [address(net, "net", complain)];
}

function newerForm({ interfaces = {}, gateways = [], ...rest }: Record<string, unknown>, complain: Complain): LaunchNet[] {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw complain(`net has an unknown key "${unknown}"`, "beside interfaces there is gateways");
  }
  const list = Object.entries(object(interfaces, "net.interfaces", complain)).flatMap(([name, content]) => {
    const where = `net.interfaces.${name}`;
    const { addrs = [] } = object(content, where, complain);
    return array(addrs, `${where}.addrs`, complain).map((each, index) => address({ if: name, ...object(each, `${where}.addrs[${index}]`, complain) }, `${where}.addrs[${index}]`, complain));
  });
  for (const [index, each] of array(gateways, "net.gateways", complain).entries()) {
    const { type = "inet", addr } = object(each, `net.gateways[${index}]`, complain);
    const user = list.find((one) => (one.type ?? "inet") === type && one.method === "static" && one.gw === undefined);
    if (typeof addr !== "string" || user === undefined) {
      throw complain(`net.gateways[${index}] is of no use`, "a gateway has the type and addr of a network that an interface has a static address of");
    }
    user.gw = addr;
  }
  return list;
}

function address(value: unknown, where: string, complain: Complain): LaunchNet {
  const given = object(value, where, complain);
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw complain(`${where} has an unknown key "${unknown}"`, `the keys are ${KEYS.join(", ")}`);
  }
  const wrongOne = Object.entries(given).find(([key, content]) => key !== "cloner" && typeof content !== "string");
  if (wrongOne !== undefined) {
    throw complain(`${where}.${wrongOne[0]} must be a string`);
  }
  const { type = "inet", method, addr, mask, gw } = given as Record<string, string | undefined>;
  const name = given["if"] as string | undefined;
  if (type !== "inet" && type !== "inet6") {
    throw complain(`${where}.type is "${type}"`, 'it can be "inet" or "inet6"');
  }
  const known = METHODS[type].find((each) => each === method);
  if (known === undefined) {
    throw complain(`${where}.method is ${JSON.stringify(method)}`, `for ${type} it can be ${METHODS[type].map((each) => `"${each}"`).join(", ")}`);
  }
  const version = type === "inet" ? 4 : 6;
  if (known === "static" && isIP(addr ?? "") !== version) {
    throw complain(`${where}.addr is ${JSON.stringify(addr)}`, `a static address of ${type} is wanted, without its mask`);
  }
  if (gw !== undefined && isIP(gw) !== version) {
    throw complain(`${where}.gw is "${gw}"`, `the address of a router in ${type} is wanted`);
  }
  return {
    ...(name === undefined ? {} : { if: name.replace(FOREIGN, "eth$1") }),
    ...(type === "inet" ? {} : { type }),
    method: known,
    ...(addr === undefined ? {} : { addr }),
    ...(mask === undefined ? {} : { mask }),
    ...(gw === undefined ? {} : { gw }),
  };
}

function object(value: unknown, where: string, complain: Complain): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw complain(`${where} must be an object ({...})`);
  }
  return value as Record<string, unknown>;
}

function array(value: unknown, where: string, complain: Complain): unknown[] {
  if (!Array.isArray(value)) {
    throw complain(`${where} must be a list`);
  }
  return value;
}
