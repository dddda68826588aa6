import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { nearest, RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";
import { keyPath, parseJson } from "./manifest.js";

/** What an image may and should contain; docs/interfaces.md section 4. */
export interface BakeConfig {
  name: string;
  summary: string;
  platform: string;
  /** Components that may be in the image, with all they need; "*": every one. */
  allow: string[];
  /** Components that may not, whatever `allow` says. */
  deny: string[];
  /** Components that are in the image although no call asks for them. */
  drivers: string[];
  /** Where it was read from. */
  file: string;
}

type ConfigDocument = { name: string; extends?: string | undefined } & { [Key in "summary" | "platform"]?: string | undefined } & {
  [Key in "allow" | "deny" | "drivers"]?: string[] | undefined;
};

type Raw = ConfigDocument & { file: string };

/**
 * The configs in `directory` (*.json), sorted by name, and the one in `extra` if given, which may extend them and
 * replaces one of the same name. Throws MANIFEST_INVALID naming file and key, CONFIG_UNKNOWN, CONFIG_CYCLE.
 */
export async function loadConfigs(directory: string, extra?: string): Promise<BakeConfig[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw asRrError(error, directory) ?? error;
  });
  const files = names.filter((name) => name.endsWith(".json")).sort().map((name) => join(directory, name));
  const raw = new Map<string, Raw>();
  for (const file of extra === undefined ? files : [...files, extra]) {
    const document = await readConfig(file);
    raw.set(document.name, document);
  }
  return [...raw.keys()].sort().map((name) => resolve(raw, name, []));
}

/** The config called `name`. Throws CONFIG_UNKNOWN with the nearest name. */
export function findConfig(configs: readonly BakeConfig[], name: string): BakeConfig {
  const found = configs.find((config) => config.name === name);
  if (found === undefined) {
    throw unknown("there is no config", name, configs.map((config) => config.name));
  }
  return found;
}

/**
 * A config after "add NAME" (in every image) and "remove NAME" (in none) were applied in order. Throws CONFIG_COMMAND
 * for anything else; whether NAME exists is checked with the rest of the config.
 */
export function changeConfig(config: BakeConfig, commands: readonly string[]): BakeConfig {
  return commands.reduce((before, command) => {
    const [verb, name, ...rest] = command.trim().split(/\s+/);
    if (name === undefined || rest.length > 0 || (verb !== "add" && verb !== "remove")) {
      throw new RrError("CONFIG_COMMAND", `cannot understand "${command}"`, { hint: 'write -m "add NAME" or -m "remove NAME"', exitCode: 2 });
    }
    const drivers = before.drivers.filter((each) => each !== name);
    const deny = before.deny.filter((each) => each !== name);
    return verb === "add" ? { ...before, deny, drivers: [...drivers, name] } : { ...before, drivers, deny: [...deny, name] };
  }, config);
}

async function readConfig(file: string): Promise<Raw> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw asRrError(error, file) ?? error;
  });
  const parsed = (await configSchema()).safeParse(parseJson(text, file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RrError("MANIFEST_INVALID", `${file}: ${keyPath(issue?.path ?? [])}: ${issue?.message ?? "not valid"}`);
  }
  return { ...parsed.data, file };
}

function resolve(raw: ReadonlyMap<string, Raw>, name: string, path: readonly string[]): BakeConfig {
  const own = raw.get(name);
  if (own === undefined) {
    throw unknown(`config "${path.at(-1)}" extends`, name, raw.keys());
  }
  if (path.includes(name)) {
    throw new RrError("CONFIG_CYCLE", `configs extend each other in a circle: ${[...path, name].join(" -> ")}`, { hint: `remove "extends" from ${own.file}` });
  }
  const base = own.extends === undefined ? undefined : resolve(raw, own.extends, [...path, name]);
  const platform = own.platform ?? base?.platform;
  if (platform === undefined) {
    throw new RrError("MANIFEST_INVALID", `${own.file}: platform: expected "hw", or "extends" with a config that has one`);
  }
  return {
    name,
    summary: own.summary ?? base?.summary ?? "",
    platform,
    allow: own.allow ?? base?.allow ?? ["*"],
    deny: own.deny ?? base?.deny ?? [],
    drivers: own.drivers ?? base?.drivers ?? [],
    file: own.file,
  };
}

function unknown(what: string, name: string, known: Iterable<string>): RrError {
  const near = nearest(name, known);
  return new RrError("CONFIG_UNKNOWN", `${what} "${name}"`, {
    hint: near === undefined ? "rr configs lists them" : `did you mean "${near}"? (rr configs lists all)`,
  });
}

let schemaOnce: Promise<z.ZodType<ConfigDocument>> | undefined;

function configSchema(): Promise<z.ZodType<ConfigDocument>> {
  schemaOnce ??= import("zod").then(({ z }) => {
    const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]*$/, "expected a name of letters, digits, dashes");
    const names = z.array(z.union([name, z.literal("*")]));
    return z.strictObject({
      name,
      summary: z.string().optional(),
      platform: name.optional(),
      allow: names.optional(),
      deny: z.array(name).optional(),
      drivers: z.array(name).optional(),
      extends: name.optional(),
    });
  });
  return schemaOnce;
}
