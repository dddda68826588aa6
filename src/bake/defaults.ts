import type { LaunchFile } from "../config/index.js";
import { RrError } from "../errors/rr-error.js";
import type { BakeOptions } from "./types.js";

/**
 * What the image runs by itself: the launch file with the options' arguments and environment, which win. An `rc` of one program that is waited for is that
 * program with its arguments: it needs nobody to run it. Throws LAUNCH_CONFLICT for arguments beside an rc.
 */
export function effectiveLaunch({ launch = {}, args, env }: Pick<BakeOptions, "launch" | "args" | "env">): LaunchFile {
  const { rc, ...rest } = launch;
  if (rc !== undefined && args !== undefined) {
    throw new RrError("LAUNCH_CONFLICT", "default arguments belong to one program, but rc names several", { hint: "give them in rc", exitCode: 2 });
  }
  const only = rc?.length === 1 ? rc[0] : undefined;
  const single = only !== undefined && only.runmode === "" && !only.bin.includes("/");
  return {
    ...rest,
    ...(args === undefined ? {} : { args }),
    env: { ...launch.env, ...env },
    ...(rc === undefined ? {} : single ? { program: only.bin, args: only.args } : { rc }),
  };
}

/** What is to run must be in the image. A path is the guest's business: a program may be executed by any path that ends in its name. */
export function checkProgramNames({ program, rc = [] }: LaunchFile, names: readonly string[]): void {
  const wanted = [...(program === undefined ? [] : [program]), ...rc.map(({ bin }) => bin)];
  const missing = wanted.find((name) => !name.includes("/") && !names.includes(name));
  if (missing !== undefined) {
    throw new RrError("PROGRAM_UNKNOWN", `the image is to run "${missing}", which is none of its programs`, { hint: `they are: ${names.join(", ")}` });
  }
}

/**
 * The launch document inside the image, docs/interfaces.md section 7; undefined when it says nothing. An image of one program (not `several`) has nothing
 * to choose from, and no code that would.
 */
export function launchDocument({ rc, program, args = [], env = {}, hostname, cwd, dns, search, hosts, net }: LaunchFile, several: boolean): string | undefined {
  const document = {
    ...(args.length === 0 ? {} : { args }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(dns === undefined ? {} : { dns }),
    ...(search === undefined ? {} : { search }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(net === undefined ? {} : { net }),
    ...(program === undefined || !several ? {} : { program }),
    ...(rc === undefined ? {} : { rc }),
  };
  return Object.keys(document).length === 0 ? undefined : JSON.stringify(document);
}
