import type { LaunchNet, RcCommand } from "../config/index.js";

/** What the guest is told (docs/interfaces.md section 7). Only what says something is sent: the guest parses it under emulation. */
export interface LaunchFacts {
  args?: readonly string[] | undefined;
  program?: string | undefined;
  rc?: readonly RcCommand[] | undefined;
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  hostname?: string | undefined;
  dns?: readonly string[] | undefined;
  search?: readonly string[] | undefined;
  /** Lines of /etc/hosts; with an empty list, too, others may be sent later. */
  hosts?: readonly string[] | undefined;
  /** The cards' addresses, in order. */
  net?: readonly LaunchNet[] | undefined;
  /** Which of 0, 1, 2 are terminals. */
  terminals: { stdin: boolean; stdout: boolean; stderr: boolean };
  /** There is no standard input. */
  stdinEmpty: boolean;
  /** Standard error goes over the control channel. */
  split: boolean;
  size?: { rows: number; columns: number } | undefined;
  /** Nanoseconds since the epoch. */
  time: number;
  timeline: boolean;
  strace: boolean;
  /** Which calls, and what of them; undefined: all, without what they point to. */
  trace?: string | undefined;
}

/** Longest document that goes on the kernel command line; a longer one becomes a PVH module. */
export const COMMAND_LINE_LIMIT = 1024;

/** What the guest reads when it is looked at, not when it boots. */
const READ_LATER: readonly string[] = ["dns", "search", "hosts"];

/** The one card's fixed IPv4 address as fields of the word: address, bits, gateway. */
function cardInWord(net: LaunchFacts["net"]): string[] | undefined {
  const [one, ...more] = net ?? [];
  const { if: card = "eth0", type = "inet", method, addr, mask = "", gw } = one ?? {};
  if (more.length > 0 || card !== "eth0" || type !== "inet" || method !== "static" || addr === undefined || !/^\d+$/.test(mask)) {
    return undefined;
  }
  return [hexAddress(addr), Number(mask).toString(16), ...(gw === undefined ? [] : [hexAddress(gw)])];
}

function hexAddress(text: string): string {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0).toString(16);
}

/**
 * The document as JSON text; as one word (`rr=FLAGS,TIME[,ADDRESS,BITS,GATEWAY]`, docs/interfaces.md section 7) when it only holds what nearly every
 * launch says, with a document behind it for what is read later: reading JSON costs an emulated guest 0.4 ms, a tenth of its boot.
 */
export function launchDocument(facts: LaunchFacts): string {
  const { stdin, stdout, stderr } = facts.terminals;
  const tty = (stdin ? 1 : 0) | (stdout ? 2 : 0) | (stderr ? 4 : 0) | (facts.stdinEmpty ? 8 : 0);
  const particular = {
    ...(facts.program === undefined ? {} : { program: facts.program }),
    ...(facts.rc === undefined ? {} : { rc: facts.rc }),
    ...(facts.args === undefined ? {} : { args: facts.args }),
    ...(facts.trace === undefined ? {} : { trace: facts.trace }),
    ...(facts.cwd === undefined ? {} : { cwd: facts.cwd }),
    ...(facts.env === undefined || Object.keys(facts.env).length === 0 ? {} : { env: facts.env }),
    ...(facts.hostname === undefined ? {} : { hostname: facts.hostname }),
    ...(facts.dns === undefined ? {} : { dns: facts.dns }),
    ...(facts.search === undefined ? {} : { search: facts.search }),
    ...(facts.hosts === undefined ? {} : { hosts: facts.hosts }),
    ...(facts.net === undefined ? {} : { net: facts.net }),
    ...(facts.size === undefined ? {} : { term: { rows: facts.size.rows, cols: facts.size.columns } }),
  };
  const { net: _, ...rest } = particular;
  const card = cardInWord(facts.net);
  const others = card === undefined ? particular : rest;
  if (Object.keys(others).every((key) => READ_LATER.includes(key))) {
    const flags = tty | (facts.split ? 16 : 0) | (facts.timeline ? 32 : 0) | (facts.strace ? 64 : 0);
    const word = [`rr=${flags.toString(16)}`, BigInt(facts.time).toString(16), ...(card ?? [])].join(",");
    return Object.keys(others).length === 0 ? word : `${word} ${JSON.stringify(others)}`;
  }
  return JSON.stringify({
    ...particular,
    ...(tty === 0 ? {} : { tty }),
    ...(facts.split ? { split: true } : {}),
    // Written in full: below 1e21 a number is printed without an exponent.
    time: facts.time,
    ...(facts.timeline ? { timeline: true } : {}),
    ...(facts.strace ? { strace: true } : {}),
  });
}
