import type { LaunchFile } from "../config/index.js";
import type { Progress } from "../model/progress.js";

export interface BakeOptions {
  /** Name of an installed config, or of the one in `configFile`; may be absent when `configFile` is given. */
  config?: string | undefined;
  /** A config of the user's own (JSON, docs/interfaces.md section 4). */
  configFile?: string | undefined;
  /** Changes to the config, in order: "add NAME", "remove NAME". */
  commands?: readonly string[] | undefined;
  /** The image to write; `<out>.debug` is written beside it. */
  out: string;
  /** The programs, at most MAX_APPS; the first is the one that is started, unless `launch` says otherwise. */
  apps: readonly string[];
  /** Directory whose content becomes the root file system. */
  rootfs?: string | undefined;
  /** Default environment of the program. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Default arguments after argv[0]. */
  args?: readonly string[] | undefined;
  /** What the image runs by itself (`readLaunchFile`); env and args above win over it. */
  launch?: LaunchFile | undefined;
  /** Pack the programs: a smaller file, and some milliseconds more to boot. */
  compress?: boolean | undefined;
  /** For `bakeCheckpoint`: the machine stops when its program has started, for its memory to become an image. */
  checkpoint?: boolean | undefined;
  /** Where platforms are installed (as given by `prefixDirectory`). */
  prefix: string;
  /** Only say what would be done; nothing is written. */
  dryRun?: boolean | undefined;
  /** Report sizes (true), or also the chain that pulled in this symbol, component or call. */
  why?: boolean | string | undefined;
  progress?: Progress | undefined;
}

/** A system call the program can make. */
export interface BakedCall {
  n: number;
  name: string;
  kind: StubKind;
  /** The component that implements it; absent: nobody does, it returns ENOSYS. */
  component?: string | undefined;
  /** What its implementation leaves out, from the manifest. */
  partial?: string | undefined;
}

export type StubKind = "call" | "jump" | "child" | "any";

/** What a bake does, as data. */
export interface BakePlan {
  config: string;
  /** e.g. "x86_64-hw" */
  platform: string;
  /** As given; behind them, in an image that can run several, rr's own that does so (`own`). */
  programs: { name: string; path: string; size: number; own?: true; calls: BakedCall[] }[];
  /** In the order of their initialisation. */
  components: { name: string; layer: string; init?: string | undefined; because: string }[];
  /** Calls no component implements, with who wants them when the wrapper recorded it. */
  missing: { program: string; n: number; name: string; wantedBy?: string | undefined }[];
  rootfs?: { directory: string; files: number; bytes: number } | undefined;
  out: string;
}

export interface BakeResult {
  plan: BakePlan;
  /** Absolute path of the image; for a dry run where it would be. */
  out: string;
  /** Absolute path of the file with debug information. */
  debug: string;
  /** Size of the image file in bytes; 0 for a dry run. */
  size: number;
  /** First physical address behind the image: what it takes of the guest's memory before it runs. */
  end: number;
  /** Of a checkpoint: what the program printed until then, on either output. */
  printed?: string | undefined;
  why?: WhyReport | undefined;
}

export interface Sizes {
  code: number;
  rodata: number;
  data: number;
  bss: number;
}

export interface WhyReport {
  /** Of the image file, bytes. */
  image: number;
  /** Bytes in memory of each libOS component, largest first. */
  components: ({ name: string; total: number } & Sizes)[];
  programs: ({ name: string; total: number } & Sizes)[];
  rootfs: number;
  /** Headers, notes, tables: what is in the image file and belongs to nobody above. */
  other: number;
  /** For a question: each link of the chain, from the root to what was asked for. */
  chain?: WhyChain | undefined;
}

export interface WhyChain {
  question: string;
  /** From the outermost root inwards; `in` is the component, or the member of the program. */
  links: { what: string; in: string; via?: string | undefined }[];
}
