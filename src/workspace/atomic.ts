import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { open, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDirectory } from "./directory.js";
import { asRrError } from "./system-error.js";

/** Temporary names that exist right now: an early exit of the process removes them. */
const pending = new Set<string>();
let removesOnExit = false;

export interface ReplaceOptions {
  /** Create missing parent folders; false by default, so that a typing error in a path is an error. */
  parents?: boolean;
  /** On the disk when the call returns: also after the host's end there is the old content or the new. False by default. */
  durable?: boolean;
}

/**
 * Let `produce` write a file, folder or link under a temporary name beside `path`, then rename it to `path` in one step:
 * at `path` there is the old content or the new, never a part. When `produce` throws, nothing is left behind.
 * A folder replaces only a missing or empty one. Returns what `produce` returns; throws RrError for what the file system refuses.
 */
export async function replaceAtomically<T>(
  path: string,
  produce: (temporary: string) => Promise<T>,
  options: ReplaceOptions = {},
): Promise<T> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`);
  remember(temporary);
  try {
    if (options.parents === true) {
      await makeDirectory(dirname(path));
    }
    const result = await produce(temporary);
    if (options.durable === true) {
      await sync(temporary);
    }
    await rename(temporary, path);
    if (options.durable === true) {
      await sync(dirname(path));
    }
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    // With a missing folder it is the folder that is at fault, and worth naming.
    throw asRrError(error, existsSync(dirname(path)) ? path : dirname(path)) ?? error;
  } finally {
    pending.delete(temporary);
  }
}

/** Replace the file at `path` by `data` in one step. `mode` as for open(2), 0o644 by default, less the umask. */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array,
  options: ReplaceOptions & { mode?: number } = {},
): Promise<void> {
  await replaceAtomically(path, (temporary) => writeFile(temporary, data, { mode: options.mode ?? 0o644, flag: "wx" }), options);
}

/** Make `path` a symbolic link to `target` in one step, replacing a file or link that was there. */
export async function linkAtomically(path: string, target: string, options: ReplaceOptions = {}): Promise<void> {
  await replaceAtomically(path, (temporary) => symlink(target, temporary), options);
}

/** Write what the system still holds of a file or folder to the disk. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function remember(temporary: string): void {
  pending.add(temporary);
  if (!removesOnExit) {
    removesOnExit = true;
    process.on("exit", () => {
      for (const path of pending) {
        rmSync(path, { recursive: true, force: true });
      }
    });
  }
}
