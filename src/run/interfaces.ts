import { isIP, isIPv4, isIPv6 } from "node:net";
import type { LaunchNet } from "../config/index.js";
import { nearest, RrError } from "../errors/rr-error.js";
import { splitWords } from "./split-words.js";

/*
 * Rumprun's -I and -W. `-I TAG,DRIVER[,BACKEND]` makes a card and calls it TAG on the command line; `-W TAG,inet,...` says which addresses it has. BACKEND is what
 * Rumprun gave to QEMU ("-net tap,ifname=tap0"), or a network as --net has it.
 */

/** One address of a card with a name. */
export type NamedNet = LaunchNet & { if: string };

/**
 * What the guest is told of its cards' addresses. `own`, by position: what each card's network gives it, as far as that is known. What `asked` (-W) or else the launch `file` say of a card and family
 * takes its place. Undefined when there is nothing to tell: every word costs the guest time. Pure.
 */
export function launchAddresses(own: readonly LaunchNet[], asked: readonly NamedNet[], file: readonly LaunchNet[]): readonly LaunchNet[] | undefined {
  const said = [...asked, ...named(file).filter((one) => !asked.some((other) => other.if === one.if && family(other) === family(one)))];
  const families = (["inet", "inet6"] as const).map((type) => {
    const here = said.filter((one) => family(one) === type);
    // Of a family in which all is automatic nothing need be said; in one of which something is said, all must be.
    const cards = own.map((address, index) => ({ if: `eth${index}`, ...(type === "inet" ? address : { type, method: "auto" as const }) })).filter((one) => !here.some((other) => other.if === one.if));
    const all = [...cards, ...here].sort((a, b) => Number(a.if.slice("eth".length)) - Number(b.if.slice("eth".length)));
    return all.every(({ method }) => method === "dhcp" || method === "auto") ? [] : all;
  });
  const list = families.flat();
  // With every card once, in order, the names say nothing new.
  const plain = said.length === 0 && list.length === own.length;
  return list.length === 0 ? undefined : plain ? own : list;
}

/** An entry without a name is about the next card, for each family apart. */
function named(file: readonly LaunchNet[]): NamedNet[] {
  const next = { inet: 0, inet6: 0 };
  return file.map((one) => {
    const index = next[family(one)]++;
    return { ...one, if: one.if ?? `eth${index}` };
  });
}

function family({ type }: LaunchNet): "inet" | "inet6" {
  return type ?? "inet";
}

/** Rumprun's drivers: virtio by PCI is the one both know; Xen's comes with Xen. */
const DRIVER = "vioif";
const NO_NAME = /[^\w.-]/;

/**
 * The networks of `nets` and, behind them, of `interfaces` (-I), all as --net has them, and what `addresses` (-W) say about them. Cards are eth0, eth1, ... in this order; -W may call
 * them so. Throws RUN_BAD_OPTION. Pure.
 */
export function planInterfaces(nets: readonly string[] | undefined, interfaces: readonly string[], addresses: readonly string[]): { nets: readonly string[] | undefined; addresses: readonly NamedNet[] } {
  const made = interfaces.map(parseInterface);
  const twice = made.find(({ tag }, index) => made.findIndex((other) => other.tag === tag) !== index);
  if (twice !== undefined) {
    throw bad(`-I names "${twice.tag}" twice`, "each interface has a name of its own");
  }
  const all = made.length === 0 ? nets : [...(nets ?? []), ...made.map(({ net }) => net)];
  // Without any network an image that drives a card gets one (planNetworks), which is eth0.
  const count = all?.length ?? 1;
  const cards = new Map(Array.from({ length: count }, (_, index) => [`eth${index}`, `eth${index}`]));
  made.forEach(({ tag }, index) => cards.set(tag, `eth${(nets?.length ?? 0) + index}`));
  const given = addresses.map((text) => parseAddress(text, cards));
  checkTwice(given, addresses);
  return { nets: all, addresses: given };
}

function parseInterface(text: string): { tag: string; net: string } {
  const [tag = "", driver = "", ...rest] = text.split(",");
  if (tag === "" || NO_NAME.test(tag) || driver === "") {
    throw bad(`-I "${text}" makes no interface`, "-I TAG,vioif[,BACKEND], e.g. -I web,vioif,'-net tap,ifname=tap0,script=no', or a network as --net has it: -I web,vioif,tap:tap0");
  }
  if (driver !== DRIVER) {
    throw bad(`-I ${tag}: there is no driver "${driver}"`, `rr's cards are virtio: -I ${tag},${DRIVER}`);
  }
  return { tag, net: backend(tag, rest.join(",").trim()) };
}

function backend(tag: string, text: string): string {
  if (text === "" || !text.startsWith("-")) {
    return text === "" ? "user" : text;
  }
  const [option = "", what = "", ...more] = splitWords(text);
  if (!/^--?net(dev)?$/.test(option) || what === "" || more.length > 0) {
    throw bad(`-I ${tag}: "${text}" is no network of QEMU's`, "one -net or -netdev and its options; other arguments for QEMU go with -g");
  }
  // The name that joins it with a card is rr's to give.
  return `qemu:${what.split(",").filter((each) => !/^id=/.test(each)).join(",")}`;
}

function parseAddress(text: string, cards: ReadonlyMap<string, string>): NamedNet {
  const [tag = "", type = "", method = "", ...rest] = text.split(",");
  const card = cards.get(tag);
  if (card === undefined) {
    const near = nearest(tag, cards.keys());
    throw bad(`-W "${text}": there is no interface "${tag}"`, near === undefined ? `-I ${tag},${DRIVER} makes one` : `did you mean "${near}"?`);
  }
  return { if: card, ...addressOf(text, type, method, rest) };
}

function addressOf(text: string, type: string, method: string, rest: readonly string[]): LaunchNet {
  const [address = "", gw, ...more] = rest;
  if (type === "inet" && method === "dhcp" && rest.length === 0) {
    return { method };
  }
  if (type === "inet6" && method === "auto" && rest.length === 0) {
    return { type, method };
  }
  if ((type !== "inet" && type !== "inet6") || method !== "static" || more.length > 0) {
    throw bad(`-W "${text}" says no address`, "-W TAG,inet,dhcp or TAG,inet,static,ADDRESS/BITS[,GATEWAY] or TAG,inet6,auto or TAG,inet6,static,ADDRESS/BITS[,GATEWAY]");
  }
  const [addr = "", mask = ""] = address.split("/");
  const [isOurs, most] = type === "inet" ? [isIPv4, 32] : [isIPv6, 128];
  if (!isOurs(addr) || !/^\d{1,3}$/.test(mask) || Number(mask) > most) {
    throw bad(`-W "${text}": "${address}" is no ${type} address with its network's bits`, `e.g. ${type === "inet" ? "10.0.120.10/24" : "fd00::10/64"}`);
  }
  if (gw !== undefined && !isOurs(gw)) {
    throw bad(`-W "${text}": the gateway "${gw}" is no ${type} address${isIP(gw) === 0 ? "" : ", but one of the other family"}`, "leave it out when there is none");
  }
  const both = { method: "static" as const, addr, mask, ...(gw === undefined ? {} : { gw }) };
  return type === "inet" ? both : { type, ...both };
}

/** DHCP beside a static address, or an address said twice, is a slip rather than a wish. */
function checkTwice(given: readonly NamedNet[], texts: readonly string[]): void {
  const key = (one: NamedNet): string => `${one.if} ${one.type ?? "inet"}`;
  const index = given.findIndex((one, at) => given.findIndex((other) => key(other) === key(one)) !== at);
  if (index >= 0) {
    throw bad(`-W "${texts[index]}": this interface has an address of that kind already`, "one -W for each interface and family");
  }
}

function bad(message: string, hint: string): RrError {
  return new RrError("RUN_BAD_OPTION", message, { exitCode: 2, hint });
}
