import { callNumber } from "../../component/linux-calls.js";
import { knownCalls, signature } from "./calls.js";
import { pointerOf } from "./pointers.js";

/**
 * What the guest is asked to send of each call: the key `trace` of the launch document (docs/interfaces.md section 7). The guest knows nothing
 * of the calls' arguments, so that images do not carry that.
 */

const KINDS = { text: 1, data: 2, structs: 3, vectors: 4, strings: 5 } as const;
const IN = 8;
const OUT = 16;
/** In place of an argument's number. */
const ONE = 6;
const RESULT = 7;

/** For the calls in `wanted`, or all. */
export function traceRequest(wanted: ReadonlySet<number> | undefined): string {
  const numbers = wanted === undefined ? knownCalls().flatMap((name) => callNumber(name) ?? []) : [...wanted];
  const names = new Map(knownCalls().map((name) => [callNumber(name), name]));
  const rows = numbers.sort((a, b) => a - b).flatMap((n) => {
    const own = rowsOf(names.get(n) ?? "").map((row) => digits(n) + row);
    // A call without pointers needs a row, to be wanted at all.
    return own.length > 0 || wanted === undefined ? own : [digits(n) + "0000"];
  });
  return (wanted === undefined ? "*" : "=") + rows.join("");
}

function rowsOf(name: string): string[] {
  return (signature(name) ?? []).flatMap(({ kind, out, in: goesIn }, argument) =>
    (pointerOf(kind)?.fetch ?? []).flatMap(({ how, size = 0, count }) => {
      // How much of the data has come out the result says.
      const result = out && how === "data";
      const counter = count === undefined ? ONE : count === "result" || result ? RESULT : argument + count;
      return [digit(argument + (goesIn ? IN : 0) + (out ? OUT : 0)) + digit(KINDS[how]) + digit(Math.ceil(size / 4)) + digit(counter)];
    }),
  );
}

/** Two characters of 6 bits. */
function digits(value: number): string {
  return digit(value >> 6) + digit(value & 63);
}

/** Values up to 78 stay printable. */
function digit(value: number): string {
  return String.fromCharCode(0x30 + value);
}
