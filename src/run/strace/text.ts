import { BITS, VALUES, ZERO, type BitNames } from "./names.js";

/** Numbers, names and bytes as strace writes them. */

export function signalName(number: number): string {
  return (VALUES.signal as Record<number, string>)[number] ?? String(number);
}

export function valueText(kind: keyof typeof VALUES, value: bigint): string {
  return (VALUES[kind] as Record<number, string>)[Number(BigInt.asIntN(32, value))] ?? hex(value);
}

export function bitsText(kind: keyof typeof BITS, value: number): string {
  if (value === 0) {
    return ZERO[kind] ?? "0";
  }
  const names: string[] = kind === "open" && (value & 3) === 0 ? ["O_RDONLY"] : [];
  let rest = value >>> 0;
  // Names of several bits before names of one of them.
  const known: BitNames = [...(BITS[kind] as BitNames)].sort(([a], [b]) => bitCount(b) - bitCount(a));
  for (const [bit, name] of known) {
    if (((rest & bit) >>> 0) === bit) {
      names.push(name);
      rest = (rest & ~bit) >>> 0;
    }
  }
  return [...names, ...(rest === 0 ? [] : [hex(BigInt(rest))])].join("|");
}

function bitCount(value: number): number {
  return value.toString(2).replaceAll("0", "").length;
}

export function pointer(value: bigint): string {
  return value === 0n ? "NULL" : hex(value);
}

export function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

/** As a C string, with dots when there is more. */
export function quoted(bytes: Buffer, more: boolean): string {
  return `"${escape(bytes)}"${more ? "..." : ""}`;
}

function escape(bytes: Buffer): string {
  const named: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\" };
  return Array.from(bytes, (byte, index) => {
    if (named[byte] !== undefined) return named[byte];
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    // In short form only when no digit follows that would belong to it.
    const next = bytes[index + 1] ?? 0;
    return `\\${next >= 0x30 && next <= 0x37 ? byte.toString(8).padStart(3, "0") : byte.toString(8)}`;
  }).join("");
}

/** "S_IFREG|0644". */
export function fileMode(mode: number): string {
  const kind = (VALUES.fileKind as Record<number, string>)[mode & 0o170000];
  const special = [[0o4000, "S_ISUID"], [0o2000, "S_ISGID"], [0o1000, "S_ISVTX"]] as const;
  const names = special.filter(([bit]) => (mode & bit) !== 0).map(([, name]) => name);
  return [...(kind === undefined ? [] : [kind]), ...names, octal(mode & (kind === undefined ? 0o170777 : 0o777))].join("|");
}

export function octal(value: number): string {
  return value === 0 ? "000" : `0${value.toString(8)}`;
}

/** In brackets, with dots when there are more. */
export function list(items: readonly string[], more: boolean): string {
  return `[${[...items, ...(more ? ["..."] : [])].join(", ")}]`;
}

/** Up to the first NUL. */
export function cString(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
