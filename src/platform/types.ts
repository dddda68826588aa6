import type { Progress } from "../model/progress.js";

export interface BuildPlatformOptions {
  /** "hw", or in full "x86_64-hw". */
  platform: string;
  /** Install below this folder; `prefixDirectory()` by default. */
  prefix?: string;
  /** Downloads and build objects; `cacheDirectory()` by default. */
  cache?: string;
  /** Compiler processes at once; the number of processors by default. */
  jobs?: number;
  /** The compiler to build with, and the one the wrappers will call; "gcc" by default. */
  compiler?: string;
  /** The tree of components and configs; that of this rr by default. */
  components?: string;
  progress?: Progress;
  /** Aborting ends the work; the previous install stays. */
  signal?: AbortSignal;
}

/** What `rr build-platform` has to tell. */
export interface BuiltPlatform {
  platform: string;
  arch: string;
  /** "x86_64-rumprun-linux-musl" */
  tuple: string;
  prefix: string;
  /** PREFIX/x86_64-hw */
  directory: string;
  /** Name of the C compiler wrapper: TUPLE-gcc, found in `directory`/bin. */
  cc: string;
  /** Identifies the content of the install. */
  hash: string;
  /** False when the install was already up to date. */
  changed: boolean;
}

/** Everything a platform is made from, as fingerprints: what decides whether a part must be built again. */
export interface PlatformInputs {
  /** libc: its source, what is laid over it, the compiler. */
  libc: string;
  /** Component name to its fingerprint: sources, headers it includes, flags, compiler. */
  components: ReadonlyMap<string, string>;
  /** Name of each program of rr's own to its fingerprint: sources, libc, wrappers, compiler. */
  programs: ReadonlyMap<string, string>;
  /** All the rest of an install: wrappers, configs, headers, paths. */
  rest: readonly string[];
}

/** What is there already. */
export interface PlatformState {
  /** Hash of the install in use, if there is one. */
  installed: string | undefined;
  /** Fingerprints of libc builds and component archives in the cache. */
  cached: ReadonlySet<string>;
}

/** What has to be built, and what is reused; decided before anything is touched. */
export interface PlatformPlan {
  /** Identifies the install's content; its folder's name. */
  hash: string;
  /** True when the installed platform already is this one: nothing to do. */
  upToDate: boolean;
  /** True when libc must be compiled. */
  libc: boolean;
  /** Components whose archive must be compiled; the others come from the cache. */
  components: string[];
  /** Programs of rr's own that must be compiled. */
  programs: string[];
}
