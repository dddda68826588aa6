import { RrError } from "../errors/rr-error.js";
import { isAlive, signalProcess } from "../process/identity.js";
import { ask } from "./client.js";
import { deleteInstance, readInstance, readState } from "./store.js";
import type { Instance } from "./types.js";

/** How an instance ended. */
export interface InstanceEnd {
  exitCode: number;
  reason?: string;
  hint?: string;
}

const SIGKILL = 9;
/** A QEMU without its monitor is gone within this after SIGKILL. */
const KILLED_MS = 5000;

/**
 * Ask the program to end (SIGTERM) and wait until it has; after `seconds` the machine is ended. It is not started again, whatever its restart policy. An instance that has ended already
 * is fine.
 */
export async function stopInstance(instance: Instance, seconds = 10, signal?: AbortSignal): Promise<InstanceEnd> {
  const answer = await ask(instance.directory, { op: "stop", seconds }, signal);
  return answer?.ended ?? endWithoutMonitor(instance);
}

/** Send a Linux signal to the program; 9 ends the machine, for good. Throws INSTANCE_NOT_RUNNING. */
export async function signalInstance(instance: Instance, signal: number): Promise<void> {
  const answer = await ask(instance.directory, { op: "signal", signal });
  if (answer?.error !== undefined) {
    throw notRunning(instance, answer.error);
  }
  if (answer === undefined && !(signal === SIGKILL && (await killOrphan(instance)))) {
    throw notRunning(instance, undefined);
  }
}

/** Wait until it has ended for good, restarts over. */
export async function waitForInstance(instance: Instance, signal?: AbortSignal): Promise<InstanceEnd> {
  const answer = await ask(instance.directory, { op: "wait" }, signal);
  return answer?.ended ?? (await endWithoutMonitor(instance));
}

/** Remove it with its log. Throws INSTANCE_RUNS for one that runs, unless `force` ends it first. False: somebody else has removed it meanwhile. */
export async function removeInstance(instance: Instance, options: { force?: boolean } = {}): Promise<boolean> {
  const now = readInstance(instance.directory);
  if (now === undefined) {
    return false;
  }
  const runs = now.pid !== undefined || (now.status !== "ended" && now.status !== "lost");
  if (runs && options.force !== true) {
    throw new RrError("INSTANCE_RUNS", `${now.name} still runs`, { hint: `rr stop ${now.name} first, or rr rm -f ${now.name}` });
  }
  if (runs) {
    await ask(now.directory, { op: "signal", signal: SIGKILL });
    await ask(now.directory, { op: "wait" });
    await killOrphan(now);
  }
  return deleteInstance(now);
}

/** Send a frame to the guest (docs/interfaces.md section 8). Throws INSTANCE_NOT_RUNNING. */
export async function sendToInstance(instance: Instance, type: string, payload: Uint8Array): Promise<void> {
  const answer = await ask(instance.directory, { op: "send", type, payload: Buffer.from(payload).toString("base64") });
  if (answer === undefined || answer.error !== undefined) {
    throw notRunning(instance, answer?.error);
  }
}

/** The monitor has not answered: it had written down the end, or it was killed. */
async function endWithoutMonitor(instance: Instance): Promise<InstanceEnd> {
  const now = readInstance(instance.directory);
  if (now === undefined) {
    throw new RrError("INSTANCE_UNKNOWN", `the instance "${instance.name}" was removed meanwhile`, { hint: "rr ps -a lists all there are" });
  }
  await killOrphan(now);
  const { exitCode = 125, reason, hint } = now;
  return { exitCode, ...(reason === undefined ? {} : { reason }), ...(hint === undefined ? {} : { hint }) };
}

/** QEMU ends with its monitor where setpriv (util-linux) is installed. Elsewhere it is ended here. True: there was one. */
async function killOrphan(instance: Instance): Promise<boolean> {
  const qemu = readState(instance.directory)?.qemu;
  if (instance.status !== "lost" || !signalProcess(qemu, "SIGKILL")) {
    return false;
  }
  for (const end = Date.now() + KILLED_MS; isAlive(qemu) && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

function notRunning({ name, directory }: Instance, why: string | undefined): RrError {
  const now = readInstance(directory);
  const state = now === undefined ? "was removed" : now.status === "ended" ? `has ended (exit code ${now.exitCode ?? 125})` : now.status === "lost" ? "is lost: its monitor is gone" : (why ?? "does not answer");
  return new RrError("INSTANCE_NOT_RUNNING", `${name}: ${state}`, { hint: "rr ps -a shows the state of all" });
}
