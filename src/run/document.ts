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

/**
 * The document as JSON text; as one word (`rr=FLAGS,TIME`, docs/interfaces.md section 7) when it only holds what nearly every launch
 * says: reading JSON costs an emulated guest 0.4 ms, a tenth of its boot.
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
  if (Object.keys(particular).length === 0) {
    const flags = tty | (facts.split ? 16 : 0) | (facts.timeline ? 32 : 0) | (facts.strace ? 64 : 0);
    return `rr=${flags.toString(16)},${BigInt(facts.time).toString(16)}`;
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
