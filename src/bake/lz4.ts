/** LZ4's block format (lz4_Block_format.md of its authors), as components/unpack reads it. */
const LEAST_MATCH = 4;
const FARTHEST = 65535;
/** A block's last bytes are literals, and no match begins among the last twelve. */
const LAST_LITERALS = 5;
const NO_MATCH_FROM_END = 12;
const HASH_BITS = 16;
/** How many earlier places are looked at for each match. */
const DEPTH = 256;

/** `data` as one block. */
export function compressBlock(data: Buffer): Buffer {
  const out: Buffer[] = [];
  const chains = new Chains(data);
  const end = data.length - NO_MATCH_FROM_END;
  let anchor = 0;
  for (let at = 0; at < end; ) {
    let match = chains.longest(at);
    if (match.length < LEAST_MATCH) {
      at++;
      continue;
    }
    // A longer one that begins a byte later is worth a literal.
    for (let next = chains.longest(at + 1); at + 1 < end && next.length > match.length + 1; next = chains.longest(at + 1)) {
      at++;
      match = next;
    }
    out.push(sequence(data.subarray(anchor, at), match));
    at += match.length;
    anchor = at;
  }
  out.push(sequence(data.subarray(anchor), undefined));
  return Buffer.concat(out);
}

interface Match {
  length: number;
  distance: number;
}

/** Where four bytes have occurred before, the latest place first. */
class Chains {
  private readonly heads = new Int32Array(1 << HASH_BITS).fill(-1);
  private readonly previous: Int32Array;
  private indexed = 0;

  constructor(private readonly data: Buffer) {
    this.previous = new Int32Array(data.length);
  }

  /** The longest match for what begins at `at`; of length 0 if there is none. */
  longest(at: number): Match {
    const { data } = this;
    const best: Match = { length: 0, distance: 0 };
    const most = data.length - LAST_LITERALS - at;
    if (most < LEAST_MATCH) {
      return best;
    }
    for (; this.indexed < at; this.indexed++) {
      const slot = this.hash(this.indexed);
      this.previous[this.indexed] = this.heads[slot] as number;
      this.heads[slot] = this.indexed;
    }
    let from = this.heads[this.hash(at)] as number;
    for (let depth = DEPTH; depth > 0 && from >= 0 && at - from <= FARTHEST; depth--, from = this.previous[from] as number) {
      if (data[from + best.length] !== data[at + best.length]) {
        continue;
      }
      let length = 0;
      while (length < most && data[from + length] === data[at + length]) {
        length++;
      }
      if (length > best.length) {
        best.length = length;
        best.distance = at - from;
        if (length === most) {
          break;
        }
      }
    }
    return best.length < LEAST_MATCH ? { length: 0, distance: 0 } : best;
  }

  private hash(at: number): number {
    return Math.imul(this.data.readInt32LE(at), 0x9e3779b1) >>> (32 - HASH_BITS);
  }
}

/** A token, literals, and a match, if there is one: the last sequence has none. */
function sequence(literals: Buffer, match: Match | undefined): Buffer {
  const more = match === undefined ? 0 : match.length - LEAST_MATCH;
  const token = (Math.min(literals.length, 15) << 4) | Math.min(more, 15);
  const head = Buffer.from([token, ...lengthRest(literals.length)]);
  if (match === undefined) {
    return Buffer.concat([head, literals]);
  }
  return Buffer.concat([head, literals, Buffer.from([match.distance & 255, match.distance >> 8, ...lengthRest(more)])]);
}

function lengthRest(length: number): number[] {
  if (length < 15) {
    return [];
  }
  const rest = length - 15;
  return [...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
}
