import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { callNumber } from "../component/linux-calls.js";
import type { Manifest } from "../component/manifest.js";
import { exec } from "../process/exec.js";
import { compileAll, type CompileOptions, type CompileUnit } from "../toolchain/compile.js";
import { fingerprint, fingerprintTree } from "../toolchain/fingerprint.js";

/** docs/interfaces.md section 4. */
const FLAGS = [
  "-std=gnu11", "-ffreestanding", "-mcmodel=kernel", "-mno-red-zone", "-mgeneral-regs-only", "-fno-pic", "-fno-pie",
  "-fstack-protector-strong", "-mstack-protector-guard=global", "-ffunction-sections", "-fdata-sections",
  "-fno-asynchronous-unwind-tables", "-g", "-Wall", "-Wextra", "-Werror",
  // What -Os leaves: together 1.6 % of the libOS (gcc 12). Nothing in it needs a 16-byte aligned stack, since it has no vector registers.
  "-mpreferred-stack-boundary=3", "-fno-caller-saves", "-fno-tree-loop-im", "-fno-if-conversion", "-fno-jump-tables",
  // Defaults of some distributions.
  "-fcf-protection=none", "-fno-stack-clash-protection", "-U_FORTIFY_SOURCE", "-Wa,--noexecstack",
];

/** The component that enters the others: one generated member per implemented call. */
const BOUNDARY = "boundary";
const ENTRY_TEMPLATE = "entry.S.in";

/** The component tree with what is needed to compile it. */
export interface LibosSources {
  /** components/ */
  directory: string;
  manifests: readonly Manifest[];
}

/** Fingerprints of all components: own files, headers they may include, flags, compiler. */
export async function fingerprintComponents(sources: LibosSources, compiler: string): Promise<Map<string, string>> {
  const headers = new Map<string, string>();
  for (const { name } of sources.manifests) {
    headers.set(name, await fingerprintTree(join(sources.directory, name, "include")));
  }
  const calls = JSON.stringify(implementedCalls(sources.manifests));
  const result = new Map<string, string>();
  for (const manifest of sources.manifests) {
    const own = join(sources.directory, manifest.name);
    const template = manifest.name === BOUNDARY ? [calls, await readFile(join(own, ENTRY_TEMPLATE), "utf8").catch(() => "")] : [];
    result.set(manifest.name, fingerprint(
      compiler, manifest.name, ...flagsOf(manifest), await fingerprintTree(join(own, "src")),
      ...headerComponents(manifest, sources.manifests).map((name) => headers.get(name) ?? ""), ...template,
    ));
  }
  return result;
}

/** Compile `manifest`'s component into the archive `path`. Throws COMPILE_FAILED. */
export async function buildComponent(manifest: Manifest, sources: LibosSources, path: string, options: CompileOptions): Promise<void> {
  const own = join(sources.directory, manifest.name);
  const objects = join(options.scratch, manifest.name);
  const generated = join(objects, "generated");
  await mkdir(generated, { recursive: true });
  const flags = [
    ...flagsOf(manifest),
    ...headerComponents(manifest, sources.manifests).map((name) => `-I${join(sources.directory, name, "include")}`),
    `-ffile-prefix-map=${sources.directory}=/rr/components`,
    `-ffile-prefix-map=${generated}=/rr/components/${manifest.name}/generated`,
  ];
  const files = [...(await sourcesIn(join(own, "src"))), ...(await sourcesIn(join(own, "src/x86_64")))];
  if (manifest.name === BOUNDARY) {
    files.push(...(await generateEntries(sources, join(own, ENTRY_TEMPLATE), generated)));
  }
  const units = files.map((source, index): CompileUnit => ({
    source,
    // The number keeps src/x86_64/trap.S and src/trap.c apart.
    object: join(objects, String(index), `${basename(source, extname(source))}.o`),
    flags,
  }));
  await compileAll(units, options);
  await exec("ar", ["qcsD", path, ...units.map((unit) => unit.object)]);
}

/** The components whose headers may come in: the component itself, those it needs, and those their headers need in turn. */
export function headerComponents(manifest: Manifest, manifests: readonly Manifest[]): string[] {
  const names = new Set([manifest.name]);
  for (const name of names) {
    for (const needed of manifests.find((candidate) => candidate.name === name)?.needs ?? []) {
      names.add(needed);
    }
  }
  return [...names];
}

export interface ImplementedCall {
  number: number;
  name: string;
  leaf: boolean;
}

/** All calls the components implement, ascending by number. */
export function implementedCalls(manifests: readonly Manifest[]): ImplementedCall[] {
  const calls = manifests.flatMap((manifest) =>
    Object.entries(manifest.syscalls).map(([name, info]) => ({ number: callNumber(name) ?? -1, name, leaf: info.leaf === true })));
  return calls.sort((a, b) => a.number - b.number);
}

/** One assembly file per call from the boundary component's template: @NUMBER@, @NAME@ and @LEAF@ (1 or 0) are replaced. */
async function generateEntries(sources: LibosSources, template: string, folder: string): Promise<string[]> {
  if (!existsSync(template)) {
    return [];
  }
  const text = await readFile(template, "utf8");
  const paths: string[] = [];
  for (const call of implementedCalls(sources.manifests)) {
    const path = join(folder, `rr_entry_${call.number}.S`);
    await writeFile(path, text.replaceAll("@NUMBER@", String(call.number)).replaceAll("@NAME@", call.name).replaceAll("@LEAF@", call.leaf ? "1" : "0"));
    paths.push(path);
  }
  return paths;
}

function flagsOf(manifest: Manifest): string[] {
  return [...FLAGS, `-O${manifest.optimize ?? "s"}`];
}

async function sourcesIn(folder: string): Promise<string[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  return names.filter((name) => /\.[cS]$/.test(name)).sort().map((name) => join(folder, name));
}
