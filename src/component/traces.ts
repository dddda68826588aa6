import { RrError } from "../errors/rr-error.js";

/**
 * What a program's bytes show of what it may ask for, where the calls it can make do not tell: socket(2) is one call for all families. A component that joins an image
 * names the traces of which one has to be there. It is a guess from the code, so a trace is to be one that every program that needs the component has.
 */
export interface Trace {
  /** These bytes anywhere in what is loaded: a path. */
  text?: string | undefined;
  /** A call's leading arguments are constants, by position from 1: "16", "2,3", "0x8910-0x8970". SOCK_CLOEXEC and SOCK_NONBLOCK are passed over. */
  arguments?: Record<string, string> | undefined;
}

/** A program as far as traces are looked for: the bytes of its segments in the file. */
export interface LoadedBytes {
  bytes: Buffer;
  executable: boolean;
}

/** Instructions that put a constant into the register of an argument: the constant comes last, in four bytes or, for push and pop, one. */
const MOVES: Record<string, { mov: readonly number[]; pop: readonly number[]; xor: readonly number[] }> = {
  1: { mov: [0xbf], pop: [0x5f], xor: [0x31, 0xff] },
  2: { mov: [0xbe], pop: [0x5e], xor: [0x31, 0xf6] },
  3: { mov: [0xba], pop: [0x5a], xor: [0x31, 0xd2] },
  4: { mov: [0xb9], pop: [0x59], xor: [0x31, 0xc9] },
};
const PUSH_IMM8 = 0x6a;
const TYPE_FLAGS = 0x80800;
/** Arguments of one call are set at most so many bytes apart. */
const WINDOW = 64;

/** Whether one of `programs` has the trace. */
export function hasTrace(programs: readonly LoadedBytes[], { text, arguments: wanted }: Trace): boolean {
  if (text !== undefined && programs.some(({ bytes }) => bytes.includes(text, 0, "latin1"))) {
    return true;
  }
  if (wanted === undefined) {
    return false;
  }
  // The rarest is looked for first: the one with the largest constants.
  const tests = Object.entries(wanted).map(([position, values]) => ({ position, ranges: parseRanges(values) })).sort((a, b) => highest(b.ranges) - highest(a.ranges));
  return programs.filter(({ executable }) => executable).some(({ bytes }) => isSet(bytes, 0, bytes.length, tests));
}

/** Whether a trace can be used at all. Throws MANIFEST_INVALID naming what is wrong with it. */
export function checkTrace(trace: Trace, where: string): void {
  const positions = Object.keys(trace.arguments ?? {});
  if ((trace.text === undefined || trace.text === "") && positions.length === 0) {
    throw new RrError("MANIFEST_INVALID", `${where}: a trace has a "text" or "arguments"`);
  }
  for (const position of positions) {
    if (!(position in MOVES)) {
      throw new RrError("MANIFEST_INVALID", `${where}: "${position}" is no position of an argument, which are "1" to "4"`);
    }
    const values = trace.arguments?.[position] ?? "";
    if (parseRanges(values).some(([from, to]) => !(from >= 0 && from <= to && to <= 0xffffffff))) {
      throw new RrError("MANIFEST_INVALID", `${where}: "${values}" are no numbers: write "16", "2,3" or "0x8910-0x8970"`);
    }
  }
}

type Range = readonly [number, number];

function parseRanges(values: string): Range[] {
  return values.split(",").map((part) => {
    const [from, to] = part.split("-").map((number) => (number.trim() === "" ? NaN : Number(number)));
    return [from ?? NaN, to ?? from ?? NaN];
  });
}

function highest(ranges: readonly Range[]): number {
  return Math.max(...ranges.map(([, to]) => to));
}

interface Test {
  position: string;
  ranges: readonly Range[];
}

/** Whether each of `tests` is met within [from, to), all close to each other. */
function isSet(bytes: Buffer, from: number, to: number, tests: readonly Test[]): boolean {
  const [first, ...others] = tests;
  if (first === undefined) {
    return true;
  }
  for (const at of places(bytes, from, to, first)) {
    if (isSet(bytes, Math.max(at - WINDOW, 0), Math.min(at + WINDOW, bytes.length), others)) {
      return true;
    }
  }
  return false;
}

function* places(bytes: Buffer, from: number, to: number, { position, ranges }: Test): Generator<number> {
  const moves = MOVES[position];
  const fits = (value: number): boolean => ranges.some(([least, most]) => value >= least && value <= most);
  const [mov, pop, xor] = [moves?.mov[0] ?? 0, moves?.pop[0] ?? 0, moves?.xor ?? []];
  for (let at = bytes.indexOf(mov, from); at >= 0 && at + 5 <= to; at = bytes.indexOf(mov, at + 1)) {
    const value = bytes.readUInt32LE(at + 1);
    if (fits(value) || (value & TYPE_FLAGS && fits((value & ~TYPE_FLAGS) >>> 0))) {
      yield at;
    }
  }
  for (let at = bytes.indexOf(pop, from); at >= 2 && at < to; at = bytes.indexOf(pop, at + 1)) {
    if (bytes[at - 2] === PUSH_IMM8 && fits(bytes[at - 1] ?? 0)) {
      yield at;
    }
  }
  for (let at = fits(0) ? bytes.indexOf(Buffer.from(xor), from) : -1; at >= 0 && at + 2 <= to; at = bytes.indexOf(Buffer.from(xor), at + 1)) {
    yield at;
  }
}
