import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** SHA-256, in hex, of strings in order; no two different lists give the same text. */
export function fingerprint(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest("hex");
}

/**
 * Names and contents of all files below `directory` but text for people (.md), as one fingerprint; that of nothing when
 * it does not exist.
 */
export async function fingerprintTree(directory: string): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") {
      return [];
    }
    throw error;
  });
  const paths = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".md")).map((entry) => join(entry.path, entry.name)).sort();
  const parts = await Promise.all(paths.map(async (path) => [path.slice(directory.length), await readFile(path, "latin1")]));
  return fingerprint(...parts.flat());
}
