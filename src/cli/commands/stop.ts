import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { CliContext } from "../context.js";
import { namedInstances, withEach } from "../instances.js";

const GRACE_SECONDS = 10;

export function registerStop(program: Command, context: CliContext): void {
  program
    .command("stop")
    .summary("end instances: SIGTERM to the program, then the machine")
    .description("Send SIGTERM to the programs and wait until they have ended; a machine whose program still runs after the grace time is ended. Ended instances stay, with their logs, until rr rm.")
    .argument("<instance...>", "names, ids or beginnings of ids")
    .option("-t, --time <seconds>", `grace time; 0 ends the machines at once (default: ${GRACE_SECONDS})`, grace)
    .addHelpText("after", "\nExamples:\n  rr stop web\n  rr stop -t 30 redis web\n  rr stop $(rr ps -q)")
    .action(async (names: string[], { time = GRACE_SECONDS }: { time?: number }) => {
      const { stopInstance } = await import("../../instances/index.js");
      await withEach(await namedInstances(names, context), context, async (instance) => {
        await stopInstance(instance, time);
      });
    });
}

function grace(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 86_400) {
    throw new InvalidArgumentError("It must be a number of seconds from 0 to 86400.");
  }
  return value;
}
