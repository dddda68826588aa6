import { RrError } from "../errors/rr-error.js";
import { LAYERS, unknownComponent, type Manifest } from "./manifest.js";

/** Components by name, as far as they exist on one platform. */
export type ComponentGraph = ReadonlyMap<string, Manifest>;

/**
 * The components of one platform. Throws COMPONENT_UNKNOWN for a need that only exists elsewhere and COMPONENT_CYCLE,
 * naming the path round.
 */
export function componentGraph(manifests: readonly Manifest[], platform: string): ComponentGraph {
  const graph = new Map(
    manifests.filter(({ platforms }) => platforms === undefined || platforms.includes(platform)).map((manifest) => [manifest.name, manifest]),
  );
  for (const { name, needs } of graph.values()) {
    for (const needed of needs) {
      if (!graph.has(needed)) {
        throw unknownComponent(`on platform "${platform}" component "${name}" needs`, needed, graph.keys());
      }
    }
  }
  initOrder(graph, [...graph.keys()]);
  return graph;
}

/**
 * `names` and all they need, what is needed first: the order in which they are initialised. Lower layers come before
 * higher ones and names decide otherwise, so that one set gives one order. Throws COMPONENT_CYCLE.
 */
export function initOrder(graph: ComponentGraph, names: Iterable<string>): Manifest[] {
  const order: Manifest[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (manifest: Manifest): void => {
    if (done.has(manifest.name)) {
      return;
    }
    if (path.includes(manifest.name)) {
      const round = [...path.slice(path.indexOf(manifest.name)), manifest.name].join(" -> ");
      throw new RrError("COMPONENT_CYCLE", `components need each other in a circle: ${round}`, {
        hint: "remove one of these names from a component.json's needs",
      });
    }
    path.push(manifest.name);
    sorted(graph, manifest.needs).forEach(visit);
    path.pop();
    done.add(manifest.name);
    order.push(manifest);
  };
  sorted(graph, names).forEach(visit);
  return order;
}

function sorted(graph: ComponentGraph, names: Iterable<string>): Manifest[] {
  return [...names]
    .flatMap((name) => graph.get(name) ?? [])
    .sort((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) || (a.name < b.name ? -1 : 1));
}
