import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { exec } from "../process/exec.js";
import { cacheDirectory, packageRoot } from "../workspace/paths.js";

/**
 * What QEMU's user network is made better by: toolchains/qemu as a library for LD_PRELOAD. It is compiled into the cache the first time. Undefined where it cannot be compiled, as without a C compiler.
 */
export async function userNetworkLibrary(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const source = join(packageRoot(), "toolchains", "qemu");
  const files = readdirSync(source).filter((name) => /\.[ch]$/.test(name)).sort();
  const hash = createHash("sha256");
  files.forEach((name) => hash.update(readFileSync(join(source, name))));
  const directory = join(cacheDirectory(undefined, env), "run");
  const library = join(directory, `user-network-${hash.digest("hex").slice(0, 12)}.so`);
  try {
    readFileSync(library);
    return library;
  } catch {
    // The first time.
  }
  try {
    mkdirSync(directory, { recursive: true });
    const temporary = `${library}.${process.pid}`;
    await exec("gcc", ["-O1", "-shared", "-fPIC", "-o", temporary, ...files.filter((name) => name.endsWith(".c")).map((name) => join(source, name))]);
    await rename(temporary, library);
    return library;
  } catch {
    return undefined;
  }
}
