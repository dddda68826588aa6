import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodeModule } from "../dwarf/code-module.js";
import { parseElf } from "../elf/read.js";
import { readSections, sectionData } from "../elf/sections.js";

/** Code that may be on the stack of a crash. */
export interface DebugModule {
  code: CodeModule;
  /** A file for addr2line. */
  file: string;
}

/** docs/interfaces.md section 5: the unstripped programs lie in the libOS's debug file, in sections of this name and a number. */
const PROGRAM_SECTION = ".rr_program.";

/**
 * The libOS and program number `program` from the debug file of an image. addr2line wants files, so the program is written to
 * `directory`. Without the debug file there are no modules and a note; throws ELF_CORRUPT and its like for a damaged one.
 */
export function readDebugFile(path: string, programs: readonly string[], program: number, directory: string): { modules: DebugModule[]; notes: string[] } {
  if (!existsSync(path)) {
    return { modules: [], notes: [`there is no ${path}, so no names and lines are known: keep it beside the image`] };
  }
  const libos = parseElf(readFileSync(path), path);
  const modules: DebugModule[] = [{ code: new CodeModule("libOS", libos), file: path }];
  const section = readSections(libos).find(({ name }) => name === `${PROGRAM_SECTION}${program}`);
  if (section === undefined) {
    return { modules, notes: [`${path} has no program ${program}`] };
  }
  const data = sectionData(libos, section);
  const file = join(directory, `program-${program}`);
  writeFileSync(file, data);
  modules.unshift({ code: new CodeModule(programs[program] ?? `program ${program}`, parseElf(data, `${path} (program ${program})`)), file });
  return { modules, notes: [] };
}
