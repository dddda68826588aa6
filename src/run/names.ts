import { isIP } from "node:net";
import { RrError } from "../errors/rr-error.js";
import { hostLabelFrom, isHostLabel, isHostName } from "../model/host-name.js";
import type { RunOptions } from "./types.js";

/** What the guest is called and how it finds others. Undefined: nothing is said, the image or the network decides. */
export interface GuestNames {
  hostname: string | undefined;
  dns: readonly string[] | undefined;
  search: readonly string[] | undefined;
  /** Lines of /etc/hosts. */
  hosts: readonly string[] | undefined;
}

/** What this host is called in --add-host, and where the user network and passt have it. */
const HOST_GATEWAY = { name: "host-gateway", address: "10.0.2.2" };
/** Linux's own limit of a host name. */
const LONGEST_HOSTNAME = 64;
/** Of the guest's buffer: docs/interfaces.md, section 8. */
export const MOST_HOSTS_BYTES = 8192;
/** musl and glibc look at no more. */
const MOST_SERVERS = 3;

/** Check what the options say about names; the launch file's are checked by the file's reader. Throws RUN_BAD_OPTION. Pure. */
export function planNames(options: Pick<RunOptions, "hostname" | "name" | "dns" | "dnsSearch" | "addHosts" | "launch">): GuestNames {
  const { hostname, dns, dnsSearch, launch } = options;
  if (hostname !== undefined && !isHostName(hostname, LONGEST_HOSTNAME)) {
    throw bad(`"${hostname}" cannot name a host`, `--hostname takes up to ${LONGEST_HOSTNAME} letters, digits and dashes, and dots between such words`);
  }
  const server = dns?.find((each) => isIP(each) === 0);
  if (server !== undefined) {
    throw bad(`"${server}" is no address of a name server`, "--dns takes an IPv4 or IPv6 address, without a port: resolvers ask port 53");
  }
  if (dns !== undefined && dns.length > MOST_SERVERS) {
    throw bad(`${dns.length} name servers are given`, `resolvers look at ${MOST_SERVERS}`);
  }
  const domain = dnsSearch?.find((each) => each !== "." && !isHostName(each));
  if (domain !== undefined) {
    throw bad(`"${domain}" is no domain`, '--dns-search takes one such as example.com, or "." for none');
  }
  const hosts = options.addHosts?.map(hostLine);
  return {
    hostname: hostname ?? options.name ?? launch?.hostname,
    dns: dns ?? launch?.dns,
    search: (dnsSearch ?? launch?.search)?.filter((each) => each !== "."),
    hosts: hosts === undefined ? launch?.hosts : [...hosts, ...(launch?.hosts ?? [])],
  };
}

/** NAME:ADDRESS, as container launchers have it; the address may have colons, and stand in brackets. */
function hostLine(text: string): string {
  const at = text.search(/[:=]/);
  const name = text.slice(0, Math.max(at, 0));
  const given = text.slice(at + 1).replace(/^\[(.*)\]$/, "$1");
  const address = given === HOST_GATEWAY.name ? HOST_GATEWAY.address : given;
  if (!isHostName(name) || isIP(address) === 0) {
    throw bad(`"${text}" adds no host`, `--add-host takes NAME:ADDRESS, e.g. db:10.0.0.7; the address ${HOST_GATEWAY.name} is this host's on the user network`);
  }
  return `${address}\t${name}`;
}

/**
 * The name of the guest on a private network: its host name, or else `instead` or the image's file name made into one. Throws RUN_BAD_OPTION for a host name that cannot be that of
 * a member.
 */
export function memberName(names: GuestNames, instead: string | undefined, imageFile: string): string {
  const name = names.hostname ?? hostLabelFrom(instead ?? imageFile.replace(/\.(bin|elf|img)$/, ""));
  const label = name.split(".")[0] ?? "";
  if (!isHostLabel(label)) {
    throw bad(`"${name}" cannot be a name on a private network`, "letters, digits and dashes, no dash first or last: --hostname NAME");
  }
  return label.toLowerCase();
}

/** The lines, as many as the guest has room for. */
export function fitHosts(lines: readonly string[]): string[] {
  let size = 0;
  return lines.filter((line) => (size += Buffer.byteLength(line) + 1) <= MOST_HOSTS_BYTES);
}

function bad(message: string, hint: string): RrError {
  return new RrError("RUN_BAD_OPTION", message, { exitCode: 2, hint });
}

