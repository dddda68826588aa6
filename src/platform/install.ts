import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, readlink, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { linkAtomically } from "../workspace/atomic.js";
import { makeDirectory } from "../workspace/directory.js";

const INSTALLS = ".installs";
const PARTIAL = ".partial-";
const HOUR_MS = 3_600_000;
/** Builds in the cache that nobody asked for in this time are removed. */
const CACHE_MS = 14 * 24 * HOUR_MS;
/** So are parts of builds, hidden until complete, that nobody can be working on any more. */
const UNFINISHED_MS = 2 * HOUR_MS;

/** The hash of the complete install that PREFIX/`target` points to, if there is one. */
export async function installedHash(prefix: string, target: string): Promise<string | undefined> {
  const link = join(prefix, target);
  const hash = basename(await readlink(link).catch(() => ""));
  return hash !== "" && existsSync(join(link, "platform.json")) ? hash : undefined;
}

/**
 * Let `fill` write an install, then make it the one in use: a rename, then the replacement of a link. Installs other
 * than the new one and the one before are removed, as are parts an interrupted run left. The caller holds the lock.
 */
export async function installAtomically(prefix: string, target: string, hash: string, fill: (directory: string) => Promise<void>): Promise<void> {
  const installs = join(prefix, INSTALLS);
  await makeDirectory(installs);
  const before = basename(await readlink(join(prefix, target)).catch(() => ""));
  const partial = join(installs, `${PARTIAL}${hash}`);
  const final = join(installs, hash);
  await rm(partial, { recursive: true, force: true });
  try {
    await mkdir(partial);
    await fill(partial);
    // Not in use: the plan says so. It may be there, incomplete or from before.
    await rm(final, { recursive: true, force: true });
    await rename(partial, final);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  await linkAtomically(join(prefix, target), join(INSTALLS, hash));
  for (const name of await readdir(installs)) {
    if (name !== hash && name !== before) {
      await rm(join(installs, name), { recursive: true, force: true });
    }
  }
}

/** Copy files, sharing their blocks where the file system can. */
export async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: 2 /* COPYFILE_FICLONE */ });
}

/** Remove build folders of processes that were killed. Their names hold the process id: ".build--PID-random". */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^\.build--(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      // A compiler it had started may still write; then the folder is old enough to go some other time.
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 2, retryDelay: 50 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY") {
          throw error;
        }
      });
    }
  }
}

/** Mark `used` entries of the cache folder as used now and remove entries not used for long. */
export async function tidyCache(folder: string, used: readonly string[]): Promise<void> {
  const now = new Date();
  for (const path of used) {
    await utimes(path, now, now).catch(() => {});
  }
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const age = now.getTime() - (await stat(path).then((found) => found.mtimeMs, () => Number.POSITIVE_INFINITY));
    if (age > (name.startsWith(".") ? UNFINISHED_MS : CACHE_MS)) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** Version of rr itself. */
export async function versionOf(packageDirectory: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageDirectory, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}
