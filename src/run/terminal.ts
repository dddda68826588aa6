import { fstatSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";

/** The streams a user gave, and what they lead to. */
export interface Terminals {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** Both ends are the terminal: the guest does line editing, so this side must be raw. */
  raw: boolean;
  /** Standard error must come apart from standard output. */
  split: boolean;
}

/** Look at the three streams; nothing is changed. */
export function examineStreams(stdin: Readable | undefined, stdout: Writable | undefined, stderr: Writable | undefined): Terminals {
  const out = isTerminal(stdout);
  // With output going elsewhere, the guest's echo would land in it: then this side's terminal keeps editing lines.
  const raw = isTerminal(stdin) && out;
  const split = stderr !== undefined && stderr !== stdout && !sameFile(stdout, stderr);
  return { stdin: raw, stdout: out, stderr: split ? isTerminal(stderr) : out, raw, split };
}

/**
 * Put the terminal into raw mode. Returns the way back, which may be called twice. It is also taken when the process exits;
 * and when the process is continued after a stop, raw mode is set again, for the shell has taken it away.
 */
export function rawMode(stdin: Readable): () => void {
  const terminal = stdin as ReadStream;
  const enter = (): void => {
    terminal.setRawMode(true);
  };
  const again = (): void => {
    terminal.setRawMode(false);
    enter();
  };
  const restore = (): void => {
    process.off("exit", restore);
    process.off("SIGCONT", again);
    if (terminal.isRaw) terminal.setRawMode(false);
  };
  process.on("exit", restore);
  process.on("SIGCONT", again);
  enter();
  return restore;
}

/** Rows and columns of the terminal, undefined when it is none or does not know. */
export function terminalSize(stdout: Writable | undefined): { rows: number; columns: number } | undefined {
  const { rows, columns } = (stdout ?? {}) as Partial<WriteStream>;
  return isTerminal(stdout) && rows !== undefined && columns !== undefined && rows > 0 && columns > 0 ? { rows, columns } : undefined;
}

function isTerminal(stream: Readable | Writable | undefined): boolean {
  return (stream as { isTTY?: boolean } | undefined)?.isTTY === true;
}

/** Two descriptors of one terminal, pipe or file: what goes to either must stay in order. */
function sameFile(a: Writable | undefined, b: Writable): boolean {
  const [first, second] = [a, b].map((stream) => (stream as { fd?: number } | undefined)?.fd);
  if (first === undefined || second === undefined) {
    return false;
  }
  try {
    const one = fstatSync(first);
    const other = fstatSync(second);
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    // A closed descriptor leads nowhere, so not to the same place.
    return false;
  }
}
