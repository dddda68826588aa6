import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { exec } from "../process/exec.js";
import { fingerprint, fingerprintTree } from "../toolchain/fingerprint.js";
import type { Target } from "../toolchain/target.js";
import { installWrappers } from "../toolchain/wrappers.js";

/** Programs of rr's own that become parts of images: folders of C files, compiled by the wrapper as anybody's programs are. */
export interface ProgramSources {
  /** programs/ */
  directory: string;
  names: readonly string[];
}

const FLAGS = ["-Os", "-g", "-std=gnu11", "-fstack-protector-strong", "-Wall", "-Wextra", "-Werror"];

export async function findPrograms(directory: string): Promise<ProgramSources> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return { directory, names: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort() };
}

/** By name; `toolchain`: what identifies libc, wrappers and compiler. */
export async function fingerprintPrograms({ directory, names }: ProgramSources, toolchain: readonly string[]): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const name of names) {
    result.set(name, fingerprint(name, ...FLAGS, ...toolchain, await fingerprintTree(join(directory, name))));
  }
  return result;
}

export interface ProgramToolchain {
  target: Target;
  /** toolchains/ of rr. */
  templates: string;
  compiler: string;
  rr: string;
  /** A built libc. */
  libc: string;
  /** An empty or missing folder for wrappers that serve this build only: the installed ones name an install that is not there yet. */
  scratch: string;
}

/** Wrappers around `libc`; returns the compiler. */
export async function prepareToolchain({ target, templates, compiler, rr, libc, scratch }: ProgramToolchain): Promise<string> {
  await mkdir(scratch, { recursive: true });
  await symlink(libc, join(scratch, target.tuple));
  await installWrappers({ target, directory: scratch, root: scratch, templates, compiler, rr });
  return join(scratch, "bin", `${target.tuple}-gcc`);
}

/** Compile program `name` to the file `path`. Throws what `exec` throws when the compiler fails. */
export async function buildProgram(name: string, { directory }: ProgramSources, gcc: string, path: string): Promise<void> {
  const own = join(directory, name);
  const files = (await readdir(own)).filter((file) => file.endsWith(".c")).sort();
  await exec(gcc, [...FLAGS, `-ffile-prefix-map=${own}=/rr/programs/${name}`, "-o", path, ...files.map((file) => join(own, file))]);
  // Who asked for which member: with the paths of this build's folders in it, and of interest to nobody.
  await exec("objcopy", ["--remove-section", ".rr_why", path]);
}
