import { VALUES } from "./names.js";
import { siginfoText, sigactionText, signalSet, waitStatus } from "./signal-text.js";
import { bitsText, cString, fileMode, hex, list, pointer, quoted, signalName, valueText } from "./text.js";

/** What the guest sent of what one argument points to. */
export interface Pointed {
  /** The bytes at the address; undefined when they were not sent or could not be read. */
  bytes: Buffer | undefined;
  /** What the pointers there point to, by position: buffers of a vector, strings. */
  elements: readonly Buffer[];
}

/** All around one call that a structure's text may depend on. */
export interface Surroundings {
  args: readonly bigint[];
  index: number;
  /** Undefined while the call has not ended. */
  result: bigint | undefined;
}

/**
 * How the guest finds the bytes: docs/interfaces.md section 7. `count`: the argument (by its distance from this one) that counts the
 * elements, or "result".
 */
interface Fetch {
  how: "text" | "data" | "structs" | "vectors" | "strings";
  size?: number;
  count?: number | "result";
}

interface Pointer {
  fetch: readonly Fetch[];
  /** Its text; undefined: only the address can be shown. */
  show: (what: Pointed & { bytes: Buffer }, around: Surroundings) => string | undefined;
}

/** As many elements of a vector are sent. */
const MOST_FOLLOWED = 16;
const MOST_TEXT = 256;

const struct = (size: number, show: (bytes: Buffer, around: Surroundings) => string | undefined): Pointer => ({
  fetch: [{ how: "structs", size }],
  show: ({ bytes }, around) => (bytes.length < size ? undefined : show(bytes, around)),
});

/** Elements of `size` bytes, counted by the next argument. */
const structs = (size: number, count: number | "result", show: (bytes: Buffer) => string): Pointer => ({
  fetch: [{ how: "structs", size, count }],
  show: ({ bytes }) => {
    const items = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => show(bytes.subarray(index * size, (index + 1) * size)));
    return `[${items.join(", ")}]`;
  },
});

export const POINTERS = {
  path: { fetch: [{ how: "text" }], show: ({ bytes }) => quoted(bytes, bytes.length >= MOST_TEXT) },
  text: { fetch: [{ how: "text" }], show: ({ bytes }) => quoted(bytes, bytes.length >= MOST_TEXT) },
  data: { fetch: [{ how: "data", count: 1 }], show: ({ bytes }, around) => quoted(bytes, dataLength(around) > BigInt(bytes.length)) },
  vectors: { fetch: [{ how: "structs", size: 16, count: 1 }, { how: "vectors", count: 1 }], show: vectorsText },
  strings: { fetch: [{ how: "structs", size: 8 }, { how: "strings" }], show: ({ elements }) => list(elements.map((each) => quoted(each, each.length >= 32)), elements.length >= MOST_FOLLOWED) },
  stat: struct(144, (b) => statText(b.readUInt32LE(24), b.readBigInt64LE(48), b.readBigUInt64LE(40))),
  statxBuffer: struct(256, (b) => `{stx_mask=${bitsText("statx", b.readUInt32LE(0))}, stx_mode=${fileMode(b.readUInt16LE(28))}, stx_size=${b.readBigUInt64LE(40)}, ...}`),
  timespec: struct(16, (b) => timespec(b, 0)),
  timespecPair: struct(32, (b) => `[${utime(b, 0)}, ${utime(b, 16)}]`),
  timeval: struct(16, (b) => timeval(b, 0)),
  itimerval: struct(32, (b) => `{it_interval=${timeval(b, 0)}, it_value=${timeval(b, 16)}}`),
  itimerspec: struct(32, (b) => `{it_interval=${timespec(b, 0)}, it_value=${timespec(b, 16)}}`),
  sigaction: struct(32, sigactionText),
  sigset: struct(8, (b) => signalSet(b.readBigUInt64LE(0))),
  siginfo: struct(32, (b) => siginfoText(b)),
  altstackArgument: struct(24, (b) => `{ss_sp=${pointer(b.readBigUInt64LE(0))}, ss_flags=${bitsText("altstack", b.readInt32LE(8))}, ss_size=${b.readBigUInt64LE(16)}}`),
  pollfds: structs(8, 1, (b) => `{fd=${b.readInt32LE(0)}, events=${bitsText("pollEvents", b.readUInt16LE(4))}}`),
  pair: struct(8, (b) => `[${b.readInt32LE(0)}, ${b.readInt32LE(4)}]`),
  // Nothing is stored when no child was ready.
  waitstatus: struct(4, (b, { result }) => (result === 0n ? undefined : `[${waitStatus(b.readInt32LE(0))}]`)),
  rlimit: struct(16, (b) => `{rlim_cur=${limit(b.readBigUInt64LE(0))}, rlim_max=${limit(b.readBigUInt64LE(8))}}`),
  rusage: struct(32, (b) => `{ru_utime=${timeval(b, 0)}, ru_stime=${timeval(b, 16)}, ...}`),
  utsname: struct(132, (b) => `{sysname=${quoted(cString(b.subarray(0, 65)), false)}, nodename=${quoted(cString(b.subarray(65, 130)), false)}, ...}`),
  fdset: { fetch: [{ how: "structs", size: 128 }], show: ({ bytes }, around) => descriptorSet(bytes, Number(around.args[0] ?? 0n)) },
  epollEvent: struct(12, epollEvent),
  epollEventsList: structs(12, "result", epollEvent),
  schedParam: struct(4, (b) => `[${b.readInt32LE(0)}]`),
  cpuset: { fetch: [{ how: "structs", size: 8 }], show: ({ bytes }) => descriptorSet(bytes, bytes.length * 8) },
  timerId: struct(4, (b) => `[${b.readInt32LE(0)}]`),
  sigevent: struct(20, (b) => `{sigev_signo=${signalName(b.readInt32LE(8))}, sigev_notify=${valueText("notify", BigInt(b.readInt32LE(12)))}}`),
  cloneArgs: struct(64, (b) => {
    const { stack, size } = { stack: b.readBigUInt64LE(40), size: b.readBigUInt64LE(48) };
    return `{flags=${bitsText("clone", Number(b.readBigUInt64LE(0)))}, exit_signal=${signalName(Number(b.readBigUInt64LE(32)))}, stack=${pointer(stack)}, stack_size=${hex(size)}}`;
  }),
  /** By the request in the argument before. */
  ioctlArgument: {
    fetch: [{ how: "structs", size: 8 }],
    show: ({ bytes }, { args, result }) => {
      const name = (VALUES.ioctl as Record<number, string>)[Number(args[1] ?? 0n)];
      // Until they succeed, those that ask have stored nothing.
      const asks = name !== undefined && /^TIOC(G|OUTQ)|^FIONREAD/.test(name);
      if (bytes.length < 8 || (asks && (result === undefined || result < 0n))) return undefined;
      if (name === "TIOCGWINSZ" || name === "TIOCSWINSZ") return `{ws_row=${bytes.readUInt16LE(0)}, ws_col=${bytes.readUInt16LE(2)}, ws_xpixel=${bytes.readUInt16LE(4)}, ws_ypixel=${bytes.readUInt16LE(6)}}`;
      return name !== undefined && ["TIOCGPGRP", "TIOCSPGRP", "TIOCGSID", "FIONREAD", "FIONBIO", "TIOCOUTQ"].includes(name) ? `[${bytes.readInt32LE(0)}]` : undefined;
    },
  },
  fcntlArgument: {
    fetch: [{ how: "structs", size: 32 }],
    show: ({ bytes }, { args }) => {
      if (!isLock(args[1] ?? 0n) || bytes.length < 32) return undefined;
      return `{l_type=${valueText("lock", BigInt(bytes.readInt16LE(0)))}, l_whence=${valueText("whence", BigInt(bytes.readInt16LE(2)))}, l_start=${bytes.readBigInt64LE(8)}, l_len=${bytes.readBigInt64LE(16)}}`;
    },
  },
  prctlArgument: { fetch: [{ how: "text" }], show: ({ bytes }, { args }) => (args[0] === 15n ? quoted(bytes.subarray(0, 16), false) : undefined) },
} as const satisfies Readonly<Record<string, Pointer>>;

export type PointerKind = keyof typeof POINTERS;

export function pointerOf(kind: string): Pointer | undefined {
  return Object.hasOwn(POINTERS, kind) ? POINTERS[kind as PointerKind] : undefined;
}

/** The text of what a pointer points to, or the pointer's. */
export function pointerText(kind: PointerKind, what: Pointed, around: Surroundings): string {
  const address = around.args[around.index] ?? 0n;
  const { bytes, elements } = what;
  const text = bytes === undefined ? undefined : (POINTERS[kind] as Pointer).show({ bytes, elements }, around);
  return text ?? pointer(address);
}

/** Of data that came out the result says the length, of what goes in the next argument. */
function dataLength({ args, index, result }: Surroundings): bigint {
  const counted = args[index + 1] ?? 0n;
  return result !== undefined && result >= 0n && result < counted ? result : counted;
}

function vectorsText({ bytes, elements }: Pointed & { bytes: Buffer }, { result }: Surroundings): string {
  // What a read has not filled is not shown.
  let left = result === undefined || result < 0n ? (1n << 62n) : result;
  const items = Array.from({ length: Math.floor(bytes.length / 16) }, (_, index) => {
    const base = bytes.readBigUInt64LE(index * 16), length = bytes.readBigUInt64LE(index * 16 + 8);
    const here = length < left ? length : left;
    left -= here;
    const data = elements[index]?.subarray(0, Number(here));
    return `{iov_base=${data === undefined ? pointer(base) : quoted(data, here > BigInt(data.length))}, iov_len=${length}}`;
  });
  return list(items, items.length >= MOST_FOLLOWED);
}

export function isLock(command: bigint): boolean {
  return [5n, 6n, 7n, 36n, 37n, 38n].includes(command);
}

/** What poll's descriptors came out with, as strace shows behind the result. */
export function pollResults(bytes: Buffer): string {
  const items = Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => ({ fd: bytes.readInt32LE(index * 8), events: bytes.readUInt16LE(index * 8 + 6) }));
  return `[${items.filter(({ events }) => events !== 0).map(({ fd, events }) => `{fd=${fd}, revents=${bitsText("pollEvents", events)}}`).join(", ")}]`;
}

function statText(mode: number, size: bigint, device: bigint): string {
  const isDevice = (mode & 0o170000) === 0o020000 || (mode & 0o170000) === 0o060000;
  const major = Number((device >> 8n) & 0xfffn), minor = Number((device & 0xffn) | ((device >> 12n) & 0xfff00n));
  return `{st_mode=${fileMode(mode)}, ${isDevice ? `st_rdev=makedev(${hex(BigInt(major))}, ${hex(BigInt(minor))})` : `st_size=${size}`}, ...}`;
}

function timespec(b: Buffer, at: number): string {
  return `{tv_sec=${b.readBigInt64LE(at)}, tv_nsec=${b.readBigInt64LE(at + 8)}}`;
}

function timeval(b: Buffer, at: number): string {
  return `{tv_sec=${b.readBigInt64LE(at)}, tv_usec=${b.readBigInt64LE(at + 8)}}`;
}

function utime(b: Buffer, at: number): string {
  const nanoseconds = b.readBigInt64LE(at + 8);
  return nanoseconds === 0x3fffffffn ? "UTIME_NOW" : nanoseconds === 0x3ffffffen ? "UTIME_OMIT" : timespec(b, at);
}

function limit(value: bigint): string {
  if (value === 0xffffffffffffffffn) return "RLIM64_INFINITY";
  return value > 1024n && value % 1024n === 0n ? `${value / 1024n}*1024` : String(value);
}

function epollEvent(b: Buffer): string {
  return `{events=${bitsText("epollEvents", b.readUInt32LE(0))}, data={u32=${b.readUInt32LE(4)}, u64=${b.readBigUInt64LE(4)}}}`;
}

function descriptorSet(bytes: Buffer, count: number): string {
  const members = Array.from({ length: Math.min(Math.max(count, 0), bytes.length * 8) }, (_, index) => index).filter((index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1);
  return `[${members.join(" ")}]`;
}
