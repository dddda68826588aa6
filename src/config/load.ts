import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";
import type { RrConfig } from "./types.js";

/** In the order in which they win within one folder. */
const PLACES = ["rr.config.json", "rr.config.yaml", "rr.config.yml", "rr.config.js", "rr.config.mjs", ".rrrc", "package.json"];

/**
 * The config that holds in `directory`: the first file found from there up to the project's root (the nearest folder with
 * .git or package.json; without one, only `directory`), then in ~/.config/rr. Paths in it come back absolute.
 * Returns empty defaults when there is none. Throws CONFIG_INVALID or CONFIG_UNKNOWN_KEY, naming file and key.
 */
export async function loadConfig(directory: string): Promise<RrConfig> {
  const found = await find(directory);
  if (found === undefined) {
    return { bake: {}, run: {} };
  }
  const [value, { parseConfig }] = await Promise.all([load(found), import("./schema.js")]);
  return withAbsolutePaths(parseConfig(value ?? {}, found), dirname(found));
}

/** Looking with stat first keeps the common case, no config file, from loading cosmiconfig: 60 ms. */
async function find(directory: string): Promise<string | undefined> {
  for (const folder of foldersToSearch(resolve(directory))) {
    for (const place of PLACES) {
      const file = join(folder, place);
      if (existsSync(file) && (place !== "package.json" || (await hasKey(file)))) {
        return file;
      }
    }
  }
  return undefined;
}

function foldersToSearch(directory: string): string[] {
  const own = join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "rr");
  const folders = [];
  // Never above the project: a config may be a program, and the folders above may be anybody's.
  for (let folder = directory; ; folder = dirname(folder)) {
    folders.push(folder);
    if (existsSync(join(folder, ".git")) || existsSync(join(folder, "package.json"))) {
      return [...folders, own];
    }
    if (folder === dirname(folder)) {
      return [directory, own];
    }
  }
}

async function hasKey(packageFile: string): Promise<boolean> {
  try {
    const content: unknown = JSON.parse(await readFile(packageFile, "utf8"));
    return typeof content === "object" && content !== null && "rr" in content;
  } catch {
    // A broken package.json is npm's to complain about.
    return false;
  }
}

async function load(file: string): Promise<unknown> {
  const { cosmiconfig } = await import("cosmiconfig");
  try {
    return (await cosmiconfig("rr", { searchPlaces: PLACES }).load(file))?.config as unknown;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw asRrError(error, file) ?? new RrError("CONFIG_INVALID", `cannot read ${file}: ${reason}`, { hint: "docs/config.md has examples", cause: error });
  }
}

function withAbsolutePaths(config: RrConfig, base: string): RrConfig {
  const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(base, path));
  return {
    ...config,
    prefix: absolute(config.prefix),
    cache: absolute(config.cache),
    state: absolute(config.state),
    bake: { ...config.bake, rootfs: absolute(config.bake.rootfs), rc: absolute(config.bake.rc) },
  };
}
