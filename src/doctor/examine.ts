import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exec } from "../process/exec.js";
import { findProgram } from "../process/start.js";
import type { Finding, Requirement, State } from "./types.js";

/** Look for each of `requirements` along `searchPath` (PATH's format). Never throws: what cannot be started is missing. */
export async function examineHost(requirements: readonly Requirement[], searchPath = process.env["PATH"] ?? ""): Promise<Finding[]> {
  return Promise.all(requirements.map((requirement) => examine(requirement, searchPath)));
}

/** The command that installs what `findings` lack (only of `uses`), or undefined when nothing is missing. */
export function installCommand(findings: readonly Finding[], uses: readonly Requirement["use"][] = ["needed"]): string | undefined {
  const lacking = findings.filter((finding) => finding.state !== "ok" && uses.includes(finding.use));
  const packages = [...new Set(lacking.map((finding) => finding.package))];
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  return packages.length === 0 ? undefined : `${sudo}apt-get install ${packages.join(" ")}`;
}

async function examine(requirement: Requirement, searchPath: string): Promise<Finding> {
  const { name, use, why } = requirement;
  const common = { name, use, package: requirement.package, why };
  const path = await locate(requirement, searchPath);
  if (path === undefined) {
    return { ...common, state: "missing" };
  }
  if (requirement.command === undefined) {
    return { ...common, state: "ok", path };
  }
  const version = await versionOf(path);
  const state: State = version !== undefined && requirement.minimum !== undefined && isOlder(version, requirement.minimum) ? "too old" : "ok";
  return { ...common, state, path, ...(version === undefined ? {} : { version }) };
}

async function locate(requirement: Requirement, searchPath: string): Promise<string | undefined> {
  if (requirement.command !== undefined) {
    return findProgram(requirement.command, searchPath);
  }
  if (requirement.glob !== undefined) {
    return findBelow(requirement.glob);
  }
  return requirement.file !== undefined && existsSync(requirement.file) ? requirement.file : undefined;
}

/** "/a/ * /b" (without blanks): the first folder of /a that holds b. */
async function findBelow(pattern: string): Promise<string | undefined> {
  const above = dirname(dirname(pattern));
  const folders = await readdir(above).catch(() => []);
  return folders.map((folder) => join(above, folder, basename(pattern))).find((file) => existsSync(file));
}

async function versionOf(program: string): Promise<string | undefined> {
  // Some print it on standard error, some fail afterwards: only what looks like a version counts.
  const said = await exec(program, ["--version"], { timeout: 10_000, okCodes: [0, 1, 2], env: { LC_ALL: "C" } }).catch(() => undefined);
  const line = (said === undefined ? "" : said.stdout || said.stderr).split("\n")[0] ?? "";
  // "ld (GNU Binutils for Debian) 2.40", "gcc (Debian 12.2.0-14) 12.2.0": the text in brackets is the packager's.
  return /\d+(\.\d+)*/.exec(line.replace(/\([^)]*\)/g, ""))?.[0];
}

function isOlder(version: string, minimum: string): boolean {
  const found = version.split(".").map(Number);
  const wanted = minimum.split(".").map(Number);
  for (const [i, part] of wanted.entries()) {
    if ((found[i] ?? 0) !== part) {
      return (found[i] ?? 0) < part;
    }
  }
  return false;
}
