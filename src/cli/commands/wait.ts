import type { Command } from "commander";
import type { CliContext } from "../context.js";
import { namedInstances } from "../instances.js";
import { writeResult } from "../report/results.js";

export function registerWait(program: Command, context: CliContext): void {
  program
    .command("wait")
    .summary("wait until instances have ended, and print their exit status")
    .description("Wait until instances have ended for good (restarts over) and print their programs' exit status, a line each in the order of the names. 128+N: signal N ended it; 125: rr or QEMU failed.")
    .argument("<instance...>", "names, ids or beginnings of ids")
    .addHelpText("after", '\nExamples:\n  rr wait job\n  status=$(rr wait job)')
    .action(async (names: string[]) => {
      const { waitForInstance } = await import("../../instances/index.js");
      const instances = await namedInstances(names, context);
      for (const end of await Promise.all(instances.map((instance) => waitForInstance(instance)))) {
        writeResult(String(end.exitCode));
      }
    });
}
