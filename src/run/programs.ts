import type { RcCommand } from "../config/index.js";
import { nearest, RrError } from "../errors/rr-error.js";
import type { ImageFacts } from "./image.js";
import type { RunOptions } from "./types.js";

/** The program bake adds to an image that can run several (programs/rc). */
const RUNNER = "rr-rc";

/** What the guest is told to run; undefined keys leave it to the image. */
export interface Wanted {
  program?: string | undefined;
  args?: readonly string[] | undefined;
  rc?: readonly RcCommand[] | undefined;
}

/**
 * Put the options and the launch file together and compare them with the image. Throws RUN_BAD_OPTION for a contradiction, PROGRAM_UNKNOWN for a
 * name that is not in the image, RC_UNABLE for an image that holds one program and is to run several. Pure.
 */
export function chooseProgram({ image, program: named, args: given, launch = {} }: RunOptions, facts: ImageFacts): Wanted {
  const { rc } = launch;
  if (rc !== undefined && (named !== undefined || given !== undefined)) {
    throw new RrError("RUN_BAD_OPTION", "rc says which programs run and with which arguments, so none can be named beside it", { exitCode: 2, hint: "leave out --program and the arguments, or --rc" });
  }
  const programs = facts.programs.filter((name) => name !== RUNNER);
  const program = named ?? launch.program;
  for (const name of [...(program === undefined ? [] : [program]), ...(rc ?? []).map(({ bin }) => bin)]) {
    checkName(name, programs, image, facts);
  }
  const only = rc?.length === 1 ? rc[0] : undefined;
  if (only !== undefined && only.runmode === "" && programs.includes(only.bin)) {
    // One program needs nobody to run it: it is process 1 itself.
    return { ...select(only.bin, facts), args: only.args };
  }
  if (rc !== undefined && !facts.programs.includes(RUNNER)) {
    throw new RrError("RC_UNABLE", `${image} was baked to run one program`, { hint: "bake it with all the programs, or with --rc" });
  }
  if (rc !== undefined) {
    return { rc };
  }
  const args = given ?? launch.args;
  // The arguments in the image are those of its own choice of a program.
  return program === undefined ? { args } : { ...select(program, facts), args: args ?? [] };
}

/** An image of one program has nothing to choose from, and no code that would. */
function select(program: string, { programs }: ImageFacts): Pick<Wanted, "program"> {
  return programs.length === 1 ? {} : { program };
}

function checkName(name: string, programs: readonly string[], image: string, { kind }: ImageFacts): void {
  // A path is the guest's business.
  if (kind !== "image" || name.includes("/") || programs.includes(name)) {
    return;
  }
  const near = nearest(name, programs);
  throw new RrError("PROGRAM_UNKNOWN", `${image} has no program "${name}"`, {
    hint: near === undefined ? `it has: ${programs.join(", ")}` : `did you mean "${near}"?`,
  });
}
