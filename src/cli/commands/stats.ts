import type { Command } from "commander";
import type { InstanceStats } from "../../instances/index.js";
import type { CliContext } from "../context.js";
import { instanceState, namedInstances } from "../instances.js";
import { columns, formatBytes, writeJson, writeResult } from "../report/results.js";

interface Flags {
  stream: boolean;
  json?: boolean;
}

const PERIOD_MS = 1000;
const HOME_AND_CLEAR = "\x1b[H\x1b[J";

export function registerStats(program: Command, context: CliContext): void {
  program
    .command("stats")
    .summary("what running instances use: processor, memory, network, disk")
    .description("Show once a second what instances use, all that run or those named. docs/instances.md says where each figure comes from; - stands for what cannot be measured from outside.")
    .argument("[instance...]", "names, ids or beginnings of ids")
    .option("--no-stream", "once")
    .option("--json", "everything measured, a JSON document each second")
    .addHelpText("after", "\nExamples:\n  rr stats\n  rr stats --no-stream --json web")
    .action((names: string[], flags: Flags) => stats(names, flags, context));
}

async function stats(names: readonly string[], { stream, json }: Flags, context: CliContext): Promise<void> {
  const { listInstances, measureInstances } = await import("../../instances/index.js");
  const chosen = names.length > 0 ? await namedInstances(names, context) : await listInstances(await instanceState(context));
  const running = chosen.filter(({ monitorPid }) => monitorPid !== undefined);
  const redraw = stream && json !== true && process.stdout.isTTY;
  for await (const samples of measureInstances(running, PERIOD_MS)) {
    if (json === true) {
      writeJson(samples);
    } else {
      const lines = columns([["NAME", "CPU", "HOST MEMORY", "GUEST MEMORY", "NETWORK IN / OUT", "DISK READ / WRITTEN", "LOG"], ...samples.map(row)]);
      if (redraw) process.stdout.write(HOME_AND_CLEAR);
      lines.forEach(writeResult);
    }
    if (!stream) break;
  }
  if (running.length === 0 && json === true) {
    writeJson([]);
  }
}

function row({ name, cpuPercent, hostBytes, guestBytes, guestUsedBytes = guestBytes, guestLimitBytes, network, disk, logBytes }: InstanceStats): string[] {
  return [
    name,
    `${cpuPercent.toFixed(1)} %`,
    formatBytes(hostBytes),
    guestUsedBytes === undefined || guestLimitBytes === undefined ? "-" : `${formatBytes(guestUsedBytes)} of ${formatBytes(guestLimitBytes)}`,
    network === undefined ? "-" : `${formatBytes(network.receivedBytes)} / ${formatBytes(network.sentBytes)}`,
    disk === undefined ? "-" : `${formatBytes(disk.readBytes)} / ${formatBytes(disk.writtenBytes)}`,
    formatBytes(logBytes),
  ];
}
