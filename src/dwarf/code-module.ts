import { PF_X } from "../elf/constants.js";
import { fileOffset, loadSegments, type ElfFile } from "../elf/read.js";
import { readSections, readSymbols, sectionData, type Section } from "../elf/sections.js";
import { readFrameTable, type Fde } from "./frame-table.js";

/** A function by its symbol. */
export interface FunctionSymbol {
  name: string;
  start: bigint;
  end: bigint;
}

const STT_FUNC = 2;
/** rr's system-call stubs: whole functions without call frame information (docs/interfaces.md section 2). */
const STUBS = ".rr_stubs";

/** A linked program, or the libOS, as far as unwinding needs it. Addresses are those it runs at. */
export class CodeModule {
  private readonly sections: readonly Section[];
  private table: Fde[] | undefined;
  private symbols: FunctionSymbol[] | undefined;

  constructor(
    /** For people. */
    readonly name: string,
    private readonly elf: ElfFile,
  ) {
    this.sections = readSections(elf);
  }

  /** Whether `pc` lies in code of this module. */
  contains(pc: bigint): boolean {
    return loadSegments(this.elf).some(({ flags, vaddr, memsz }) => (flags & PF_X) !== 0 && pc >= vaddr && pc < vaddr + BigInt(memsz));
  }

  /** How to unwind from `pc`; undefined where nothing is recorded. */
  entry(pc: bigint): Fde | undefined {
    this.table ??= this.readTables();
    return lookUp(this.table, pc);
  }

  /** The function `pc` lies in by the symbol table. */
  functionAt(pc: bigint): FunctionSymbol | undefined {
    this.symbols ??= this.readFunctions();
    return lookUp(this.symbols, pc);
  }

  isStub(pc: bigint): boolean {
    const stubs = this.sections.find(({ name }) => name === STUBS);
    return stubs !== undefined && pc >= stubs.addr && pc < stubs.addr + BigInt(stubs.size);
  }

  /** `length` bytes of code at `address` as they are in the file. */
  code(address: bigint, length: number): Buffer | undefined {
    const offset = fileOffset(this.elf, address, length);
    return offset === undefined ? undefined : this.elf.bytes.slice(offset, length, "code");
  }

  private readTables(): Fde[] {
    const kinds = { ".eh_frame": "eh_frame", ".debug_frame": "debug_frame" } as const;
    const fdes = this.sections.flatMap((section) => {
      const kind = kinds[section.name as keyof typeof kinds];
      return kind === undefined ? [] : readFrameTable({ data: sectionData(this.elf, section), address: section.addr, kind });
    });
    return fdes.sort(byStart);
  }

  private readFunctions(): FunctionSymbol[] {
    return readSymbols(this.elf, this.sections)
      .filter(({ type, section, name }) => type === STT_FUNC && section !== 0 && name !== "")
      // One without a size is hand-written assembly: it reaches at least to its next byte.
      .map(({ name, value, size }) => ({ name, start: value, end: value + BigInt(Math.max(size, 1)) }))
      .sort(byStart);
  }
}

function byStart(a: { start: bigint }, b: { start: bigint }): number {
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}

/** The last entry that starts at or before `pc`, when it reaches so far. */
function lookUp<T extends { start: bigint; end: bigint }>(sorted: readonly T[], pc: bigint): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.start ?? 0n) <= pc) low = middle + 1;
    else high = middle;
  }
  const found = sorted[low - 1];
  return found !== undefined && pc < found.end ? found : undefined;
}
