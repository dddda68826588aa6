import { Socket } from "node:net";
import type { Command } from "commander";
import type { CliContext } from "../context.js";

/** Descriptor of the socket to who started the monitor. */
const CHANNEL = 3;

/** Not for people: the process that looks after an instance in the background, started by `rr run`. */
export function registerMonitor(program: Command, context: CliContext): void {
  program.command("monitor", { hidden: true }).argument("<directory>").action((directory: string) => monitor(directory, context));
}

async function monitor(directory: string, context: CliContext): Promise<void> {
  const { monitorInstance } = await import("../../instances/monitor.js");
  context.takeSignals();
  const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
  const gone = new AbortController();
  channel.on("error", () => {});
  channel.on("close", () => gone.abort());
  // Nothing comes; its end does.
  channel.resume();
  await monitorInstance(directory, { report: (report) => void channel.write(`${JSON.stringify(report)}\n`), abandoned: gone.signal });
  await new Promise<void>((done) => channel.end(done));
}
