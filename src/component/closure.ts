import { RrError } from "../errors/rr-error.js";
import type { BakeConfig } from "./config.js";
import { initOrder, type ComponentGraph } from "./graph.js";
import { ANY_CALL, callName } from "./linux-calls.js";
import { unknownComponent, type CallInfo, type Manifest } from "./manifest.js";
import type { Trace } from "./traces.js";

/**
 * Components no image can do without: nothing above the platform layer may name the platform's own, so nobody needs it by
 * name. Absent ones are passed over.
 */
function always(config: BakeConfig): string[] {
  return ["start", "boundary", `platform-${config.platform}`];
}

export interface Closure {
  /** In the order of their initialisation, each with the reason it is there. */
  components: { manifest: Manifest; because: string }[];
  /** Who implements each call that is implemented. */
  homes: Map<string, { component: string; info: CallInfo }>;
  /** Calls nobody implements on this platform, in the order given. */
  missing: string[];
}

/**
 * The components an image needs for `calls` (names, callName(ANY_CALL) for the function that takes any number) under `config`: those that implement the calls, the config's drivers
 * and the start, with all they need. Throws COMPONENT_UNKNOWN for a name in the config, CONFIG_FORBIDS when something
 * needed is not allowed. `shows`: whether a program has a trace; without it all are taken to be there.
 */
export function closure(graph: ComponentGraph, config: BakeConfig, calls: readonly string[], shows: (trace: Trace) => boolean = () => true): Closure {
  checkNames(graph, config);
  const homes = new Map<string, { component: string; info: CallInfo }>();
  for (const { name, syscalls } of graph.values()) {
    for (const [call, info] of Object.entries(syscalls)) {
      homes.set(call, { component: name, info });
    }
  }
  const roots = new Map<string, string>();
  for (const name of always(config).filter((each) => graph.has(each))) {
    roots.set(name, "in every image");
  }
  for (const name of config.drivers) {
    roots.set(name, `driver of ${config.name}`);
  }
  const allowed = permitted(graph, config);
  for (const call of calls) {
    const home = homes.get(call);
    if (home !== undefined && !roots.has(home.component)) {
      roots.set(home.component, `implements ${call}`);
    }
    for (const wanted of home?.info.wants ?? []) {
      if (allowed.has(wanted) && !roots.has(wanted)) {
        roots.set(wanted, `wanted by ${call}`);
      }
    }
  }
  for (const { name, joins, traces } of graph.values()) {
    const call = joins.find((each) => calls.includes(each));
    if (call !== undefined && allowed.has(name) && !roots.has(name) && (traces.length === 0 || traces.some(shows))) {
      roots.set(name, `joins ${call}`);
    }
  }
  const reasons = reach(graph, roots, allowed, config);
  const components = initOrder(graph, reasons.keys()).map((manifest) => ({ manifest, because: reasons.get(manifest.name) ?? "" }));
  return { components, homes, missing: calls.filter((call) => !homes.has(call) && call !== callName(ANY_CALL)) };
}

/** Everything reachable from the roots by needs and wants, breadth first: the reason kept is the shortest one. */
function reach(graph: ComponentGraph, roots: ReadonlyMap<string, string>, allowed: ReadonlySet<string>, config: BakeConfig): Map<string, string> {
  const reasons = new Map<string, string>();
  const queue = [...roots];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [name, because] = next;
    const manifest = graph.get(name);
    if (manifest === undefined || reasons.has(name)) {
      continue;
    }
    if (!allowed.has(name)) {
      throw forbidden(name, because, config);
    }
    reasons.set(name, because);
    queue.push(...manifest.needs.map((needed): [string, string] => [needed, `needed by ${name}`]));
    queue.push(...manifest.wants.filter((wanted) => allowed.has(wanted)).map((wanted): [string, string] => [wanted, `wanted by ${name}`]));
  }
  return reasons;
}

/** What a config allows: the names it gives (or all) with everything those need, less what it denies. */
function permitted(graph: ComponentGraph, config: BakeConfig): Set<string> {
  const named = config.allow.includes("*") ? [...graph.keys()] : [...config.allow, ...config.drivers, ...always(config)];
  const names = new Set(initOrder(graph, named).map(({ name }) => name));
  config.deny.forEach((name) => names.delete(name));
  return names;
}

function forbidden(component: string, because: string, config: BakeConfig): RrError {
  return new RrError("CONFIG_FORBIDS", `config "${config.name}" does not allow component "${component}", which the image needs (${because})`, {
    hint: `allow it with -m "add ${component}", or bake with another config (rr configs)`,
  });
}

function checkNames(graph: ComponentGraph, config: BakeConfig): void {
  for (const key of ["allow", "deny", "drivers"] as const) {
    for (const name of config[key]) {
      if (name !== "*" && !graph.has(name)) {
        throw unknownComponent(`config "${config.name}" (${config.file}) names in "${key}" the component`, name, graph.keys());
      }
    }
  }
}
