import { RrError, nearest } from "../errors/rr-error.js";

/** What an image is built for: a processor architecture and a platform it boots on. */
export interface Target {
  /** "x86_64-hw": also the name of the folder below the prefix. */
  readonly name: string;
  readonly arch: "x86_64";
  readonly platform: "hw";
  /** Prefix of the tools' names, as autoconf's --host takes it. */
  readonly tuple: string;
}

const TARGETS: readonly Target[] = [{ name: "x86_64-hw", arch: "x86_64", platform: "hw", tuple: "x86_64-rumprun-linux-musl" }];

/**
 * The target called `name`, in full ("x86_64-hw") or by platform alone ("hw": the only architecture so far).
 * Throws RrError TARGET_UNKNOWN.
 */
export function parseTarget(name: string): Target {
  const target = TARGETS.find((candidate) => candidate.name === name || candidate.platform === name);
  if (target === undefined) {
    const likely = nearest(name, TARGETS.flatMap((known) => [known.name, known.platform]));
    throw new RrError("TARGET_UNKNOWN", `there is no platform "${name}"`, {
      hint: likely === undefined ? `this release builds: ${TARGETS.map((known) => known.platform).join(", ")}` : `did you mean "${likely}"?`,
      exitCode: 2,
    });
  }
  return target;
}
