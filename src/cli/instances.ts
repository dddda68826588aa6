import type { Instance } from "../instances/index.js";
import { stateDirectory } from "../workspace/paths.js";
import type { CliContext } from "./context.js";
import { failureOf, writeFailure } from "./report/failure.js";
import { writeResult } from "./report/results.js";

/** What the commands on instances have in common. */
export async function instanceState(context: CliContext): Promise<string> {
  return stateDirectory((await context.config()).state);
}

/** The instances called so, all or an error: nothing is done when one of several names is wrong. */
export async function namedInstances(names: readonly string[], context: CliContext): Promise<Instance[]> {
  const { findInstance } = await import("../instances/index.js");
  const state = await instanceState(context);
  const found: Instance[] = [];
  for (const name of names) {
    found.push(await findInstance(state, name));
  }
  return found.filter((instance, index) => found.findIndex(({ id }) => id === instance.id) === index);
}

/**
 * Do something with each instance, all at once, and print their names as it is done. What fails for one is told and does not keep the others from being done; the exit code
 * is then the first failure's.
 */
export async function withEach(instances: readonly Instance[], context: CliContext, work: (instance: Instance) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(instances.map((instance) => work(instance).then(() => writeResult(instance.name), (error: unknown) => failures.push(error))));
  if (failures.length === 1) {
    throw failures[0];
  }
  for (const error of failures) {
    const failure = failureOf(error, "");
    await writeFailure(failure);
    context.exitCode ||= failure.exitCode;
  }
}
