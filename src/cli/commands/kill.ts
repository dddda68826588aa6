import { constants } from "node:os";
import { InvalidArgumentError, type Command } from "commander";
import type { CliContext } from "../context.js";
import { namedInstances, withEach } from "../instances.js";

const HIGHEST_SIGNAL = 64;

export function registerKill(program: Command, context: CliContext): void {
  program
    .command("kill")
    .summary("send instances a signal, or end them at once")
    .description("Send a signal to the programs of instances. SIGKILL, the default, ends their machines: the programs' own state is lost, and they are not started again.")
    .argument("<instance...>", "names, ids or beginnings of ids")
    .option("-s, --signal <signal>", "name, with or without SIG, or number", signalNumber, constants.signals.SIGKILL)
    .addHelpText("after", "\nExamples:\n  rr kill web\n  rr kill -s HUP nginx\n  rr kill -s 10 web")
    .action(async (names: string[], { signal }: { signal: number }) => {
      const { signalInstance, waitForInstance } = await import("../../instances/index.js");
      await withEach(await namedInstances(names, context), context, async (instance) => {
        await signalInstance(instance, signal);
        if (signal === constants.signals.SIGKILL) {
          await waitForInstance(instance);
        }
      });
    });
}

/** The host's numbers are the guest's: both are Linux on x86_64. */
function signalNumber(text: string): number {
  const name = text.toUpperCase().replace(/^(SIG)?/, "SIG");
  const value = /^\d+$/.test(text) ? Number(text) : (constants.signals as Partial<Record<string, number>>)[name];
  if (value === undefined || value < 1 || value > HIGHEST_SIGNAL) {
    throw new InvalidArgumentError("It must be a signal's name (TERM, SIGHUP, ...) or a number from 1 to 64.");
  }
  return value;
}
