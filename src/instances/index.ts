/**
 * Images that run in the background: started, seen, stopped, removed. The public face of src/instances; docs/instances.md tells how it works. Every function that takes
 * an instance takes it as it was read; what it does goes by the instance's folder and processes, so an outdated one does no harm.
 */
import type { LogOptions } from "./log-reader.js";
import type { LogRecord } from "./log-format.js";
import type { InstanceEnd } from "./operate.js";
import type { InstanceStats } from "./stats.js";
import type { Instance, RestartPolicy, StartInstanceOptions } from "./types.js";

export type * from "./types.js";
export type { InstanceEnd, InstanceStats, LogOptions, LogRecord };

/**
 * Start an image in the background and return when its program runs. What looks after it is a process of its own (`rr monitor`), which stays when the caller ends.
 * Throws what `run` throws, NAME_TAKEN, START_FAILED (the machine ended before its program began), and what the file system refuses below `state`; nothing is left then.
 */
export async function startInstance(options: StartInstanceOptions): Promise<Instance> {
  return (await import("./start.js")).startInstance(options);
}

/** All instances below `state` (as given by `stateDirectory`), the oldest first. */
export async function listInstances(state: string): Promise<Instance[]> {
  return (await import("./store.js")).listInstances(state);
}

/** By name, id, beginning of an id, or cookie. Throws INSTANCE_UNKNOWN, INSTANCE_AMBIGUOUS. */
export async function findInstance(state: string, reference: string): Promise<Instance> {
  return (await import("./find.js")).findInstance(state, reference);
}

/** SIGTERM to the program, its machine's end after `seconds` (10); resolves when it has ended for good. */
export async function stopInstance(instance: Instance, seconds?: number, signal?: AbortSignal): Promise<InstanceEnd> {
  return (await import("./operate.js")).stopInstance(instance, seconds, signal);
}

/** A Linux signal for the program; 9 ends the machine. Throws INSTANCE_NOT_RUNNING. */
export async function signalInstance(instance: Instance, signal: number): Promise<void> {
  return (await import("./operate.js")).signalInstance(instance, signal);
}

/** Resolves when it has ended for good, restarts over. */
export async function waitForInstance(instance: Instance, signal?: AbortSignal): Promise<InstanceEnd> {
  return (await import("./operate.js")).waitForInstance(instance, signal);
}

/** Remove it with its log; `force` ends it first. Throws INSTANCE_RUNS. False: it was removed already. */
export async function removeInstance(instance: Instance, options?: { force?: boolean }): Promise<boolean> {
  return (await import("./operate.js")).removeInstance(instance, options);
}

/** A frame for the guest that runs (docs/interfaces.md section 8). Throws INSTANCE_NOT_RUNNING. */
export async function sendToInstance(instance: Instance, type: string, payload: Uint8Array): Promise<void> {
  return (await import("./operate.js")).sendToInstance(instance, type, payload);
}

/** What its program, and rr about it, printed. */
export async function readLog(instance: Instance, options: LogOptions, emit: (record: LogRecord) => void | Promise<void>): Promise<void> {
  return (await import("./log-reader.js")).readLog(instance, options, emit);
}

/** What instances use, measured over `periodMs` again and again until none runs any more. */
export async function* measureInstances(instances: readonly Instance[], periodMs = 1000, signal?: AbortSignal): AsyncGenerator<InstanceStats[]> {
  yield* (await import("./stats.js")).measureAll(instances, periodMs, signal);
}

/** "no", "on-failure", "on-failure:3", "always". Throws RUN_BAD_OPTION. */
export async function parseRestart(text: string): Promise<RestartPolicy> {
  return (await import("./restart.js")).parseRestart(text);
}
