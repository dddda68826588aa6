import type { ElfFile } from "../elf/read.js";
import { readSections, sectionData } from "../elf/sections.js";

/** Why the program's linker took an archive member: `from` refers to `symbol`, which `member` defines. */
export interface WhyLine {
  member: string;
  from: string;
  symbol: string;
}

/** The lines of `.rr_why` (docs/interfaces.md section 2); none when the program was stripped of it. */
export function readWhyLines(elf: ElfFile): WhyLine[] {
  const section = readSections(elf).find(({ name }) => name === ".rr_why");
  if (section === undefined) {
    return [];
  }
  return sectionData(elf, section).toString("utf8").split(/[\n\0]/).flatMap((line) => {
    const [member, from, symbol] = line.split("\t");
    return member !== undefined && from !== undefined && symbol !== undefined ? [{ member, from, symbol }] : [];
  });
}
