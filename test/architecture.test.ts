/**
 * The walls of the house: which part may use which, in TypeScript by imports and in C by includes. A failure here is
 * a design question, not a formality: move the code, or change the rule together with the design.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { LAYERS, loadManifests, type Manifest } from "../src/component/manifest.js";
import { packageRoot } from "../src/workspace/paths.js";

const root = packageRoot();

describe("TypeScript", () => {
  /** Folders of src, lowest first. Imports go downwards, or sideways except between features. */
  const levels = [["model", "errors"], ["process", "workspace", "elf", "dwarf"], ["toolchain", "component", "config", "private-network"], ["platform", "bake", "run", "doctor", "audit"], ["instances", "checkpoint"], ["cli", "index.ts"]];
  const features = levels[3] ?? [];
  const files = filesBelow(join(root, "src")).filter((file) => file.endsWith(".ts"));
  const sources = files.filter((file) => !file.endsWith(".test.ts"));

  test("every folder of src has its level", () => {
    const known = levels.flat();
    expect(readdirSync(join(root, "src")).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("imports go one way, and features do not import each other", () => {
    const wrong = sources.flatMap((file) =>
      imports(file)
        .filter((name) => name.startsWith("."))
        .map((name) => [part(file), part(resolve(dirname(file), name))] as const)
        .filter(([from, to]) => from !== to && (levelOf(to) > levelOf(from) || (features.includes(from) && features.includes(to))))
        .map(([, to]) => `${show(file)} imports from ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test("no module needs itself in a circle", () => {
    // A type needs nothing at run time, but a circle of types is a circle of thoughts: both count.
    const graph = new Map(sources.map((file) => [file, imports(file).filter((name) => name.startsWith(".")).map((name) => resolve(dirname(file), name).replace(/\.js$/, ".ts"))]));
    expect(cycles(graph).map((cycle) => cycle.map(show).join(" -> "))).toEqual([]);
  });

  test.each([
    ["commander", "src/cli"],
    ["listr2", "src/cli"],
    ["chalk", "src/cli"],
    ["execa", "src/process"],
    ["cosmiconfig", "src/config"],
    ["tmp-promise", "src/workspace"],
  ])("%s is used in %s only", (dependency, home) => {
    const users = sources.filter((file) => imports(file).includes(dependency)).map(show);
    expect(users.filter((file) => !file.startsWith(`${home}/`))).toEqual([]);
  });

  test("only the command line ends the process or prints", () => {
    const pattern = /process\.exit\b|process\.exitCode\b|console\.(log|info|warn|error|debug)\(|process\.(stdout|stderr)\.write/;
    expect(sources.filter((file) => !show(file).startsWith("src/cli/") && pattern.test(withoutComments(file))).map(show)).toEqual([]);
  });

  test("programs are started in src/process only", () => {
    const users = sources.filter((file) => imports(file, true).some((name) => /^(node:)?child_process$/.test(name))).map(show);
    expect(users.filter((file) => !file.startsWith("src/process/"))).toEqual([]);
  });

  test("no default exports, no utils", () => {
    expect(files.filter((file) => /^export default\b/m.test(readFileSync(file, "utf8"))).map(show)).toEqual([]);
    expect(files.map(show).filter((file) => /\b(utils?|helpers?|misc|common)\b/.test(file))).toEqual([]);
  });

  function part(file: string): string {
    return relative(join(root, "src"), file).split("/")[0] ?? "";
  }

  function levelOf(name: string): number {
    return levels.findIndex((level) => level.includes(name));
  }

  /** What a file imports, statically or not; with `values`, not what it imports for types alone. */
  function imports(file: string, values = false): string[] {
    const text = values ? withoutComments(file).replace(/^import type .*$/gm, "") : withoutComments(file);
    return [...text.matchAll(/\b(?:from\s*|import\s*\(\s*|import\s+)"([^"]+)"/g)].map((match) => match[1] ?? "");
  }
});

describe("C", async () => {
  const directory = join(root, "components");
  const manifests = await loadManifests(directory);
  const sources = manifests.flatMap((manifest) =>
    ["src", "include"].flatMap((folder) =>
      filesBelow(join(directory, manifest.name, folder))
        .filter((file) => /\.[chS]$/.test(file))
        .map((file) => ({ manifest, file })),
    ),
  );
  /** "rr/name.h" -> the component that owns it. */
  const owners = new Map(
    manifests.flatMap((manifest) => {
      const include = join(directory, manifest.name, "include");
      return filesBelow(include).map((file) => [relative(include, file), manifest.name] as const);
    }),
  );
  /** What a compiler brings without a libc (C11, 4.6), as far as the libOS uses it. */
  const freestanding = ["stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "limits.h"];

  test("every folder of components has a manifest", () => {
    const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(folders.filter((name) => name !== "configs" && !manifests.some((manifest) => manifest.name === name))).toEqual([]);
  });

  test("a component needs only what lies on its layer or below", () => {
    const wrong = manifests.flatMap((manifest) =>
      manifest.needs
        .map((name) => manifests.find((other) => other.name === name))
        .filter((other): other is Manifest => other !== undefined && LAYERS.indexOf(other.layer) > LAYERS.indexOf(manifest.layer))
        .map((other) => `${manifest.name} (${manifest.layer}) needs ${other.name} (${other.layer})`),
    );
    expect(wrong).toEqual([]);
  });

  test("no component needs itself in a circle", () => {
    expect(cycles(new Map(manifests.map((manifest) => [manifest.name, manifest.needs])))).toEqual([]);
  });

  test("a component includes its own headers and those of what its manifest names", () => {
    expect(sources.flatMap(({ manifest, file }) => includesOf(file).flatMap((name) => complaint(manifest, file, name)))).toEqual([]);
  });

  test("headers belong to one component each", () => {
    const all = manifests.flatMap((manifest) => filesBelow(join(directory, manifest.name, "include")).map((file) => relative(join(directory, manifest.name, "include"), file)));
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
    expect(all.filter((name) => !name.startsWith("rr/"))).toEqual([]);
  });

  test("no extern in a .c file: a declaration lives in the owner's header", () => {
    expect(sources.filter(({ file }) => file.endsWith(".c") && /\bextern\b/.test(withoutComments(file))).map(({ file }) => show(file))).toEqual([]);
  });

  /** What is wrong with `file` of `manifest` including `name`. */
  function complaint(manifest: Manifest, file: string, name: string): string[] {
    const owner = owners.get(name);
    if (owner !== undefined) {
      return owner === manifest.name || manifest.needs.includes(owner) ? [] : [`${show(file)} includes <${name}> of ${owner}, which ${manifest.name} does not need`];
    }
    const private_ = [dirname(file), join(directory, manifest.name, "src")].some((folder) => sources.some((source) => source.manifest === manifest && source.file === join(folder, name)));
    return private_ || freestanding.includes(name) ? [] : [`${show(file)} includes <${name}>: neither a component's nor freestanding`];
  }

  function includesOf(file: string): string[] {
    return [...withoutComments(file).matchAll(/^\s*#\s*include\s*["<]([^">]+)[">]/gm)].map((match) => match[1] ?? "");
  }
});

function filesBelow(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}

/** The text of `file` without comments; good enough for code whose strings hold no comment marks in pairs. */
function withoutComments(file: string): string {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return basename(file).endsWith(".S") ? text : text.replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}

/** Each circle in `graph`, once, starting and ending with the same node. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) {
      found.push([...path.slice(at), node]);
    } else if (!done.has(node)) {
      (graph.get(node) ?? []).forEach((next) => visit(next, [...path, node]));
      done.add(node);
    }
  };
  [...graph.keys()].forEach((node) => visit(node, []));
  return found;
}

function show(file: string): string {
  return relative(root, file);
}
