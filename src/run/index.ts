/** Image -> running machine. The public face of src/run; everything else in this folder is private to it. */
import type { ImageFacts } from "./image.js";
import type { RunOptions, RunResult } from "./types.js";

export type { ImageFacts };

export * from "./types.js";

/**
 * Run an image in QEMU until it ends. (`startInstance` leaves one running in the background.)
 *
 * Returns the result also when the guest or QEMU ended badly after the machine had started: exitCode 125 and a
 * `reason` then. Throws RrError, before anything was started, for what the caller can put right: FILE_MISSING,
 * NOT_A_FILE, NOT_ELF, ELF_* (another architecture, truncated), IMAGE_VERSION, IMAGE_CORRUPT, IMAGE_UNBAKED,
 * RUN_BAD_OPTION, QEMU_MISSING, QEMU_TOO_OLD, PORT_IN_USE, GUEST_MEMORY, KVM_UNUSABLE, NETWORK_FAILED, QEMU_FAILED.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { launch } = await import("./launch.js");
  return launch(options);
}

/** What `run` would complain about before it starts anything, and what the image is. Throws the same errors. */
export async function checkRun(options: RunOptions): Promise<ImageFacts> {
  const { check } = await import("./launch.js");
  return check(options);
}

/**
 * Whether KVM really runs long-mode guests on this host: a tiny guest is started with a time limit of 2 s. The answer is
 * remembered until the next boot in `$RR_CACHE`. Never throws; `reason` says why not.
 */
export async function probeKvm(options: { hostEnv?: Readonly<Record<string, string | undefined>>; fresh?: boolean } = {}): Promise<{ works: boolean; reason: string }> {
  const kvm = await import("./kvm.js");
  return kvm.probeKvm(options);
}

/** What a file is, as far as `run` is concerned; throws the file, ELF_* and IMAGE_* errors of `run` (but IMAGE_UNBAKED). */
export async function inspectImage(path: string): Promise<ImageFacts> {
  const image = await import("./image.js");
  return image.inspectImage(path);
}
export { formatCrash, formatDeadlock, formatTimeline } from "./format.js";
