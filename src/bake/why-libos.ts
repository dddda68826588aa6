import { SHF_ALLOC, SHN_LORESERVE } from "../elf/constants.js";
import type { ElfFile } from "../elf/read.js";
import { readRelocations, readSections, readSymbols, type ElfSymbol } from "../elf/sections.js";
import { parseLinkMap, pieceAt, type MapPiece } from "./link-map.js";

/** Relocation types of the psABI whose addend also holds the 4 bytes up to the end of the instruction. */
const R_X86_64_PC32 = 2;
const R_X86_64_PLT32 = 4;
const STT_SECTION = 3;
const STT_FILE = 4;

/**
 * Who refers to whom in the linked libOS. The nodes are input sections: with a section for each function and object these
 * are the units the linker keeps or drops.
 */
export interface ReferenceGraph {
  pieces: MapPiece[];
  /** Targets of each piece's references. */
  references: ReadonlyMap<MapPiece, ReadonlySet<MapPiece>>;
  /** What people call a piece: its first global symbol, else any, else the section. */
  nameOf: (piece: MapPiece) => string;
  /** The pieces with a symbol of this name; statics of the same name may be in several. */
  withSymbol: (name: string) => MapPiece[];
  symbolNames: () => string[];
}

/** Build the graph from a link with --emit-relocs and its map. Throws ELF_CORRUPT. */
export function referenceGraph(elf: ElfFile, map: string): ReferenceGraph {
  const pieces = parseLinkMap(map);
  const sections = readSections(elf);
  const symbols = readSymbols(elf, sections);
  const references = new Map<MapPiece, Set<MapPiece>>();
  for (const section of sections.filter(({ flags }) => (flags & BigInt(SHF_ALLOC)) !== 0n)) {
    for (const { offset, type, symbol, addend } of readRelocations(elf, sections, section.index)) {
      const from = pieceAt(pieces, offset);
      const to = pieceAt(pieces, targetAddress(symbols[symbol], type, addend));
      if (from !== undefined && to !== undefined && from !== to) {
        references.set(from, (references.get(from) ?? new Set()).add(to));
      }
    }
  }
  return { pieces, references, ...names(pieces, symbols) };
}

function targetAddress(symbol: ElfSymbol | undefined, type: number, addend: bigint): bigint {
  if (symbol === undefined || symbol.section === 0) {
    return 0n;
  }
  if (symbol.type !== STT_SECTION) {
    return symbol.value;
  }
  return symbol.value + addend + (type === R_X86_64_PC32 || type === R_X86_64_PLT32 ? 4n : 0n);
}

function names(pieces: readonly MapPiece[], symbols: readonly ElfSymbol[]): Pick<ReferenceGraph, "nameOf" | "withSymbol" | "symbolNames"> {
  const byPiece = new Map<MapPiece, ElfSymbol>();
  const bySymbol = new Map<string, MapPiece[]>();
  for (const symbol of symbols) {
    const named = symbol.name !== "" && symbol.type !== STT_SECTION && symbol.type !== STT_FILE;
    const piece = named && symbol.section !== 0 && symbol.section < SHN_LORESERVE ? pieceAt(pieces, symbol.value) : undefined;
    if (piece !== undefined) {
      bySymbol.set(symbol.name, [...(bySymbol.get(symbol.name) ?? []), piece]);
      const known = byPiece.get(piece);
      if (known === undefined || (known.bind === 0 && symbol.bind !== 0)) {
        byPiece.set(piece, symbol);
      }
    }
  }
  return {
    nameOf: (piece) => byPiece.get(piece)?.name ?? piece.section,
    withSymbol: (name) => bySymbol.get(name) ?? [],
    symbolNames: () => [...bySymbol.keys()],
  };
}

/**
 * The shortest way along references from one of `roots` to one of `targets`, both ends included; undefined when there is
 * none (then the linker script keeps the target).
 */
export function shortestWay(graph: ReferenceGraph, roots: readonly MapPiece[], targets: readonly MapPiece[]): MapPiece[] | undefined {
  const wanted = new Set(targets);
  const cameFrom = new Map<MapPiece, MapPiece | undefined>(roots.map((root) => [root, undefined]));
  const queue = [...cameFrom.keys()];
  for (const piece of queue) {
    if (wanted.has(piece)) {
      const way: MapPiece[] = [];
      for (let at: MapPiece | undefined = piece; at !== undefined; at = cameFrom.get(at)) {
        way.unshift(at);
      }
      return way;
    }
    for (const next of graph.references.get(piece) ?? []) {
      if (!cameFrom.has(next)) {
        cameFrom.set(next, piece);
        queue.push(next);
      }
    }
  }
  return undefined;
}
