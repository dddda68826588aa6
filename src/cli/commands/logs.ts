import { InvalidArgumentError, type Command } from "commander";
import { wholeNumber } from "../arguments.js";
import type { CliContext } from "../context.js";
import { namedInstances } from "../instances.js";

interface Flags {
  follow?: boolean;
  tail?: number;
  since?: Date;
  timestamps?: boolean;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function registerLogs(program: Command, context: CliContext): void {
  program
    .command("logs")
    .summary("print what an instance has printed")
    .description("Print what the program of an instance has printed: its standard output on standard output, its standard error, and what rr and the libOS said, on standard error. The log stays until rr rm.")
    .argument("<instance>", "name, id or beginning of an id")
    .option("-f, --follow", "go on until the instance has ended")
    .option("-n, --tail <lines>", "only the last lines", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--since <time>", "only what came since then: 2026-11-27T10:00:00Z, or so long ago: 90s, 10m, 2h, 1d", parseTime)
    .option("-t, --timestamps", "begin each piece with the time it came")
    .addHelpText("after", "\nExamples:\n  rr logs web\n  rr logs -f -n 20 web\n  rr logs --since 10m web 2> errors")
    .action((name: string, flags: Flags) => logs(name, flags, context));
}

async function logs(name: string, { follow = false, tail, since, timestamps = false }: Flags, context: CliContext): Promise<void> {
  const { readLog } = await import("../../instances/index.js");
  const [instance] = await namedInstances([name], context);
  if (instance === undefined) {
    return;
  }
  await readLog(instance, { follow, ...(tail === undefined ? {} : { tail }), ...(since === undefined ? {} : { since }) }, async ({ time, stream, content }) => {
    const to = stream === "stdout" ? process.stdout : process.stderr;
    if (timestamps) to.write(`${time} `);
    // What a slow reader has not taken must not fill the memory.
    if (!to.write(content)) {
      await new Promise<void>((done) => to.once("drain", done));
    }
  });
}

function parseTime(text: string): Date {
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const time = ago === null ? new Date(text) : new Date(Date.now() - Number(ago[1]) * (UNITS[ago[2] ?? ""] ?? 0));
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError("It must be a time (2026-11-27T10:00:00Z) or an age (90s, 10m, 2h, 1d).");
  }
  return time;
}
