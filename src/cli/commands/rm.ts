import type { Command } from "commander";
import type { CliContext } from "../context.js";
import { namedInstances, withEach } from "../instances.js";

export function registerRm(program: Command, context: CliContext): void {
  program
    .command("rm")
    .summary("remove instances and their logs")
    .description("Remove ended instances with their logs; their names are free again.")
    .argument("<instance...>", "names, ids or beginnings of ids")
    .option("-f, --force", "end those that run")
    .addHelpText("after", "\nExamples:\n  rr rm web\n  rr rm -f web redis\n  rr rm $(rr ps -aq --filter status=ended)")
    .action(async (names: string[], { force = false }: { force?: boolean }) => {
      const { removeInstance } = await import("../../instances/index.js");
      await withEach(await namedInstances(names, context), context, async (instance) => {
        await removeInstance(instance, { force });
      });
    });
}
