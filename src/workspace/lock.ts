import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RrError } from "../errors/rr-error.js";
import { silent, type Progress } from "../model/progress.js";
import { asRrError } from "./system-error.js";
import { makeDirectory } from "./directory.js";

export interface LockOptions {
  /** What goes on while the lock is held, for people: "another build", "has been building here". */
  what: { waiting: string; held: string };
  /** The error when it was waited for too long. */
  code: string;
  /** Milliseconds to wait, and between two looks. */
  waitMs: number;
  pollMs: number;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Run `work` while holding the lock file at `path`. Waits for another process that holds it, and takes the lock over
 * from one that ended without giving it back. Throws `code` after `waitMs`.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  await makeDirectory(dirname(path));
  const deadline = Date.now() + options.waitMs;
  let told = false;
  for (;;) {
    if (await take(path)) {
      break;
    }
    const holder = await readFile(path, "utf8").catch(() => "");
    if (holder !== "" && !(await isAlive(holder))) {
      await removeStale(path, holder);
      continue;
    }
    if (!told) {
      told = true;
      (options.progress ?? silent)({ kind: "info", text: `waiting for ${options.what.waiting} (process ${holder.split(" ")[0]})` });
    }
    if (Date.now() > deadline) {
      throw new RrError(options.code, `process ${holder.split(" ")[0]} ${options.what.held} for long: ${path}`, { hint: "wait for it, or end it" });
    }
    await sleep(options.pollMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** The file appears with its content or not at all: a link to a complete one. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${unique()}`;
  try {
    await writeFile(own, await identity(process.pid));
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw asRrError(error, path) ?? error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Others may be about to do the same: what was moved away is looked at again, and a lock just taken is put back. */
async function removeStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${unique()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== holder) {
      await link(aside, path);
    }
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
  } finally {
    await rm(aside, { force: true });
  }
}

async function isAlive(holder: string): Promise<boolean> {
  const pid = Number(holder.split(" ")[0]);
  return Number.isInteger(pid) && (await identity(pid).catch(() => undefined)) === holder;
}

function unique(): string {
  return randomBytes(6).toString("hex");
}

/** Process id and start time: ids are used again. */
async function identity(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, "latin1");
  // The name in parentheses may contain anything; the start time is the 20th field behind it.
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return `${pid} ${fields[19]}`;
}
