import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, type Dirent } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { RrError } from "../errors/rr-error.js";
import { identify, isAlive } from "../process/identity.js";
import { sync, writeFileAtomically } from "../workspace/atomic.js";
import { makeDirectory } from "../workspace/directory.js";
import { asRrError } from "../workspace/system-error.js";
import type { Instance, InstanceSpec, InstanceState } from "./types.js";

/*
 * STATE/instances/NAME/ID/{spec.json, state.json, ...}. Everything that two rr could do at once is one rename(2), so there is no lock:
 * - an instance is prepared as .new-... and renamed to NAME, which fails when NAME is there and not empty: names are unique;
 * - it is removed by renaming NAME/ID to .gone-ID, which one of several succeeds in, and never touches a later instance of that name. An empty NAME is a free
 *   name, so a crash between the steps leaves nothing that has to be mended.
 * Left-overs of who was killed in between (.new-, .gone-) are cleared away by the next one that makes an instance.
 */

const NEW = ".new-";
const GONE = ".gone-";
const ID = /^[0-9a-f]{12}$/;
/** A name begins with a letter or digit, so that it is no flag and no hidden folder. */
const NAME = /^[a-zA-Z0-9][\w.-]{0,62}$/;

export function newId(): string {
  return randomBytes(6).toString("hex");
}

/** Throws RUN_BAD_OPTION. */
export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new RrError("RUN_BAD_OPTION", `"${name}" cannot name an instance`, { exitCode: 2, hint: "--name takes up to 63 letters, digits, dots, dashes and underscores, a letter or digit first" });
  }
}

/** "web-3f9c" for an image web.bin: complete it by its first letters. */
export function generatedName(image: string, id: string): string {
  const base = basename(image).replace(/\.[^.]*$/, "").replace(/[^\w.-]/g, "-").replace(/^[^a-zA-Z0-9]+/, "").slice(0, 50);
  return `${base === "" ? "instance" : base}-${id.slice(0, 4)}`;
}

/**
 * Keep a new instance; returns its folder. Throws NAME_TAKEN, and what the file system refuses (NO_SPACE, NO_PERMISSION, ...); nothing is left behind then.
 */
export async function createInstance(state: string, spec: InstanceSpec, first: InstanceState): Promise<string> {
  const all = join(state, "instances");
  await makeDirectory(all);
  await clearLeftOvers(all);
  const { pid, start } = first.monitor;
  const prepared = join(all, `${NEW}${spec.id}-${pid}-${start}`);
  const directory = join(prepared, spec.id);
  try {
    // The console's output may be secret, and so may the environment.
    await mkdir(prepared, { mode: 0o700 });
    await mkdir(directory, { mode: 0o700 });
    await writeFileAtomically(join(directory, "spec.json"), json(spec), { mode: 0o600, durable: true });
    await writeFileAtomically(join(directory, "state.json"), json(first), { mode: 0o600, durable: true });
    await rename(prepared, join(all, spec.name));
    await sync(all);
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    if (["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw new RrError("NAME_TAKEN", `there is an instance "${spec.name}" already`, { hint: `rr rm ${spec.name} (-f when it runs), or choose another --name` });
    }
    throw asRrError(error, all) ?? error;
  }
  return join(all, spec.name, spec.id);
}

/** The state folder that an instance's `directory` lies in. */
export function stateOf(directory: string): string {
  return resolve(directory, "../../..");
}

/** The monitor's, and nobody else's. An instance that was removed meanwhile has no state any more: false. */
export async function writeState(directory: string, state: InstanceState, options: { durable?: boolean } = {}): Promise<boolean> {
  try {
    await writeFileAtomically(join(directory, "state.json"), json(state), { mode: 0o600, durable: options.durable ?? false });
    return true;
  } catch (error) {
    if (error instanceof RrError && error.code === "FILE_MISSING") {
      return false;
    }
    throw error;
  }
}

export function readSpec(directory: string): InstanceSpec {
  return JSON.parse(readFileSync(join(directory, "spec.json"), "utf8")) as InstanceSpec;
}

/** All instances, the oldest first. Throws NO_PERMISSION and the like for a folder that cannot be read. */
export function listInstances(state: string): Instance[] {
  const all = join(state, "instances");
  return entries(all)
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .flatMap(({ name }) => entries(join(all, name)).filter((entry) => ID.test(entry.name)).map((entry) => join(all, name, entry.name)))
    .map(readInstance)
    .filter((instance) => instance !== undefined)
    .sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0));
}

/** The instance in a folder as it is now; undefined when it has just been removed. */
export function readInstance(directory: string): Instance | undefined {
  let spec: InstanceSpec;
  try {
    spec = readSpec(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (!(error instanceof SyntaxError)) {
      throw asRrError(error, directory) ?? error;
    }
    return damaged(directory);
  }
  const state = readState(directory);
  return describe(directory, spec, state);
}

/** Undefined: it was removed at this moment, or the disk lost it. */
export function readState(directory: string): InstanceState | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "state.json"), "utf8")) as InstanceState;
  } catch {
    return undefined;
  }
}

function describe(directory: string, spec: InstanceSpec, state: InstanceState | undefined): Instance {
  const lost = state === undefined || (state.phase !== "ended" && !isAlive(state.monitor));
  const { id, name, created, options, remove, restart, logBytes } = spec;
  // Without setpriv (util-linux) QEMU survives a monitor that was killed.
  const pid = state?.qemu !== undefined && state.phase !== "ended" && isAlive(state.qemu) ? state.qemu.pid : undefined;
  return {
    id, name, created, options, remove, restart, logBytes, directory,
    cookie: `qemu:${options.name ?? state?.qemu?.pid ?? name}`,
    image: options.image,
    status: lost ? "lost" : state.phase,
    restarts: state?.restarts ?? 0,
    ...(state?.started === undefined ? {} : { started: state.started }),
    ...(state?.ended === undefined || lost ? {} : { ended: state.ended }),
    ...(pid === undefined ? {} : { pid }),
    ...(lost || state.phase === "ended" ? {} : { monitorPid: state.monitor.pid }),
    ...(lost
      ? { exitCode: 125, reason: "its monitor is gone: it was killed, or the host was started anew", hint: `rr logs ${name}; rr rm ${name}` }
      : {
          ...(state.exitCode === undefined ? {} : { exitCode: state.exitCode }),
          ...(state.reason === undefined ? {} : { reason: state.reason }),
          ...(state.hint === undefined ? {} : { hint: state.hint }),
        }),
  };
}

/** Remove an instance that does not run. False: somebody else did. Throws what the file system refuses. */
export async function deleteInstance({ directory, id }: Pick<Instance, "directory" | "id">): Promise<boolean> {
  const named = join(directory, "..");
  const gone = join(named, "..", `${GONE}${id}`);
  try {
    await rename(directory, gone);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return false;
    }
    throw asRrError(error, directory) ?? error;
  }
  // Not empty: the name has been taken again.
  await rmdir(named).catch(() => {});
  await removeTree(gone);
  return true;
}

async function clearLeftOvers(all: string): Promise<void> {
  for (const name of await readdir(all).catch(() => [])) {
    const owner = /^\.new-[0-9a-f]+-(\d+)-(\d+)$/.exec(name);
    const abandoned = owner !== null && identify(Number(owner[1]))?.start !== Number(owner[2]);
    if (abandoned || name.startsWith(GONE)) {
      await removeTree(join(all, name));
    }
  }
}

/** Several may be at it, and a monitor may be writing its last lines: what is left will be taken by the next one. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {});
}

function entries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw asRrError(error, directory) ?? error;
  }
}

/** A disk that lost part of a file must not hide the others' instances, and this one can still be removed. */
function damaged(directory: string): Instance {
  const name = basename(join(directory, ".."));
  return {
    id: basename(directory), name, directory, cookie: `qemu:${name}`, image: "", created: "", options: { image: "" }, remove: false, restart: { when: "no" }, logBytes: 0, restarts: 0,
    status: "lost", exitCode: 125, reason: "its spec.json is damaged", hint: `rr rm ${name}`,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
