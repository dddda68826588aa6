import { readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseElf, type ElfFile } from "../elf/read.js";
import { readSections, readSymbols } from "../elf/sections.js";
import { RrError } from "../errors/rr-error.js";
import { exec } from "../process/exec.js";
import { asRrError } from "../workspace/system-error.js";

/** A call the linked libOS must offer. */
export interface LinkedCall {
  n: number;
  name: string;
  leaf: boolean;
}

export interface LinkRequest {
  /** PREFIX/<platform>/libos: archives and libos.ld. */
  libos: string;
  /** In the order of their initialisation. */
  components: readonly { name: string; init?: string | undefined; resume?: string | undefined }[];
  /** Implemented calls the programs can make, ascending by number. */
  calls: readonly LinkedCall[];
  /** It will be the image of a checkpoint: it has a table of what is called when that goes on. */
  checkpoint?: boolean;
  /** Entry symbols the programs' stubs will jump to. */
  entries: readonly string[];
  /** For --why: keep the relocations and write a map. */
  explain?: boolean;
}

export interface LinkedLibos {
  elf: ElfFile;
  /** Addresses of global symbols. */
  symbols: ReadonlyMap<string, bigint>;
  /** The linker's map, when asked for. */
  map: string | undefined;
}

/** Functions stay in their own sections in the archives; what the entries do not reach is not in the image. */
const FLAGS = ["-m", "elf_x86_64", "-nostdlib", "-static", "--gc-sections", "-z", "noexecstack", "-z", "max-page-size=4096", "--build-id=none", "-e", "rr_start"];

/**
 * Link the libOS for one image in `directory` (temporary), by one run of the host's linker. Throws PLATFORM_BROKEN when
 * the installed platform lacks what its manifests promise, PROGRAM_MISSING without binutils.
 */
export async function linkLibos(request: LinkRequest, directory: string): Promise<LinkedLibos> {
  const script = join(directory, "tables.ld");
  const output = join(directory, "libos.elf");
  const mapFile = join(directory, "libos.map");
  await writeFile(script, tablesScript(request)).catch((error: unknown) => {
    throw asRrError(error, script) ?? error;
  });
  const archives = request.components.map(({ name }) => join(request.libos, `${name}.a`)).filter((file) => existsSync(file));
  const result = await exec("ld", [
    ...FLAGS,
    ...(request.explain === true ? ["--emit-relocs", "-Map", mapFile] : []),
    // INSERT moves everything read so far, so the script with it comes first.
    "-T", script,
    "-T", join(request.libos, "libos.ld"),
    ...request.entries.flatMap((entry) => ["-u", entry]),
    "--start-group", ...archives, "--end-group",
    "-o", output,
    // The map and the errors are read here, in English.
  ], { okCodes: [0, 1], timeout: 60_000, env: { LC_ALL: "C" } });
  if (result.exitCode !== 0) {
    if (/No space left|Disk quota/.test(result.stderr)) {
      throw new RrError("NO_SPACE", `no space left on the file system of ${directory}`, { hint: "free some space (df -h), or set TMPDIR to another place" });
    }
    throw new RrError("PLATFORM_BROKEN", `the components do not link:\n${result.stderr.trimEnd().split("\n").slice(0, 12).join("\n")}`, {
      hint: "rr build-platform hw; if that does not help, a component.json misses a name in its needs",
    });
  }
  const elf = parseElf(await readFile(output), output);
  return { elf, symbols: globalSymbols(elf), map: request.explain === true ? await readFile(mapFile, "utf8") : undefined };
}

/**
 * The tables of docs/interfaces.md section 3. EXTERN makes the linker take the functions from the archives and keeps
 * them through --gc-sections.
 */
export function tablesScript({ components, calls, checkpoint }: Pick<LinkRequest, "components" | "calls" | "checkpoint">): string {
  const inits = components.flatMap(({ init }) => init ?? []);
  const resumes = checkpoint === true ? components.flatMap(({ resume }) => resume ?? []) : [];
  const externs = [...inits, ...resumes, ...calls.map(({ name }) => `rr_sys_${name}`)];
  return [
    ...externs.map((symbol) => `EXTERN(${symbol})`),
    "SECTIONS {",
    "  .rr_init : ALIGN(8) {",
    "    rr_init_table = .;",
    ...inits.map((symbol) => `    QUAD(${symbol})`),
    "    QUAD(0)",
    "  }",
    ...(checkpoint === true ? ["  .rr_resume : ALIGN(8) {", "    rr_resume_table = .;", ...resumes.map((symbol) => `    QUAD(${symbol})`), "    QUAD(0)", "  }"] : []),
    "  .rr_calls : ALIGN(8) {",
    "    rr_call_table = .;",
    ...calls.map(({ n, name, leaf }) => `    LONG(${n}) LONG(${leaf ? 1 : 0}) QUAD(rr_sys_${name})`),
    "    rr_call_table_end = .;",
    "  }",
    "} INSERT AFTER .rodata;",
    "",
  ].join("\n");
}

/** The address of a symbol the libOS must have. Throws PLATFORM_BROKEN. */
export function requireSymbol(linked: LinkedLibos, name: string): bigint {
  const value = linked.symbols.get(name);
  if (value === undefined) {
    throw new RrError("PLATFORM_BROKEN", `the installed platform has no symbol "${name}"`, { hint: "rr build-platform hw" });
  }
  return value;
}

function globalSymbols(elf: ElfFile): Map<string, bigint> {
  const symbols = readSymbols(elf, readSections(elf));
  return new Map(symbols.filter(({ bind, section }) => bind !== 0 && section !== 0).map(({ name, value }) => [name, value]));
}
