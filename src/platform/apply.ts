import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { loadManifests } from "../component/manifest.js";
import { silent, type Progress } from "../model/progress.js";
import { fingerprintTree } from "../toolchain/fingerprint.js";
import { inspectCompiler, installHostHeaders, kernelHeadersIdentity, type HostCompiler } from "../toolchain/host.js";
import { buildMusl, muslFingerprint } from "../toolchain/musl.js";
import { fetchSource, findSource, unpackSource, type Source } from "../toolchain/sources.js";
import { parseTarget, type Target } from "../toolchain/target.js";
import { installWrappers } from "../toolchain/wrappers.js";
import { replaceAtomically } from "../workspace/atomic.js";
import { withLock } from "../workspace/lock.js";
import { cacheDirectory, packageRoot, prefixDirectory } from "../workspace/paths.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { asRrError } from "../workspace/system-error.js";
import { copyTree, installAtomically, installedHash, removeAbandoned, tidyCache, versionOf } from "./install.js";
import { buildComponent, fingerprintComponents, type LibosSources } from "./libos.js";
import { planPlatform } from "./plan.js";
import { buildProgram, findPrograms, fingerprintPrograms, prepareToolchain, type ProgramSources } from "./programs.js";
import type { BuildPlatformOptions, BuiltPlatform, PlatformInputs, PlatformPlan } from "./types.js";

const LOCK = { what: { waiting: "another build", held: "has been building here" }, code: "PLATFORM_BUSY", waitMs: 15 * 60_000, pollMs: 200 };

/** Everything the phases below share. */
interface Context {
  target: Target;
  prefix: string;
  cache: string;
  /** Built parts, by fingerprint. */
  parts: string;
  jobs: number;
  progress: Progress;
  signal: AbortSignal | undefined;
  package: string;
  rrVersion: string;
  compiler: HostCompiler;
  musl: Source;
  libos: LibosSources;
  programs: ProgramSources;
}

/**
 * Build and install the platform: toolchain, libOS archives, configs. Quick when nothing changed. The new install
 * replaces the old one in one step; an error or an interruption leaves the old one usable.
 * Throws RrError: TARGET_UNKNOWN, SOURCE_* (fetching), HOST_PACKAGE_MISSING, COMPILER_UNSUPPORTED, COMPILE_FAILED,
 * PLATFORM_BUSY, MANIFEST_INVALID and others about components, NO_SPACE, NO_PERMISSION.
 */
export async function buildPlatform(options: BuildPlatformOptions): Promise<BuiltPlatform> {
  const target = parseTarget(options.platform);
  const prefix = prefixDirectory(options.prefix);
  const directory = join(prefix, target.name);
  const report = (plan: PlatformPlan): BuiltPlatform => ({
    platform: target.platform,
    arch: target.arch,
    tuple: target.tuple,
    prefix,
    directory,
    cc: `${target.tuple}-gcc`,
    hash: plan.hash,
    changed: !plan.upToDate,
  });

  const context = await prepare(options, target, prefix);
  const inputs = await readInputs(context, directory);
  const first = await decide(context, inputs);
  if (first.upToDate) {
    return report(first);
  }
  return await withLock(join(prefix, `.${target.name}.lock`), async () => {
    // Whoever held the lock before may have done it all.
    const plan = await decide(context, inputs);
    if (!plan.upToDate) {
      await build(context, inputs, plan);
      await install(context, inputs, plan, directory);
    }
    return report(plan);
  }, { ...LOCK, ...context }).catch((error: unknown) => {
    throw asRrError(error, prefix) ?? error;
  });
}

async function prepare(options: BuildPlatformOptions, target: Target, prefix: string): Promise<Context> {
  const packageDirectory = packageRoot();
  const cache = cacheDirectory(options.cache);
  const directory = options.components ?? join(packageDirectory, "components");
  const [compiler, musl, manifests, programs, rrVersion] = await Promise.all([
    inspectCompiler(options.compiler ?? "gcc"),
    findSource("musl"),
    loadManifests(directory),
    findPrograms(join(packageDirectory, "programs")),
    versionOf(packageDirectory),
  ]);
  return {
    target, prefix, cache,
    parts: join(cache, "platform"),
    jobs: options.jobs ?? availableParallelism(),
    progress: options.progress ?? silent,
    signal: options.signal,
    package: packageDirectory,
    rrVersion, compiler, musl, programs,
    libos: { directory, manifests: manifests.filter((manifest) => manifest.platforms?.includes(target.platform) ?? true) },
  };
}

async function readInputs(context: Context, directory: string): Promise<PlatformInputs> {
  const toolchains = join(context.package, "toolchains");
  const [libc, components, headers, wrappers, ...rest] = await Promise.all([
    muslFingerprint(context.musl, join(toolchains, "musl"), context.compiler),
    fingerprintComponents(context.libos, context.compiler.identity),
    kernelHeadersIdentity(),
    fingerprintTree(join(toolchains, "wrappers")),
    fingerprintTree(join(toolchains, "integration")),
    fingerprintTree(join(context.libos.directory, "configs")),
    readFile(libosScript(context), "utf8").catch(() => ""),
  ]);
  const manifests = JSON.stringify(context.libos.manifests);
  const programs = await fingerprintPrograms(context.programs, [libc, wrappers, context.compiler.identity]);
  return { libc, components, programs, rest: [headers, wrappers, ...rest, manifests, directory, context.package, context.compiler.command, context.rrVersion] };
}

async function decide(context: Context, inputs: PlatformInputs): Promise<PlatformPlan> {
  const names = await readdir(context.parts).catch(() => []);
  return planPlatform(inputs, {
    installed: await installedHash(context.prefix, context.target.name),
    cached: new Set(names.map((name) => name.slice(name.lastIndexOf("-") + 1))),
  });
}

/** Make the missing parts in the cache. */
async function build(context: Context, inputs: PlatformInputs, plan: PlatformPlan): Promise<void> {
  await mkdir(context.parts, { recursive: true });
  await removeAbandoned(context.parts);
  await withTemporaryDirectory(async (scratch) => {
    if (plan.libc) {
      await buildLibc(context, libcPart(context, inputs), scratch);
    }
    if (plan.components.length > 0) {
      await buildComponents(context, inputs, plan.components, scratch);
    }
    if (plan.programs.length > 0) {
      await buildPrograms(context, inputs, plan.programs, scratch);
    }
  }, { parent: context.parts, prefix: ".build-" });
}

async function buildLibc(context: Context, part: string, scratch: string): Promise<void> {
  const archive = await fetchSource(context.musl, { cacheDir: context.cache, progress: context.progress, signal: context.signal });
  const id = "libc";
  const name = `${context.musl.name} ${context.musl.version}`;
  context.progress({ kind: "start", id, text: `compile ${name}` });
  const source = join(scratch, "musl-source");
  await unpackSource(archive, source);
  await replacePart(part, (sysroot) =>
    buildMusl({ ...compileOptions(context, scratch), source, overlay: join(context.package, "toolchains/musl"), sysroot }));
  context.progress({ kind: "done", id, text: name });
}

async function buildComponents(context: Context, inputs: PlatformInputs, names: readonly string[], scratch: string): Promise<void> {
  const id = "components";
  context.progress({ kind: "start", id, text: `compile ${names.length} of ${inputs.components.size} components` });
  for (const manifest of context.libos.manifests) {
    if (names.includes(manifest.name)) {
      await replacePart(componentPart(context, inputs, manifest.name), (archive) =>
        buildComponent(manifest, context.libos, archive, compileOptions(context, scratch)));
    }
  }
  context.progress({ kind: "done", id, text: names.length === 1 ? `component ${names[0]}` : `${names.length} components` });
}

async function buildPrograms(context: Context, inputs: PlatformInputs, names: readonly string[], scratch: string): Promise<void> {
  const id = "programs";
  context.progress({ kind: "start", id, text: `compile ${names.join(", ")}` });
  const gcc = await prepareToolchain({
    target: context.target,
    templates: join(context.package, "toolchains"),
    compiler: context.compiler.command,
    rr: join(context.package, "bin/rr"),
    libc: libcPart(context, inputs),
    scratch: join(scratch, "toolchain"),
  });
  for (const name of names) {
    await replacePart(programPart(context, inputs, name), (path) => buildProgram(name, context.programs, gcc, path));
  }
  context.progress({ kind: "done", id, text: names.length === 1 ? `program ${names[0]}` : `${names.length} programs` });
}

async function install(context: Context, inputs: PlatformInputs, plan: PlatformPlan, root: string): Promise<void> {
  const { target } = context;
  const id = "install";
  context.progress({ kind: "start", id, text: `install to ${root}` });
  await installAtomically(context.prefix, target.name, plan.hash, async (directory) => {
    const sysroot = join(directory, target.tuple);
    // libc's own version of a header wins over the kernel's.
    await installHostHeaders(join(sysroot, "include"));
    await copyTree(libcPart(context, inputs), sysroot);
    await installWrappers({
      target, directory, root,
      templates: join(context.package, "toolchains"),
      compiler: context.compiler.command,
      rr: join(context.package, "bin/rr"),
    });
    await installLibos(context, inputs, join(directory, "libos"));
    await writeFile(join(directory, "platform.json"), `${JSON.stringify({
      platform: target.platform, arch: target.arch, tuple: target.tuple, hash: plan.hash,
      rrVersion: context.rrVersion, muslVersion: context.musl.version,
    }, null, 2)}\n`);
  });
  const used = [
    libcPart(context, inputs),
    ...[...inputs.components.keys()].map((name) => componentPart(context, inputs, name)),
    ...[...inputs.programs.keys()].map((name) => programPart(context, inputs, name)),
  ];
  await tidyCache(context.parts, used);
  context.progress({ kind: "done", id, text: root });
}

async function installLibos(context: Context, inputs: PlatformInputs, directory: string): Promise<void> {
  const { manifests } = context.libos;
  await mkdir(directory, { recursive: true });
  for (const { name } of manifests) {
    await copyTree(componentPart(context, inputs, name), join(directory, `${name}.a`));
  }
  for (const name of context.programs.names) {
    await copyTree(programPart(context, inputs, name), join(directory, "programs", `rr-${name}`));
  }
  await writeFile(join(directory, "manifests.json"), `${JSON.stringify({ components: manifests }, null, 1)}\n`);
  if (existsSync(libosScript(context))) {
    await copyTree(libosScript(context), join(directory, "libos.ld"));
  }
  const configs = join(context.libos.directory, "configs");
  if (existsSync(configs)) {
    await copyTree(configs, join(directory, "configs"));
  }
}

function libosScript(context: Context): string {
  return join(context.libos.directory, "start/libos.ld");
}

function libcPart(context: Context, inputs: PlatformInputs): string {
  return join(context.parts, `libc-${inputs.libc}`);
}

function componentPart(context: Context, inputs: PlatformInputs, name: string): string {
  return join(context.parts, `${name}-${inputs.components.get(name)}`);
}

function programPart(context: Context, inputs: PlatformInputs, name: string): string {
  return join(context.parts, `program-${name}-${inputs.programs.get(name)}`);
}

/** Several builds with different prefixes may share a cache: the first one's part is as good. */
async function replacePart(part: string, produce: (temporary: string) => Promise<void>): Promise<void> {
  await replaceAtomically(part, produce).catch((error: unknown) => {
    if (!existsSync(part)) {
      throw error;
    }
  });
}

function compileOptions(context: Context, scratch: string) {
  return { compiler: context.compiler.command, jobs: context.jobs, scratch, signal: context.signal };
}
