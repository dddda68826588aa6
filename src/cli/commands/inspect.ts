import type { Command } from "commander";
import type { CliContext } from "../context.js";
import { namedInstances } from "../instances.js";
import { writeJson } from "../report/results.js";

export function registerInspect(program: Command, context: CliContext): void {
  program
    .command("inspect")
    .summary("everything known about instances, as JSON")
    .argument("<instance...>", "names, ids or beginnings of ids")
    .addHelpText("after", "\nExamples:\n  rr inspect web\n  rr inspect web | jq -r '.[0].directory'")
    .action(async (names: string[]) => {
      writeJson(await namedInstances(names, context));
    });
}
