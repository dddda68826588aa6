import type { Readable, Writable } from "node:stream";

/** Two Ctrl-C within this time end the machine, unless the guest has answered the first one; so many do in any case. */
const SECOND_CTRL_C_MS = 2000;
const INSISTENT_CTRL_C = 5;
const CTRL_C = 0x03;
/** The most a guest prints that does nothing but echo the key: "^C". */
const ECHO_BYTES = 2;
/** Nobody sees a delay of this length in a terminal. */
const GATHER_MS = 2;

/**
 * Carries standard input to the guest's console as fast as the guest takes it. `onEnd` gets the number of bytes when the
 * input has ended. With `keyboard`, `onSecondCtrlC` is called for two Ctrl-C in a short time that the guest does not answer (the first also goes to
 * the guest, whose line discipline makes a signal of it): a shell that shows its prompt again lives. `printed` tells how many bytes came from the
 * guest so far. Returns the way to stop listening.
 */
export function carryInput(
  from: Readable,
  to: Writable,
  { keyboard, printed, onEnd, onSecondCtrlC }: { keyboard: boolean; printed: () => number; onEnd: (total: number) => void; onSecondCtrlC: () => void },
): () => void {
  let total = 0;
  let pressed: { time: number; printed: number }[] = [];
  /** Takes note of a Ctrl-C. True: it is to end the machine. */
  const endsMachine = (): boolean => {
    const now = { time: performance.now(), printed: printed() };
    pressed = [...pressed.filter(({ time }) => now.time - time < SECOND_CTRL_C_MS), now];
    const before = pressed.at(-2);
    return before !== undefined && (now.printed - before.printed <= ECHO_BYTES || pressed.length >= INSISTENT_CTRL_C);
  };
  const onData = (chunk: Buffer | string): void => {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (keyboard && bytes.filter((byte) => byte === CTRL_C).some(endsMachine)) {
      onSecondCtrlC();
      return;
    }
    total += bytes.length;
    if (!to.write(bytes)) {
      from.pause();
    }
  };
  const onDrain = (): void => {
    from.resume();
  };
  const finish = (): void => onEnd(total);
  from.on("data", onData);
  from.once("end", finish);
  // A terminal that went away reads as an error; for the guest it is the end of its input.
  from.once("error", finish);
  to.on("drain", onDrain);
  return () => {
    from.off("data", onData);
    from.off("end", finish);
    from.off("error", finish);
    to.off("drain", onDrain);
    from.pause();
  };
}

/**
 * Carries the guest's output to `to`, and no faster than `to` takes it; without `to` it is read and thrown away. A serial port gives single
 * bytes: the first is passed on at once, what follows within GATHER_MS together, or each byte would wake a chain of readers.
 */
export function carryOutput(from: Readable, to: Writable | undefined): void {
  let gathered: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  let last = -Infinity;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length > 0) {
      const chunk = Buffer.concat(gathered);
      gathered = [];
      last = performance.now();
      writeSlowly(from, to, chunk);
    }
  };
  from.on("data", (chunk: Buffer) => {
    gathered.push(chunk);
    if (performance.now() - last >= GATHER_MS) flush();
    else timer ??= setTimeout(flush, GATHER_MS);
  });
  from.once("end", flush);
  from.once("close", flush);
}

/** Write a piece; when the receiver is full, stop the source until it has room. */
export function writeSlowly(from: Readable, to: Writable | undefined, chunk: Buffer): void {
  if (to !== undefined && !to.destroyed && !to.write(chunk)) {
    // Several pieces may come out of one read: one wait is enough for all.
    if (!from.isPaused()) {
      from.pause();
      const resume = (): void => {
        to.off("drain", resume);
        to.off("close", resume);
        from.resume();
      };
      to.on("drain", resume);
      to.on("close", resume);
    }
  }
}

/** Resolves when `to` has passed on all it was given, or never will. */
export async function flushed(to: Writable | undefined): Promise<void> {
  if (to !== undefined && to.writable && to.writableLength > 0) {
    await new Promise<void>((resolve) => {
      to.once("close", resolve);
      to.write("", () => resolve());
    });
  }
}
