import { nearest, RrError } from "../errors/rr-error.js";
import { listInstances } from "./store.js";
import type { Instance } from "./types.js";

/**
 * The instance called `reference`: its name, its id, the beginning of an id that no other one shares, or its cookie (a process number that was used again: the latest). Throws INSTANCE_UNKNOWN or INSTANCE_AMBIGUOUS.
 */
export function findInstance(state: string, reference: string): Instance {
  return choose(listInstances(state), reference);
}

/** The same of instances that were read already. Pure. */
export function choose(instances: readonly Instance[], reference: string): Instance {
  const named = instances.find(({ name, id }) => name === reference || id === reference) ?? instances.findLast(({ cookie }) => cookie === reference);
  if (named !== undefined) {
    return named;
  }
  const [first, second] = reference === "" ? [] : instances.filter(({ id }) => id.startsWith(reference));
  if (first !== undefined && second === undefined) {
    return first;
  }
  if (first !== undefined && second !== undefined) {
    throw new RrError("INSTANCE_AMBIGUOUS", `several instances have an id that begins with "${reference}": ${first.id}, ${second.id}`, { hint: "give more of it, or the name" });
  }
  const near = nearest(reference, instances.map(({ name }) => name));
  throw new RrError("INSTANCE_UNKNOWN", `there is no instance "${reference}"`, { hint: near === undefined ? "rr ps -a lists all there are" : `did you mean "${near}"?` });
}
