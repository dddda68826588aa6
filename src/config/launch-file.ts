import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { nearest, RrError } from "../errors/rr-error.js";
import { isHostName } from "../model/host-name.js";
import { asRrError } from "../workspace/system-error.js";
import { parseLaunchNet, type LaunchNet } from "./launch-net.js";

/** One program of `rc`: docs/interfaces.md section 7. */
export interface RcCommand {
  bin: string;
  args: readonly string[];
  /** "": run it and wait; "&": in the background; "|": its output is the next one's input. */
  runmode: "" | "&" | "|";
}

/** What an image or a machine is told by a file: the keys of Rumprun's configuration that rr knows, and rr's own. */
export interface LaunchFile {
  rc?: readonly RcCommand[];
  /** The program that is started, by name. */
  program?: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  hostname?: string;
  cwd?: string;
  /** Addresses of DNS servers; domains to look in; lines of /etc/hosts. */
  dns?: readonly string[];
  search?: readonly string[];
  hosts?: readonly string[];
  /** The cards' addresses. */
  net?: readonly LaunchNet[];
}

const KEYS = ["rc", "program", "args", "cmdline", "env", "hostname", "cwd", "dns", "search", "hosts", "net"] as const;
/** Rumprun's keys for what rr has not got yet. */
const LATER = ["blk", "mount"];
const MODES = ["", "&", "|"] as const;
/** The guest's runner takes no more words for one program. */
const MOST_ARGS = 998;

/**
 * Read the JSON file `path`, or `path` itself when it is JSON. `warn` is told about keys that have no effect yet. Throws FILE_MISSING and its like, or LAUNCH_FILE naming file, key and
 * what was expected.
 */
export async function readLaunchFile(path: string, warn: (text: string) => void): Promise<LaunchFile> {
  const inline = path.trimStart().startsWith("{");
  const name = inline ? "--rc" : path;
  const content = inline ? path : await readFile(path, "utf8").catch((error: unknown) => {
    throw asRrError(error, path) ?? error;
  });
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw wrong(name, (error as Error).message);
  }
  return parseLaunchFile(value, name, warn);
}

/** The same for a value that was read already. */
export function parseLaunchFile(value: unknown, file: string, warn: (text: string) => void): LaunchFile {
  const document = object(value, file, "the top level");
  for (const key of Object.keys(document)) {
    if (LATER.includes(key)) {
      warn(`${file}: "${key}" has no effect yet`);
    } else if (!(KEYS as readonly string[]).includes(key)) {
      const near = nearest(key, KEYS);
      throw wrong(file, `unknown key "${key}"`, near === undefined ? `the keys are ${KEYS.join(", ")}` : `did you mean "${near}"?`);
    }
  }
  const { rc, program, args, cmdline, env, hostname, cwd, dns, search, hosts, net } = document;
  // Rumprun's: one string, the program's name first.
  const words = cmdline === undefined ? undefined : text(cmdline, file, "cmdline").split(/ +/).filter((word) => word !== "").slice(1);
  const given = args === undefined ? words : strings(args, file, "args");
  if (rc !== undefined && (given !== undefined || program !== undefined)) {
    throw wrong(file, '"rc" says what is run, so there can be no "program", "args" or "cmdline" beside it');
  }
  return {
    ...(rc === undefined ? {} : { rc: commands(rc, file) }),
    ...(program === undefined ? {} : { program: text(program, file, "program") }),
    ...(given === undefined ? {} : { args: given }),
    ...(env === undefined ? {} : { env: environment(env, file) }),
    ...(hostname === undefined ? {} : { hostname: text(hostname, file, "hostname") }),
    ...(cwd === undefined ? {} : { cwd: text(cwd, file, "cwd") }),
    ...(dns === undefined ? {} : { dns: lines(dns, file, "dns", (line) => isIP(line) !== 0, "an address") }),
    ...(search === undefined ? {} : { search: lines(search, file, "search", isHostName, "a domain") }),
    ...(hosts === undefined ? {} : { hosts: lines(hosts, file, "hosts", isHostsLine, 'a line of /etc/hosts: "ADDRESS NAME..."') }),
    ...(net === undefined ? {} : { net: parseLaunchNet(net, (message, hint) => wrong(file, message, hint)) }),
  };
}

function commands(value: unknown, file: string): RcCommand[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw wrong(file, '"rc" must be a list of one or more programs');
  }
  const list = value.map((each, index) => command(each, file, `rc[${index}]`));
  if (list.at(-1)?.runmode === "|") {
    throw wrong(file, `rc[${list.length - 1}] has the runmode "|", but there is no program behind it`);
  }
  return list;
}

function command(value: unknown, file: string, where: string): RcCommand {
  const { bin, args, argv, runmode = "", ...rest } = object(value, file, where);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw wrong(file, `${where} has an unknown key "${unknown}"`, "the keys are bin, args, runmode");
  }
  const list = args ?? argv;
  const known = MODES.find((mode) => mode === runmode);
  if (known === undefined) {
    throw wrong(file, `${where}.runmode is ${JSON.stringify(runmode)}`, 'it can be "", "&" (background) or "|" (piped into the next)');
  }
  const words = list === undefined ? [] : strings(list, file, `${where}.args`);
  const name = text(bin, file, `${where}.bin`);
  if (name === "" || words.length > MOST_ARGS) {
    throw wrong(file, name === "" ? `${where}.bin is empty` : `${where} has ${words.length} arguments; at most ${MOST_ARGS} are possible`);
  }
  return { bin: name, args: words, runmode: known };
}

function environment(value: unknown, file: string): Record<string, string> {
  if (typeof value === "string" || Array.isArray(value)) {
    const pairs = typeof value === "string" ? [value] : strings(value, file, "env");
    return Object.fromEntries(pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw wrong(file, `env: "${pair}" must look like NAME=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }));
  }
  const entries = Object.entries(object(value, file, "env"));
  return Object.fromEntries(entries.map(([name, content]) => {
    if (name === "" || name.includes("=")) throw wrong(file, `env: a variable cannot be called "${name}"`);
    return [name, text(content, file, `env.${name}`)];
  }));
}

function object(value: unknown, file: string, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(file, `${where} must be an object ({...})`);
  }
  return value as Record<string, unknown>;
}

function strings(value: unknown, file: string, where: string): string[] {
  if (!Array.isArray(value)) {
    throw wrong(file, `${where} must be a list of strings`);
  }
  return value.map((each, index) => text(each, file, `${where}[${index}]`));
}

function lines(value: unknown, file: string, where: string, good: (line: string) => boolean, what: string): string[] {
  const list = strings(value, file, where);
  const wrongOne = list.findIndex((line) => !good(line));
  if (wrongOne >= 0) {
    throw wrong(file, `${where}[${wrongOne}], ${JSON.stringify(list[wrongOne])}, is not ${what}`);
  }
  return list;
}

function isHostsLine(line: string): boolean {
  const [address = "", ...names] = line.trim().split(/[ \t]+/);
  return isIP(address) !== 0 && names.length > 0 && names.every((name) => isHostName(name));
}

function text(value: unknown, file: string, where: string): string {
  if (typeof value !== "string" || value.includes("\0")) {
    throw wrong(file, value === undefined ? `${where} is missing` : `${where} must be a string`);
  }
  return value;
}

function wrong(file: string, message: string, hint = "docs/interfaces.md, section 7, describes the keys"): RrError {
  return new RrError("LAUNCH_FILE", `${file}: ${message}`, { hint });
}
