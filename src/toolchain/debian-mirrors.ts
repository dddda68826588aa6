import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const APT_HELPER = "/usr/lib/apt/apt-helper";

/** The path of apt's downloader, on hosts that have one. */
export function aptHelper(): string | undefined {
  return existsSync(APT_HELPER) ? APT_HELPER : undefined;
}

/**
 * The archives this host installs packages from, as URLs without a trailing slash, in the order of apt's configuration.
 * A mirror's pool holds the source archives too, whether or not the host has source lists: no list is downloaded.
 */
export async function debianMirrors(folder = "/etc/apt"): Promise<string[]> {
  const files = [join(folder, "sources.list")];
  for (const name of (await readdir(join(folder, "sources.list.d")).catch(() => [])).sort()) {
    files.push(join(folder, "sources.list.d", name));
  }
  const mirrors = new Set<string>();
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    for (const url of file.endsWith(".sources") ? deb822Uris(text) : oneLineUris(text)) {
      mirrors.add(url.replace(/\/+$/, ""));
    }
  }
  // Only a distribution's own archive has a pool of this layout with everything in it; others just answer "not found".
  return [...mirrors].filter((url) => /^https?:\/\/\S+\/(debian|ubuntu)$/.test(url));
}

/** "deb [options] URI suite component..." */
function oneLineUris(text: string): string[] {
  return [...text.matchAll(/^\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)/gm)].map((match) => match[1] as string);
}

/** "URIs: one two", possibly continued on indented lines. */
function deb822Uris(text: string): string[] {
  return [...text.matchAll(/^URIs:((?:.*)(?:\n[ \t]+\S.*)*)/gim)].flatMap((match) => (match[1] as string).trim().split(/\s+/));
}
