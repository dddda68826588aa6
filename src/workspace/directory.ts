import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { asRrError } from "./system-error.js";

/**
 * Make the folder `path` and those above it that are missing; one that is there is fine. Throws RrError for what the file
 * system refuses, naming the folder it refused.
 *
 * Node's own recursive mkdir never ends where a folder exists and still answers ENOENT, as /proc does.
 */
export async function makeDirectory(path: string): Promise<void> {
  if ((await tryToMake(path)) !== "ENOENT") {
    return;
  }
  const parent = dirname(path);
  if (!(await isDirectory(parent))) {
    await makeDirectory(parent);
  }
  // Once more even where the parent was there: somebody else may have made it between the first try and the look.
  if ((await tryToMake(path)) === "ENOENT") {
    const code = (await isDirectory(parent)) ? "EPERM" : "ENOENT";
    throw asRrError(Object.assign(new Error(`mkdir ${path}`), { code }), path);
  }
}

async function tryToMake(path: string): Promise<"made" | "ENOENT"> {
  try {
    await mkdir(path);
    return "made";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      return "ENOENT";
    }
    if (code === "EEXIST" || code === "EISDIR") {
      if (await isDirectory(path)) {
        return "made";
      }
      throw asRrError(Object.assign(new Error(`mkdir ${path}`), { code: "ENOTDIR" }), path);
    }
    // A read-only or foreign folder above may hold the one wanted.
    if (await isDirectory(path)) {
      return "made";
    }
    throw asRrError(error, path) ?? error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
