import { delimiter, join } from "node:path";
import { existsSync } from "node:fs";
import { RrError } from "../errors/rr-error.js";
import { parseTarget } from "./target.js";

/**
 * The variables that put the tools of the platform installed below `prefix` in front of the PATH of `environment`
 * (once, however often it is asked for). Throws PLATFORM_MISSING when nothing is installed there.
 */
export function environmentFor(
  prefix: string,
  targetName = "x86_64-hw",
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const target = parseTarget(targetName);
  const directory = join(prefix, target.name);
  if (!existsSync(join(directory, "platform.json"))) {
    throw new RrError("PLATFORM_MISSING", `no platform is installed in ${directory}`, { hint: `rr build-platform ${target.platform}` });
  }
  const bin = join(directory, "bin");
  const rest = (environment["PATH"] ?? "/usr/bin:/bin").split(delimiter).filter((folder) => folder !== bin && folder !== "");
  return {
    PATH: [bin, ...rest].join(delimiter),
    RR_PREFIX: prefix,
    RUMPRUN_TOOLCHAIN_TUPLE: target.tuple,
  };
}
