import { existsSync } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RrError } from "../errors/rr-error.js";
import { exec } from "../process/exec.js";

/** The oldest gcc this toolchain is made for: assembler relocations and file prefix maps as we use them. */
const OLDEST_GCC = 10;

/** The host's compiler, which does all compiling. */
export interface HostCompiler {
  /** As given: "gcc", "gcc-12", a path. */
  command: string;
  /** Changes when compiler, assembler or linker change. */
  identity: string;
}

/** Look at `command`. Throws HOST_PACKAGE_MISSING, COMPILER_UNSUPPORTED (not gcc, or too old, or for another machine). */
export async function inspectCompiler(command: string): Promise<HostCompiler> {
  const missing = (name: string, packageName: string) => (error: unknown) => {
    throw error instanceof RrError && error.code === "PROGRAM_MISSING"
      ? new RrError("HOST_PACKAGE_MISSING", `there is no ${name} on this host`, { hint: `apt-get install ${packageName}`, cause: error })
      : error;
  };
  const [compiler, linker] = await Promise.all([
    exec(command, ["-v"], { env: { LC_ALL: "C" } }).catch(missing(command, "gcc")),
    exec("ld.bfd", ["--version"], { env: { LC_ALL: "C" } }).catch(missing("ld.bfd", "binutils")),
  ]);
  const version = /^gcc version (\d+)\S*.*$/m.exec(compiler.stderr);
  if (version === null) {
    throw new RrError("COMPILER_UNSUPPORTED", `"${command}" is not gcc`, { hint: "name a gcc with --cc, e.g. gcc-12" });
  }
  if (Number(version[1]) < OLDEST_GCC) {
    throw new RrError("COMPILER_UNSUPPORTED", `"${command}" is gcc ${version[1]}; ${OLDEST_GCC} or later is needed`, { hint: "name a newer one with --cc" });
  }
  const machine = /^Target: (\S+)$/m.exec(compiler.stderr)?.[1] ?? "unknown";
  if (!machine.startsWith("x86_64-")) {
    throw new RrError("COMPILER_UNSUPPORTED", `"${command}" makes programs for ${machine}, not for x86_64`, { hint: "name another one with --cc" });
  }
  return { command, identity: `${version[0]}\n${linker.stdout.split("\n")[0]}` };
}

/** Folders of Linux' own headers, which programs may include. */
const KERNEL_HEADERS = ["linux", "asm", "asm-generic", "mtd", "scsi", "rdma", "sound", "video", "misc"];
/** Where distributions keep them; Debian has `asm` in the second. */
const INCLUDE_FOLDERS = ["/usr/include", "/usr/include/x86_64-linux-gnu"];

/** What identifies the kernel headers of this host. Throws HOST_PACKAGE_MISSING. */
export async function kernelHeadersIdentity(): Promise<string> {
  const path = find("linux/version.h");
  if (path === undefined || find("asm/unistd.h") === undefined) {
    throw new RrError("HOST_PACKAGE_MISSING", "the Linux kernel headers are missing (/usr/include/linux)", { hint: "apt-get install linux-libc-dev" });
  }
  return readFile(path, "utf8");
}

/** Copy the kernel headers, and sys/queue.h, which programs expect of a libc but musl has not, into `include`. */
export async function installHostHeaders(include: string): Promise<void> {
  for (const name of [...KERNEL_HEADERS, "sys/queue.h"]) {
    const path = find(name);
    if (path !== undefined) {
      await mkdir(dirname(join(include, name)), { recursive: true });
      await cp(path, join(include, name), { recursive: true, dereference: true });
    }
  }
}

function find(name: string): string | undefined {
  return INCLUDE_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
