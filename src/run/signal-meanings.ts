/** Linux signal numbers of x86_64 in words (signal(7)). */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trap", 6: "abort", 7: "bus error",
  8: "arithmetic error", 9: "killed", 10: "user signal 1", 11: "invalid memory access", 12: "user signal 2", 13: "broken pipe",
  14: "alarm", 15: "terminated", 16: "stack fault", 24: "CPU time limit", 25: "file size limit", 31: "bad system call",
};

/** si_code by signal (asm-generic/siginfo.h). */
const CODES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  4: { 1: "illegal opcode", 2: "illegal operand", 3: "illegal addressing mode", 5: "privileged instruction", 6: "privileged register" },
  5: { 1: "breakpoint", 2: "single step", 4: "hardware breakpoint" },
  7: { 1: "misaligned address", 2: "address that does not exist", 3: "hardware error" },
  8: {
    1: "integer division by zero", 2: "integer overflow", 3: "floating-point division by zero", 4: "floating-point overflow",
    5: "floating-point underflow", 6: "inexact floating-point result", 7: "invalid floating-point operation",
  },
  11: { 1: "nothing is mapped there", 2: "the mapping does not allow this access", 3: "bounds check", 4: "protection key" },
};

/** si_code values that mean the same for every signal. */
const COMMON: Readonly<Record<number, string>> = {
  0: "sent by kill()", [-1]: "sent by sigqueue()", [-2]: "sent by a timer", [-6]: "sent by tkill(), as abort() and raise() do",
  128: "raised by the kernel (a non-canonical address, for one)",
};

/** "invalid memory access" for 11. */
export function signalMeaning(signal: number): string {
  return SIGNALS[signal] ?? "no meaning known";
}

/** Why the signal was raised, in words. */
export function codeMeaning(signal: number, code: number): string {
  return CODES[signal]?.[code] ?? COMMON[code] ?? `si_code ${code}`;
}
