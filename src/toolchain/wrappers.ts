import { chmod, copyFile, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Target } from "./target.js";

export interface WrapperOptions {
  target: Target;
  /** toolchains/ of rr. */
  templates: string;
  /** Where to write: the install being made. */
  directory: string;
  /** Where it will be when it is used: goes into the scripts. */
  root: string;
  /** The compiler to call. */
  compiler: string;
  /** The `rr` to call from the shims. */
  rr: string;
}

/** Tools of the host that need nothing but the name. */
const PLAIN_TOOLS = ["ar", "as", "nm", "objcopy", "objdump", "ranlib", "readelf", "size", "strings", "strip", "addr2line", "gcc-ar", "gcc-nm", "gcc-ranlib"];
/** What gcc may look for in its -B folder. */
const LINKER_NAMES = ["ld", "ld.bfd", "ld.gold", "ld.lld", "collect-ld"];

/** Write the tools under the target's names, and what they need, into `directory`/bin and `directory`/libexec. */
export async function installWrappers(options: WrapperOptions): Promise<void> {
  const { target, directory, root, compiler } = options;
  const bin = join(directory, "bin");
  const libexec = join(directory, "libexec");
  await mkdir(bin, { recursive: true });
  await mkdir(libexec, { recursive: true });

  const values: Record<string, string> = {
    TARGET: target.name,
    TUPLE: target.tuple,
    SYSROOT: join(root, target.tuple),
    LIBEXEC: join(root, "libexec"),
    ROOT: root,
    CC: compiler,
    CPP: join(compiler, "..", basename(compiler).replace("gcc", "cpp")),
    LD: "ld.bfd",
    OBJCOPY: "objcopy",
    PREFIX: dirname(root),
    RR: options.rr,
  };
  const script = async (template: string, path: string, more: Record<string, string> = {}): Promise<void> => {
    const text = await readFile(join(options.templates, "wrappers", `${template}.in`), "utf8");
    await writeFile(path, fillIn(text, { ...values, ...more }, shellWord));
    await chmod(path, 0o755);
  };
  const tool = (name: string): string => join(bin, `${target.tuple}-${name}`);

  await script("gcc", tool("gcc"));
  await symlink(`${target.tuple}-gcc`, tool("cc"));
  await script("cpp", tool("cpp"));
  await script("ld", tool("ld"));
  for (const name of LINKER_NAMES) {
    await symlink(`../bin/${target.tuple}-ld`, join(libexec, name));
  }
  for (const name of PLAIN_TOOLS) {
    await script("tool", tool(name), { TOOL: name });
  }
  for (const name of ["g++", "c++"]) {
    await script("cxx", tool(name), { TOOL: name });
  }
  await script("pkg-config", tool("pkg-config"));
  for (const name of ["rr", "rumprun", "rumprun-bake"]) {
    await script(name, join(bin, name));
  }
  await installIntegration(options, values);
  const specs = await readFile(join(options.templates, "wrappers/gcc.specs.in"), "utf8");
  await writeFile(join(libexec, "gcc.specs"), fillIn(specs, values, specsWord));
  await copyFile(join(options.templates, "wrappers/why.awk"), join(libexec, "why.awk"));
  await copyFile(join(options.templates, "musl/link.ld"), join(libexec, "link.ld"));
}

/** The files for Makefiles and CMake, in `directory`/share/rr. Paths with blanks do not survive a Makefile anyway. */
async function installIntegration(options: WrapperOptions, values: Readonly<Record<string, string>>): Promise<void> {
  const share = join(options.directory, "share/rr");
  await mkdir(share, { recursive: true });
  for (const file of await readdir(join(options.templates, "integration"))) {
    const text = await readFile(join(options.templates, "integration", file), "utf8");
    await writeFile(join(share, file.replace(/\.in$/, "")), fillIn(text, values, (value) => value));
  }
}

/** Replace @NAME@ by its value, quoted by `quote`; comments and unknown names stay readable. */
function fillIn(text: string, values: Readonly<Record<string, string>>, quote: (value: string) => string): string {
  return text.replace(/@([A-Z]+)@/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : quote(value);
  });
}

/** Most paths need no quotes, and read better without. */
function shellWord(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** gcc's specs take the character behind a backslash as it is. */
function specsWord(value: string): string {
  return value.replace(/[^\w@+=:,./-]/g, "\\$&");
}
