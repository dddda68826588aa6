import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { closure, type Closure } from "../component/closure.js";
import { changeConfig, findConfig, loadConfigs, type BakeConfig } from "../component/config.js";
import { componentGraph } from "../component/graph.js";
import { ANY_CALL, callName, UNMAPSELF } from "../component/linux-calls.js";
import { loadInstalledManifests } from "../component/manifest.js";
import { hasTrace } from "../component/traces.js";
import { RrError } from "../errors/rr-error.js";
import { checkProgramNames, effectiveLaunch, launchDocument } from "./defaults.js";
import type { LinkRequest } from "./link.js";
import { loadedBytes, readProgram, type Program } from "./program.js";
import { planRootfs, type RootfsPlan } from "./rootfs.js";
import type { Stub } from "./stubs.js";
import type { BakedCall, BakeOptions, BakePlan } from "./types.js";
import { whoWants } from "./why-program.js";

/** Everything that is decided before anything is linked or written. */
export interface BakeDecision {
  plan: BakePlan;
  programs: Program[];
  rootfs: RootfsPlan | undefined;
  defaults: string | undefined;
  link: LinkRequest;
  /** How it was baked, for the debug file: JSON. */
  record: string;
  /** The libOS symbol a stub will jump to. */
  entrySymbol: (stub: Stub) => string;
}

/** The architecture all of this is for; the second one makes it a parameter. */
const ARCH = "x86_64";

/** In one image; the libOS looks programs up one by one. */
export const MAX_APPS = 255;
/** programs/rc and components/rc: they join an image of several programs, or one that runs by an `rc`. */
const RUNNER = "rr-rc";
const RUNNER_COMPONENT = "rc";
/** components/checkpoint: it joins an image whose machine is to be stopped when its program has started. */
const CHECKPOINT_COMPONENT = "checkpoint";
/** components/unpack: it joins a compressed image, and is where that begins. */
const UNPACK_COMPONENT = "unpack";
const UNPACK_ENTRY = "rr_unpack_start";

/** Read all inputs and decide; nothing is written. Throws RrError for whatever is wrong with them. */
export async function decideBake(options: BakeOptions): Promise<BakeDecision> {
  const installed = join(options.prefix, `${ARCH}-hw`);
  if (!existsSync(join(installed, "libos", "manifests.json"))) {
    throw new RrError("PLATFORM_MISSING", `no platform is installed below ${options.prefix}`, { hint: "rr build-platform hw" });
  }
  const libos = join(installed, "libos");
  checkCount(options.apps);
  const launch = effectiveLaunch(options);
  const severally = options.apps.length > 1 || launch.rc !== undefined;
  const compress = options.compress === true;
  const own = [...(severally ? [RUNNER_COMPONENT] : []), ...(compress ? [UNPACK_COMPONENT] : []), ...(options.checkpoint === true ? [CHECKPOINT_COMPONENT] : [])];
  const config = withDrivers(await chooseConfig(options, join(libos, "configs")), own);
  const runner = severally ? [join(libos, "programs", RUNNER)] : [];
  const programs = await readPrograms([...options.apps, ...runner]);
  checkProgramNames(launch, programs.slice(0, options.apps.length).map(({ name }) => name));
  const graph = componentGraph(await loadInstalledManifests(join(libos, "manifests.json")), config.platform);
  const survivors = [...new Set(programs.flatMap((program) => program.stubs.map(({ n }) => n)))].sort((a, b) => a - b);
  const numbers = survivors.filter((n) => n !== ANY_CALL);
  const loaded = programs.slice(0, options.apps.length).flatMap(loadedBytes);
  const parts = closure(graph, config, survivors.map(callName), (trace) => hasTrace(loaded, trace));
  const rootfs = options.rootfs === undefined ? undefined : await planRootfs(options.rootfs);
  const entrySymbol = (stub: Stub): string => entryFor(stub, parts);
  return {
    plan: describe(options, config, programs, parts, rootfs),
    programs,
    rootfs,
    defaults: launchDocument(launch, options.apps.length > 1),
    // Of a checkpoint, what is baked like it (rr audit does) is to boot, not to stop.
    record: JSON.stringify({ config: { ...withoutFile(config), drivers: config.drivers.filter((name) => name !== CHECKPOINT_COMPONENT) }, platform: await platformHash(installed) }),
    link: {
      libos,
      components: parts.components.map(({ manifest }) => ({ name: manifest.name, init: manifest.init, resume: manifest.resume })),
      checkpoint: parts.components.some(({ manifest }) => manifest.name === CHECKPOINT_COMPONENT),
      calls: numbers.filter((n) => n !== UNMAPSELF).flatMap((n) => {
        const home = parts.homes.get(callName(n));
        return home === undefined ? [] : [{ n, name: callName(n), leaf: home.info.leaf === true }];
      }),
      entries: [...entries(programs.flatMap((program) => program.stubs.map(entrySymbol))), ...(compress ? [UNPACK_ENTRY] : [])],
    },
    entrySymbol,
  };
}

/** The effective config. Throws CONFIG_UNKNOWN, CONFIG_COMMAND or MANIFEST_INVALID. */
async function chooseConfig({ config, configFile, commands }: BakeOptions, directory: string): Promise<BakeConfig> {
  const configs = await loadConfigs(directory, configFile);
  const own = configFile === undefined ? undefined : configs.find(({ file }) => file === configFile);
  if (own !== undefined && config !== undefined && config !== own.name) {
    throw new RrError("CONFIG_UNUSED", `${configFile} describes the config "${own.name}", but "${config}" was asked for`, {
      hint: `rr bake -c ${configFile} ${own.name} ..., or leave out -c`,
    });
  }
  const chosen = own ?? findConfig(configs, config ?? "hw_generic");
  return changeConfig(chosen, commands ?? []);
}

/** With components that no program asks for. */
function withDrivers(config: BakeConfig, names: readonly string[]): BakeConfig {
  return { ...config, drivers: [...config.drivers.filter((name) => !names.includes(name)), ...names] };
}

function withoutFile({ file: _, ...config }: BakeConfig): Omit<BakeConfig, "file"> {
  return config;
}

/** Which build of the platform is installed; empty for one that does not say. */
async function platformHash(installed: string): Promise<string> {
  const text = await readFile(join(installed, "platform.json"), "utf8").catch(() => "{}");
  return (JSON.parse(text) as { hash?: string }).hash ?? "";
}

function checkCount(apps: readonly string[]): void {
  if (apps.length === 0) {
    throw new RrError("APP_NONE", "no program to bake was given", { hint: "rr bake CONFIG OUT APP", exitCode: 2 });
  }
  if (apps.length > MAX_APPS) {
    throw new RrError("APP_COUNT", `${apps.length} programs were given; one image holds at most ${MAX_APPS}`, { hint: "put them into several images" });
  }
}

async function readPrograms(paths: readonly string[]): Promise<Program[]> {
  const programs: Program[] = [];
  for (const path of paths) {
    const program = await readProgram(path);
    const other = programs.find(({ name }) => name === program.name);
    if (other !== undefined) {
      throw new RrError("APP_NAME", `${other.path} and ${path} would both be /bin/${program.name}`, { hint: "rename one of them" });
    }
    programs.push(program);
  }
  return programs;
}

/** Each once. Where there may be no way in for any number, the one that refuses has to be there. */
function entries(symbols: readonly string[]): string[] {
  return [...new Set([...symbols, ...(symbols.includes("rr_entry_any") ? ["rr_entry_enosys"] : [])])];
}

function entryFor({ n, kind }: Stub, { homes }: Closure): string {
  if (kind === "any") {
    return "rr_entry_any";
  }
  const home = homes.get(callName(n));
  if (home === undefined) {
    return "rr_entry_enosys";
  }
  // A leaf's entry would be one more jump to its handler: under TCG, between pages, as dear as a return.
  return home.info.leaf === true ? `rr_sys_${callName(n)}` : `rr_entry_${n}`;
}

function describe(
  options: BakeOptions,
  config: BakeConfig,
  programs: readonly Program[],
  parts: Closure,
  rootfs: RootfsPlan | undefined,
): BakePlan {
  return {
    config: config.name,
    platform: `${ARCH}-${config.platform}`,
    programs: programs.map(({ name, path, elf, stubs }, index) => ({
      name, path, size: elf.bytes.length, ...(index < options.apps.length ? {} : { own: true }), calls: stubs.map((stub) => describeStub(stub, parts)),
    })),
    components: parts.components.map(({ manifest, because }) => ({
      name: manifest.name, layer: manifest.layer, because, ...(manifest.init === undefined ? {} : { init: manifest.init }),
    })),
    missing: programs.flatMap(({ path, stubs, why }) =>
      stubs
        .filter(({ n, kind }) => kind !== "any" && parts.missing.includes(callName(n)))
        .map(({ n }) => ({ program: path, n, name: callName(n), wantedBy: whoWants(why, n) })),
    ),
    ...(rootfs === undefined ? {} : { rootfs: { directory: rootfs.directory, files: rootfs.files.length, bytes: rootfs.size } }),
    out: resolve(options.out),
  };
}

function describeStub({ n, kind }: Stub, { homes }: Closure): BakedCall {
  const home = kind === "any" ? undefined : homes.get(callName(n));
  return {
    n, name: callName(n), kind,
    ...(home === undefined ? {} : { component: home.component }),
    ...(home?.info.partial === undefined ? {} : { partial: home.info.partial }),
  };
}
