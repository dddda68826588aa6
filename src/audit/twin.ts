import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PF_W, PF_X } from "../elf/constants.js";
import { loadSegments, parseElf, type ElfFile } from "../elf/read.js";
import { readSections, readSymbols, sectionData } from "../elf/sections.js";
import { RrError } from "../errors/rr-error.js";

/** An image's inputs, from what lies beside it. */
export interface Ingredients {
  /** The programs, as files in the directory that was given. */
  apps: string[];
  /** A bake config, the same. */
  configFile: string;
  /** The installed platform it was baked from, by its hash. */
  platform: string;
}

/** docs/interfaces.md section 5. */
const BAKE_SECTION = ".rr_bake";
const PROGRAM_SECTION = /^\.rr_program\.(\d+)$/;

/**
 * Write what `image` was baked from to `directory`: its programs (named `programs`, in the order of its table) without `own`, rr's. Throws
 * AUDIT_NO_DEBUG without its .debug file, or with one that does not tell.
 */
export async function readIngredients(image: string, programs: readonly string[], own: (name: string) => boolean, directory: string): Promise<Ingredients> {
  const path = `${image}.debug`;
  if (!existsSync(path)) {
    throw noDebug(`there is no ${path}, which has the programs of ${image}`);
  }
  const debug = parseElf(await readFile(path), path);
  const sections = readSections(debug);
  const record = sections.find(({ name }) => name === BAKE_SECTION);
  if (record === undefined) {
    throw noDebug(`${path} does not tell how ${image} was baked`);
  }
  const { config, platform } = JSON.parse(sectionData(debug, record).toString("utf8")) as { config: { name: string }; platform: string };
  const configFile = join(directory, "config.json");
  // The auditing program makes calls of its own (threads, signals) which the config may keep from the image's.
  await writeFile(configFile, JSON.stringify({ ...config, allow: ["*"], deny: [] }));
  const apps: string[] = [];
  for (const section of sections) {
    const name = programs[Number(PROGRAM_SECTION.exec(section.name)?.[1] ?? -1)];
    if (name !== undefined && !own(name)) {
      apps.push(join(directory, name));
      await writeFile(apps.at(-1) ?? "", sectionData(debug, section), { mode: 0o755 });
    }
  }
  return { apps, configFile, platform };
}

function noDebug(message: string): RrError {
  return new RrError("AUDIT_NO_DEBUG", message, { hint: "bake it again, and keep the .debug file beside it" });
}

/** The addresses the auditing program is told, as its arguments. */
export async function auditArguments(debugFile: string): Promise<string[]> {
  const elf = parseElf(await readFile(debugFile), debugFile);
  const symbols = new Map(readSymbols(elf, readSections(elf)).map(({ name, value }) => [name, value]));
  return Object.entries(ADDRESSES).map(([name, symbol]) => {
    const value = symbols.get(symbol);
    if (value === undefined) {
      throw new RrError("PLATFORM_BROKEN", `the libOS has no symbol "${symbol}"`, { hint: "rr build-platform hw" });
    }
    return `${name}=${value.toString(16)}`;
  });
}

const ADDRESSES: Readonly<Record<string, string>> = {
  text: "__rr_text_start", "text-end": "__rr_text_end", rodata: "__rr_rodata_start", "rodata-end": "__rr_rodata_end",
  data: "__rr_data_start", "data-end": "__rr_data_end", canary: "__stack_chk_guard",
  // The end of the stack for what a machine does not survive.
  spare: "fatal_stack",
};

/** The segments of the image's own file that are writable and executable. */
export async function writableCode(image: string): Promise<string[]> {
  const elf: ElfFile = parseElf(await readFile(image), image);
  return loadSegments(elf).filter(({ flags }) => (flags & PF_W) !== 0 && (flags & PF_X) !== 0).map(({ vaddr }) => `0x${vaddr.toString(16)}`);
}
