import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { exec } from "../process/exec.js";
import { fingerprint, fingerprintTree } from "./fingerprint.js";
import type { HostCompiler } from "./host.js";
import type { Source } from "./sources.js";
import { compileAll, inParallel, type CompileOptions, type CompileUnit } from "./compile.js";
import { REPLACED_BY_STUBS, allStubs, renderStub, stubHeader } from "./stubs.js";

export interface MuslOptions extends CompileOptions {
  /** musl's unpacked release. */
  source: string;
  /** toolchains/musl: what is laid over it. */
  overlay: string;
  /** Receives include/ and lib/. */
  sysroot: string;
}

/** The path a debugger shows for libc's sources, whatever folder they were compiled in. */
const DEBUG_PATH = "/rr/musl";

const COMMON_FLAGS = [
  "-std=c99", "-nostdinc", "-ffreestanding", "-fexcess-precision=standard", "-frounding-math",
  "-D_XOPEN_SOURCE=700",
  "-Os", "-g", "-fomit-frame-pointer", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables",
  "-ffunction-sections", "-fdata-sections",
  // Distributions switch these on by default; libc is to come out the same everywhere.
  "-fno-pie", "-fcf-protection=none", "-fno-stack-protector", "-fno-stack-clash-protection", "-U_FORTIFY_SOURCE",
  // A call hidden in inline assembly would overwrite the red zone.
  "-mno-red-zone",
  "-Wa,--noexecstack", "-w", "-Werror=implicit-function-declaration", "-Werror=int-conversion",
];

/** Where speed counts more than size. */
const FAST = /^src\/(string|malloc\/mallocng)\//;
const MEMORY_OPERATIONS = /\/(memcpy|memmove|memcmp|memset)\.c$/;
/** Sources with a macro of their own, which include/internal/syscall.h knows. */
const START = "src/env/__libc_start_main.c";
const NUMBER_IN_VARIABLE = new Set(["src/thread/pthread_cancel.c", "src/thread/__syscall_cp.c", "src/unistd/setxid.c"]);

/** Not compiled: stubs stand for them; the restorer is that of rt_sigreturn. */
const LEFT_OUT = new Set(["src/signal/restore.c", "src/signal/x86_64/restore.s", ...REPLACED_BY_STUBS]);

/** Everything libc holds under other names elsewhere: -lm and friends must be found. */
const EMPTY_LIBRARIES = ["m", "rt", "pthread", "crypt", "util", "xnet", "resolv", "dl"];

/** What decides whether libc must be compiled again. */
export async function muslFingerprint(source: Source, overlay: string, compiler: HostCompiler): Promise<string> {
  const recipe = JSON.stringify([
    commonFlags({ source: "SOURCE", overlay: "OVERLAY" }, "GENERATED", "WORK"),
    ...[FAST, MEMORY_OPERATIONS].map(String), [...NUMBER_IN_VARIABLE], START, [...LEFT_OUT], EMPTY_LIBRARIES, allStubs(),
  ]);
  return fingerprint(source.sha256, await fingerprintTree(overlay), recipe, compiler.identity);
}

/** Compile libc and its start files and install them with the headers into `sysroot`. */
export async function buildMusl(options: MuslOptions): Promise<void> {
  const work = join(options.scratch, "musl");
  const generated = join(work, "generated");
  await generateHeaders(options, generated);
  const stubSources = await generateStubs(options, join(work, "stubs"));
  const layers = [options.source, options.overlay];
  const selected = await selectSources(layers, await sourceFolders(options.source));
  const libcFiles = await annotateAssembly(selected, options, join(work, "assembly"));
  const startFiles = await selectSources(layers, ["crt"]);

  const flags = commonFlags(options, generated, work);
  const objects = join(work, "objects");
  const libc = [
    ...libcFiles.map((file) => unitFor(file, objects, flags)),
    ...stubSources.map((source) => ({ source, object: join(objects, "stubs", objectName(source)), flags })),
  ];
  const library = join(options.sysroot, "lib");
  const start = startFiles.map((file): CompileUnit => ({
    source: file.path,
    object: join(library, objectName(file.path)),
    flags: [...flags, "-DCRT"],
  }));
  await compileAll([...libc, ...start], options);
  await archive(join(library, "libc.a"), libc.map((unit) => unit.object), objects);
  for (const name of EMPTY_LIBRARIES) {
    await archive(join(library, `lib${name}.a`), [], objects);
  }
  await installHeaders(options, generated);
}

interface SourceFile {
  /** Relative to its layer: "src/thread/x86_64/clone.s". */
  name: string;
  path: string;
}

/**
 * The files to compile in `folders`: a later layer's file replaces an earlier one's, and an architecture's file the
 * generic one of the same name (as musl's own Makefile does).
 */
async function selectSources(layers: readonly string[], folders: readonly string[]): Promise<SourceFile[]> {
  const chosen = new Map<string, SourceFile>();
  for (const folder of folders) {
    for (const sub of [folder, `${folder}/x86_64`]) {
      for (const layer of layers) {
        for (const file of await filesIn(join(layer, sub))) {
          const name = `${sub}/${file}`;
          if (/\.[csS]$/.test(file) && !LEFT_OUT.has(name)) {
            chosen.set(`${folder}/${basename(file, extname(file))}`, { name, path: join(layer, name) });
          }
        }
      }
    }
  }
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * musl's assembly files have no unwind information, and a crash in memcpy is a common one: musl's own tool derives the
 * information from the instructions. The overlay's files have theirs.
 */
async function annotateAssembly(files: readonly SourceFile[], options: MuslOptions, folder: string): Promise<SourceFile[]> {
  const scripts = ["common", "x86_64"].flatMap((name) => ["-f", join(options.source, `tools/add-cfi.${name}.awk`)]);
  const result: SourceFile[] = [];
  const plain: SourceFile[] = [];
  for (const file of files) {
    const isPlain = file.path.endsWith(".s") && file.path.startsWith(options.source);
    (isPlain ? plain : result).push(isPlain ? { name: file.name, path: join(folder, file.name) } : file);
  }
  await inParallel(plain, options.jobs, async ({ name, path }) => {
    const annotated = await exec("awk", [...scripts, join(options.source, name)], { env: { LC_ALL: "C" } });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, annotated.stdout);
  });
  return [...result, ...plain];
}

async function sourceFolders(source: string): Promise<string[]> {
  const folders = await readdir(join(source, "src"), { withFileTypes: true });
  return [...folders.filter((entry) => entry.isDirectory()).map((entry) => `src/${entry.name}`).sort(), "src/malloc/mallocng"];
}

function unitFor(file: SourceFile, objects: string, flags: readonly string[]): CompileUnit {
  // Two members called clone.o would be indistinguishable in a link map.
  const folder = dirname(file.name).replace(/\/x86_64$/, "");
  const object = file.name === "src/thread/x86_64/clone.s" ? "__clone.o" : objectName(file.name);
  return { source: file.path, object: join(objects, folder, object), flags: [...flags, ...flagsFor(file.name)] };
}

function flagsFor(name: string): string[] {
  return [
    ...(FAST.test(name) ? ["-O2"] : []),
    ...(MEMORY_OPERATIONS.test(name) ? ["-fno-tree-loop-distribute-patterns"] : []),
    ...(NUMBER_IN_VARIABLE.has(name) ? ["-DRR_NUMBER_IN_VARIABLE"] : []),
    ...(name === START ? ["-DRR_NO_SET_ID"] : []),
  ];
}

function commonFlags(options: Pick<MuslOptions, "source" | "overlay">, generated: string, work: string): string[] {
  const internal = ["src/include", "src/internal"].map((folder) => join(options.source, folder));
  const include = [
    join(options.overlay, "include/internal"), generated,
    join(options.source, "arch/x86_64"), join(options.source, "arch/generic"), ...internal,
    join(generated, "public"), join(options.source, "include"),
  ];
  return [
    ...COMMON_FLAGS,
    ...include.map((folder) => `-I${folder}`),
    // With the slash: one path may be the beginning of another.
    `-ffile-prefix-map=${options.source}/=${DEBUG_PATH}/`,
    `-ffile-prefix-map=${options.overlay}/=${DEBUG_PATH}/overlay/`,
    `-ffile-prefix-map=${work}/=${DEBUG_PATH}/build/`,
  ];
}

/** musl's two generated public headers and its version, and the declarations of the stubs. */
async function generateHeaders(options: MuslOptions, generated: string): Promise<void> {
  const bits = join(generated, "public/bits");
  await mkdir(bits, { recursive: true });
  const arch = join(options.source, "arch/x86_64/bits");
  const types = await exec("sed", ["-f", join(options.source, "tools/mkalltypes.sed"), join(arch, "alltypes.h.in"), join(options.source, "include/alltypes.h.in")]);
  await writeFile(join(bits, "alltypes.h"), types.stdout);
  const calls = await readFile(join(arch, "syscall.h.in"), "utf8");
  const aliases = calls.split("\n").filter((line) => line.includes("__NR_")).map((line) => line.replace("__NR_", "SYS_"));
  await writeFile(join(bits, "syscall.h"), `${calls}${aliases.join("\n")}\n`);
  const version = (await readFile(join(options.source, "VERSION"), "utf8")).trim();
  await writeFile(join(generated, "version.h"), `#define VERSION "${version}"\n`);
  await writeFile(join(generated, "rr_stubs.h"), stubHeader());
}

/** One source per stub, so that each is an archive member of its own; returns the paths. */
async function generateStubs(options: MuslOptions, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const templates = new Map<string, string>();
  const paths: string[] = [];
  for (const stub of allStubs()) {
    let template = templates.get(stub.template);
    if (template === undefined) {
      template = await readFile(join(options.overlay, "stubs", stub.template), "utf8");
      templates.set(stub.template, template);
    }
    const path = join(folder, `rr_sys_${/^\d/.test(stub.name) ? stub.section : stub.name}.s`);
    await writeFile(path, renderStub(stub, template));
    paths.push(path);
  }
  return paths;
}

async function archive(path: string, members: readonly string[], folder: string): Promise<void> {
  // "D": no times and owners in the archive. Member paths relative to `folder` keep the command line short.
  await exec("ar", ["qcsD", path, ...members.map((member) => member.slice(folder.length + 1))], { cwd: folder });
}

async function installHeaders(options: MuslOptions, generated: string): Promise<void> {
  const include = join(options.sysroot, "include");
  for (const folder of ["include", "arch/generic", "arch/x86_64"]) {
    const bits = folder === "include" ? "" : "bits";
    await cp(join(options.source, folder, bits), join(include, bits), {
      recursive: true,
      filter: (path) => !path.endsWith(".in"),
    });
  }
  await cp(join(generated, "public"), include, { recursive: true });
  await cp(join(options.overlay, "include/public"), join(include, "rr"), { recursive: true });
}

function objectName(source: string): string {
  return `${basename(source, extname(source))}.o`;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") {
      return [];
    }
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
