import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The part of an environment that paths depend on; `process.env` fits. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where platforms are installed: `flag` (from --prefix or the config file), else `$RR_PREFIX`, else
 * `$XDG_DATA_HOME/rr`, else `~/.local/share/rr`. Absolute; nothing is created.
 */
export function prefixDirectory(flag?: string, environment: Environment = process.env): string {
  return directory(flag ?? environment["RR_PREFIX"], environment["XDG_DATA_HOME"], [".local", "share"], environment);
}

/**
 * Where downloads, build objects and images baked on the fly live: `$RR_CACHE`, else `$XDG_CACHE_HOME/rr`, else
 * `~/.cache/rr`. Absolute; nothing is created. Deleting it loses time, never work.
 */
export function cacheDirectory(flag?: string, environment: Environment = process.env): string {
  return directory(flag ?? environment["RR_CACHE"], environment["XDG_CACHE_HOME"], [".cache"], environment);
}

/**
 * Where the instances of `rr run` keep their state and logs: `$RR_STATE`, else `$XDG_STATE_HOME/rr`, else `~/.local/state/rr`. Absolute;
 * nothing is created.
 */
export function stateDirectory(flag?: string, environment: Environment = process.env): string {
  return directory(flag ?? environment["RR_STATE"], environment["XDG_STATE_HOME"], [".local", "state"], environment);
}

/** The folder rr itself was installed to: it holds `components/`, `toolchains/` and `package.json`. */
export function packageRoot(): string {
  // Two levels up, both from src/workspace (tests) and from dist/workspace.
  return fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
}

function directory(explicit: string | undefined, xdg: string | undefined, fallback: string[], environment: Environment): string {
  if (explicit !== undefined && explicit !== "") {
    return resolve(explicit);
  }
  // The XDG specification tells programs to ignore a relative path there.
  if (xdg !== undefined && isAbsolute(xdg)) {
    return join(xdg, "rr");
  }
  return join(environment["HOME"] || homedir(), ...fallback, "rr");
}
