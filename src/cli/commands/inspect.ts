import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { RrError } from "../../errors/rr-error.js";
import type { CliContext } from "../context.js";
import { namedInstances } from "../instances.js";
import { writeJson } from "../report/results.js";

export function registerInspect(program: Command, context: CliContext): void {
  program
    .command("inspect")
    .summary("everything known about instances, or about images, as JSON")
    .argument("<what...>", "instances' names, ids or beginnings of ids; images' paths")
    .addHelpText("after", "\nExamples:\n  rr inspect web\n  rr inspect web | jq -r '.[0].directory'\n  rr inspect nginx.bin     its programs, and what it was baked with: arguments, environment, addresses")
    .action(async (names: string[]) => {
      const found: object[] = [];
      for (const name of names) {
        found.push(name.includes("/") ? await describeImage(name) : await describe(name, context));
      }
      writeJson(found);
    });
}

/** The instance called so, else the image in this directory. */
async function describe(name: string, context: CliContext): Promise<object> {
  try {
    return (await namedInstances([name], context))[0] ?? {};
  } catch (error) {
    if (error instanceof RrError && error.code === "INSTANCE_UNKNOWN" && existsSync(name)) {
      return describeImage(name);
    }
    throw error;
  }
}

/** Throws what is wrong with it. */
async function describeImage(path: string): Promise<object> {
  const { inspectImage } = await import("../../run/image.js");
  const { kind, programs, end, network, defaults } = inspectImage(path);
  return { image: resolve(path), bytes: statSync(path).size, kind, programs, memoryBytes: end, network, defaults };
}
