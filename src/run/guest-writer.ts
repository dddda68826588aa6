import { writeSync } from "node:fs";
import { Writable, type Duplex } from "node:stream";

/** How soon a full socket is tried again. */
const TRY_AGAIN_MS = 2;

/**
 * The writing side of a socket to the guest. A write to a machine that has just ended fails, and node then destroys the whole socket with all
 * that was not read yet, the exit status among it; therefore the bytes go to the descriptor directly. What a machine that has ended would
 * have got is dropped without an error: its end is told otherwise.
 */
export function guestWriter(socket: Duplex): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => writeAll(socket, chunk, () => done()),
  });
}

function writeAll(socket: Duplex, chunk: Buffer, done: () => void): void {
  const descriptor = descriptorOf(socket);
  let rest = chunk;
  try {
    // Synchronously, so that the descriptor cannot become another's meanwhile; it does not block.
    while (descriptor !== undefined && rest.length > 0) {
      rest = rest.subarray(writeSync(descriptor, rest));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") {
      setTimeout(() => writeAll(socket, rest, done), TRY_AGAIN_MS);
      return;
    }
  }
  // Not at once: a stream whose writes never wait would keep everybody else waiting.
  setImmediate(done);
}

/** Undefined once the socket is closed. */
function descriptorOf(socket: Duplex): number | undefined {
  const descriptor = (socket as { _handle?: { fd?: number } | null })._handle?.fd;
  return descriptor === undefined || descriptor < 0 || socket.destroyed ? undefined : descriptor;
}
