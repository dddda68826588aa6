import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { nearest, RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";
import { ANY_CALL, callName, callNames, callNumber } from "./linux-calls.js";
import { checkTrace, type Trace } from "./traces.js";

/** Lowest first. A component needs only components on its own or a lower layer. */
export const LAYERS = [
  "base", "cpu", "platform", "memory", "time", "sched", "bus", "device", "vfs", "fs", "net", "process", "syscall", "start",
] as const;

export type Layer = (typeof LAYERS)[number];

/** How a component implements one Linux call. */
export interface CallInfo {
  /** What is missing, for people; absent: nothing is. */
  partial?: string | undefined;
  /** No user pointer, never blocks, at most 128 bytes of stack: it runs on the caller's stack. */
  leaf?: boolean | undefined;
  /** Components that join an image in which this call survives, if its config allows them. */
  wants?: string[] | undefined;
}

/** components/<name>/component.json; docs/interfaces.md section 4. */
export interface Manifest {
  name: string;
  layer: Layer;
  summary: string;
  needs: string[];
  platforms?: string[] | undefined;
  init?: string | undefined;
  /** Called instead of `init` in a machine that goes on from a checkpoint. */
  resume?: string | undefined;
  wants: string[];
  /** Calls with which it joins an image if the config allows it, though others implement them; "syscall" is the public function for any number. */
  joins: string[];
  /** With `joins`: only if a program has one of these traces. None: always. */
  traces: Trace[];
  syscalls: Record<string, CallInfo>;
  optimize?: string | undefined;
}

/**
 * Read `directory`/<name>/component.json of every component of the source tree, sorted by name.
 * Throws MANIFEST_INVALID naming file and key, COMPONENT_UNKNOWN, COMPONENT_LAYER, CALL_UNKNOWN or CALL_TWICE.
 */
export async function loadManifests(directory: string): Promise<Manifest[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw asRrError(error, directory) ?? error;
  });
  const manifests: Manifest[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(directory, entry.name, "component.json");
    const text = entry.isDirectory() ? await readIfPresent(file) : undefined;
    if (text !== undefined) {
      const manifest = await parseManifest(parseJson(text, file), file);
      if (manifest.name !== entry.name) {
        throw invalid(file, "name", `"${manifest.name}" differs from its folder "${entry.name}"`);
      }
      manifests.push(manifest);
    }
  }
  checkTogether(manifests, directory);
  return manifests;
}

/**
 * Read the merged manifests of an installed platform (PREFIX/.../libos/manifests.json), checked like those of the tree.
 * Throws as `loadManifests`, and FILE_MISSING when no platform is there.
 */
export async function loadInstalledManifests(file: string): Promise<Manifest[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw asRrError(error, file) ?? error;
  });
  const document = parseJson(text, file);
  const list = (document as { components?: unknown } | null)?.components;
  if (!Array.isArray(list)) {
    throw invalid(file, "components", "expected an array");
  }
  const manifests: Manifest[] = [];
  for (const [index, value] of list.entries()) {
    manifests.push(await parseManifest(value, file, `components[${index}].`));
  }
  checkTogether(manifests, file);
  return manifests;
}

/** Check one manifest; `where` goes before the key in errors. Throws MANIFEST_INVALID or CALL_UNKNOWN. */
export async function parseManifest(value: unknown, file: string, where = ""): Promise<Manifest> {
  const schema = await manifestSchema();
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(file, where + keyPath(issue?.path ?? []), issue?.message ?? "not valid");
  }
  Object.keys(parsed.data.syscalls).forEach((name) => checkCall(name, `${file}: ${where}syscalls`));
  parsed.data.joins.filter((name) => name !== callName(ANY_CALL)).forEach((name) => checkCall(name, `${file}: ${where}joins`));
  parsed.data.traces.forEach((trace, index) => checkTrace(trace, `${file}: ${where}traces[${index}]`));
  return parsed.data;
}

function checkCall(name: string, where: string): void {
  if (callNumber(name) === undefined) {
    const near = nearest(name, callNames);
    throw new RrError("CALL_UNKNOWN", `${where}: Linux has no call "${name}"`, {
      hint: near === undefined ? undefined : `did you mean "${near}"?`,
    });
  }
}

/** "a.b[2]" of a path into a document; "the document" for its top. */
export function keyPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("").replace(/^\./, "");
  return text === "" ? "the document" : text;
}

/** JSON.parse with an error that names the file and, where the parser gives it, the position. Throws MANIFEST_INVALID. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RrError("MANIFEST_INVALID", `${file} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

let schemaOnce: Promise<z.ZodType<Manifest>> | undefined;

/** The schema, built when first needed: loading zod costs more than the rest of a bake's start. */
export function manifestSchema(): Promise<z.ZodType<Manifest>> {
  schemaOnce ??= import("zod").then(({ z }) => {
    const name = z.string().regex(/^[a-z][a-z0-9-]*$/, "expected lower-case letters, digits and dashes");
    const symbol = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected a C identifier");
    return z.strictObject({
      name,
      layer: z.enum(LAYERS),
      summary: z.string().min(1),
      needs: z.array(name).default([]),
      platforms: z.array(name).min(1).optional(),
      init: symbol.optional(),
      resume: symbol.optional(),
      wants: z.array(name).default([]),
      joins: z.array(z.string()).default([]),
      traces: z.array(z.strictObject({ text: z.string().optional(), arguments: z.record(z.string(), z.string()).optional() })).default([]),
      syscalls: z.record(z.string(), z.strictObject({ partial: z.string().min(1).optional(), leaf: z.boolean().optional(), wants: z.array(name).optional() })).default({}),
      optimize: z.enum(["0", "1", "2", "3", "s", "z", "g"]).optional(),
    });
  });
  return schemaOnce;
}

/** What no manifest can know alone: that needed names exist and lie below, and that each call has one home. */
function checkTogether(manifests: readonly Manifest[], where: string): void {
  const byName = new Map<string, Manifest>();
  const homes = new Map<string, string>();
  for (const manifest of manifests) {
    if (byName.has(manifest.name)) {
      throw invalid(where, manifest.name, "this component is there twice");
    }
    byName.set(manifest.name, manifest);
    for (const call of Object.keys(manifest.syscalls)) {
      const other = homes.get(call);
      // Two platforms may each bring their own implementation of a call.
      if (other !== undefined && !disjoint(byName.get(other)?.platforms, manifest.platforms)) {
        throw new RrError("CALL_TWICE", `${where}: "${call}" is implemented by "${other}" and by "${manifest.name}"`);
      }
      homes.set(call, manifest.name);
    }
  }
  for (const manifest of manifests) {
    const wantedByCalls = Object.values(manifest.syscalls).flatMap((info) => info.wants ?? []);
    for (const needed of [...manifest.needs, ...manifest.wants, ...wantedByCalls]) {
      const other = byName.get(needed);
      if (other === undefined) {
        throw unknownComponent(`component "${manifest.name}" needs`, needed, byName.keys());
      }
      if (manifest.needs.includes(needed) && LAYERS.indexOf(other.layer) > LAYERS.indexOf(manifest.layer)) {
        throw new RrError("COMPONENT_LAYER",
          `component "${manifest.name}" on layer ${manifest.layer} needs "${needed}" on the higher layer ${other.layer}`);
      }
    }
  }
}

/** COMPONENT_UNKNOWN for `name` that `who` asks for, with the nearest known name. */
export function unknownComponent(who: string, name: string, known: Iterable<string>): RrError {
  const near = nearest(name, known);
  return new RrError("COMPONENT_UNKNOWN", `${who} "${name}", but there is no such component`, {
    hint: near === undefined ? "rr configs --components" : `did you mean "${near}"? (rr configs --components lists all)`,
  });
}

function disjoint(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a !== undefined && b !== undefined && !a.some((platform) => b.includes(platform));
}

function invalid(file: string, key: string, message: string): RrError {
  return new RrError("MANIFEST_INVALID", `${file}: ${key}: ${message}`);
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw asRrError(error, file) ?? error;
  }
}
