import { signalCode } from "./names.js";
import { bitsText, hex, pointer, signalName } from "./text.js";

/** siginfo_t of sigaction(2): at least its first 32 bytes. */
export function siginfoText(b: Buffer): string {
  const signal = b.readInt32LE(0), code = b.readInt32LE(8);
  const start = `si_signo=${signalName(signal)}, si_code=${signalCode(signal, code)}`;
  if (signal === 0) return "{}";
  if (code > 0 && code < 0x80 && [4, 5, 7, 8, 11].includes(signal)) return `{${start}, si_addr=${pointer(b.readBigUInt64LE(16))}}`;
  if (signal === 17 && code > 0) {
    const status = b.readInt32LE(24);
    return `{${start}, si_pid=${b.readInt32LE(16)}, si_uid=${b.readUInt32LE(20)}, si_status=${code === 1 ? status : signalName(status)}}`;
  }
  if (code === -2) return `{${start}, si_timerid=${b.readInt32LE(16)}, si_overrun=${b.readInt32LE(20)}}`;
  if (code === 0x80) return `{${start}}`;
  const value = code === -1 ? `, si_value={sival_int=${b.readInt32LE(24)}, sival_ptr=${pointer(b.readBigUInt64LE(24))}}` : "";
  return `{${start}, si_pid=${b.readInt32LE(16)}, si_uid=${b.readUInt32LE(20)}${value}}`;
}

/** The kernel's struct sigaction. */
export function sigactionText(b: Buffer): string {
  const handler = b.readBigUInt64LE(0), flags = Number(b.readBigUInt64LE(8));
  const name = handler === 0n ? "SIG_DFL" : handler === 1n ? "SIG_IGN" : hex(handler);
  const restorer = (flags & 0x04000000) === 0 ? "" : `, sa_restorer=${pointer(b.readBigUInt64LE(16))}`;
  return `{sa_handler=${name}, sa_mask=${signalSet(b.readBigUInt64LE(24))}, sa_flags=${bitsText("sigactionFlags", flags)}${restorer}}`;
}

/** "[INT TERM]", or "~[KILL STOP]" for nearly all. */
export function signalSet(set: bigint): string {
  const all = Array.from({ length: 64 }, (_, index) => index + 1);
  const members = all.filter((number) => (set >> BigInt(number - 1)) & 1n);
  const [sign, shown] = members.length > 32 ? ["~", all.filter((number) => !members.includes(number))] : ["", members];
  return `${sign}[${shown.map((number) => signalName(number).replace(/^SIG/, "")).join(" ")}]`;
}

/** As wait(2) stores it. */
export function waitStatus(status: number): string {
  if (status === 0xffff) return "{WIFCONTINUED(s)}";
  if ((status & 0xff) === 0x7f) return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName((status >> 8) & 0xff)}}`;
  if ((status & 0x7f) === 0) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${(status >> 8) & 0xff}}`;
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(status & 0x7f)}${status & 0x80 ? " && WCOREDUMP(s)" : ""}}`;
}
