import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";

/** The monitor's socket in an instance's folder. */
const CONTROL = "control";

/**
 * A path of the instance's control socket that is short, until `close` is called: a socket's path holds 107 bytes (unix(7)), and a state folder may lie deep. The way
 * through the folder's descriptor is as short everywhere. Throws as open(2).
 */
export function openControlPath(directory: string): { path: string; close: () => void } {
  const folder = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: join("/proc/self/fd", String(folder), CONTROL), close: () => closeSync(folder) };
}
