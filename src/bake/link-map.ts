/** What GNU ld's map says of one input section in the output. */
export interface MapPiece {
  addr: bigint;
  size: number;
  /** Name of the input section, e.g. ".text.rr_sched_wake". */
  section: string;
  /** Name of the archive without ".a": the component. */
  component: string;
  member: string;
}

/** "  .text.name   0xaddress   0xsize   path/component.a(member.o)"; a long name stands on a line of its own. */
const LINE = /^ (\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(?:.*\/)?([^/]+)\.a\((.+)\)$/;

/**
 * The input sections that are in the output, ascending by address. Sections that were discarded, and what the linker made
 * itself, are not among them.
 */
export function parseLinkMap(map: string): MapPiece[] {
  const body = map.slice(Math.max(0, map.indexOf("\nLinker script and memory map")));
  const pieces: MapPiece[] = [];
  for (const line of body.replace(/^( \.\S+)\n\s+(?=0x)/gm, "$1 ").split("\n")) {
    const match = LINE.exec(line);
    const [, section = "", addr = "", size = "", component = "", member = ""] = match ?? [];
    // Sections that are not in memory, debug information above all, have address 0.
    if (match !== null && /[^0]/.test(addr) && /[^0]/.test(size)) {
      pieces.push({ addr: BigInt(`0x${addr}`), size: Number.parseInt(size, 16), section, component, member });
    }
  }
  return pieces.sort((a, b) => (a.addr < b.addr ? -1 : a.addr > b.addr ? 1 : 0));
}

/** The piece that holds `address`. */
export function pieceAt(pieces: readonly MapPiece[], address: bigint): MapPiece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle] as MapPiece).addr <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const piece = pieces[low - 1];
  return piece !== undefined && address < piece.addr + BigInt(piece.size) ? piece : undefined;
}
