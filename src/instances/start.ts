import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { RrError } from "../errors/rr-error.js";
import { identify } from "../process/identity.js";
import { start } from "../process/start.js";
import { checkRun } from "../run/index.js";
import { packageRoot } from "../workspace/paths.js";
import { LEAST_LOG_BYTES } from "./log-writer.js";
import type { StartReport } from "./monitor.js";
import { checkName, createInstance, generatedName, newId, readInstance, deleteInstance } from "./store.js";
import type { Instance, InstanceOptions, StartInstanceOptions } from "./types.js";

const DEFAULT_LOG_BYTES = 16 << 20;

/** What `startInstance` of index.ts does. */
export async function startInstance({ remove, restart, logBytes = DEFAULT_LOG_BYTES, state, signal, warn, ...asked }: StartInstanceOptions): Promise<Instance> {
  if (!Number.isSafeInteger(logBytes) || logBytes < LEAST_LOG_BYTES) {
    throw new RrError("RUN_BAD_OPTION", `a log of ${logBytes} bytes is too small`, { exitCode: 2, hint: `${LEAST_LOG_BYTES} bytes or more` });
  }
  const options: InstanceOptions = { ...asked, image: resolve(asked.image) };
  await checkRun(options);
  const id = newId();
  const name = options.name ?? generatedName(options.image, id);
  checkName(name);
  const self = identify(process.pid);
  if (self === undefined) {
    throw new RrError("PROC_MISSING", "/proc does not show this process", { hint: "mount /proc" });
  }
  const spec = { version: 1 as const, id, name, created: new Date().toISOString(), options, remove: remove ?? false, restart: restart ?? { when: "no" as const }, logBytes };
  const directory = await createInstance(state, spec, { phase: "starting", monitor: self, restarts: 0 });
  const failed = await startMonitor(directory, { signal, warn }).catch((error: unknown) => error as Error);
  if (failed !== undefined) {
    // Whatever went wrong without its folder went wrong because of that.
    const removed = !(failed instanceof RrError) && !existsSync(directory);
    await deleteInstance({ directory, id });
    throw removed ? new RrError("INSTANCE_UNKNOWN", `the instance "${name}" was removed meanwhile`, { hint: "rr ps -a lists all there are" }) : failed;
  }
  const instance = readInstance(directory);
  // With `remove`, it may have ended and gone.
  return instance ?? { id, name, cookie: `qemu:${name}`, created: spec.created, options, image: options.image, status: "ended", restarts: 0, remove: spec.remove, restart: spec.restart, logBytes, directory };
}

/** Start the process that looks after the instance; resolves when its program runs, or with why it does not. */
async function startMonitor(directory: string, { signal, warn }: { signal: AbortSignal | undefined; warn: ((text: string) => void) | undefined }): Promise<Error | undefined> {
  const output = openSync(join(directory, "monitor.log"), "a", 0o600);
  const { process: child, sockets } = start(process.execPath, [join(packageRoot(), "bin", "rr"), "monitor", directory], { sockets: 1, output });
  closeSync(output);
  const [channel] = sockets;
  if (channel === undefined) {
    throw new Error("a process without its socket");
  }
  const abort = (): void => void channel.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  let last: StartReport | undefined;
  child.once("error", (error) => channel.destroy(error));
  channel.on("error", () => {});
  const closed = new Promise<void>((done) => channel.once("close", done));
  const lines = createInterface({ input: channel });
  lines.on("line", (line) => {
    const report = JSON.parse(line) as StartReport;
    if (report.kind === "warn") warn?.(report.text);
    else {
      last = report;
      channel.destroy();
    }
  });
  await closed;
  signal?.removeEventListener("abort", abort);
  // It goes its own way from here.
  child.unref();
  return last?.kind === "started" ? undefined : failureOf(last, directory, signal);
}

function failureOf(last: StartReport | undefined, directory: string, signal: AbortSignal | undefined): Error {
  if (last?.kind === "failed") {
    return last.code === "BUG" ? new Error(last.message) : new RrError(last.code, last.message, { hint: last.hint, exitCode: last.exitCode });
  }
  if (signal?.aborted === true) {
    return new RrError("START_ABORTED", "the start was given up", {});
  }
  return new RrError("MONITOR_FAILED", `the process that should look after the instance ended before its program began${lastWords(directory)}`, {
    hint: "was it killed, or is the host out of memory (dmesg)? start it again",
  });
}

function lastWords(directory: string): string {
  try {
    const text = readFileSync(join(directory, "monitor.log"), "utf8").trim();
    return text === "" ? "" : `; it said: ${text.split("\n").slice(-5).join("\n")}`;
  } catch {
    return "";
  }
}
