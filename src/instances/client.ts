import { connect } from "node:net";
import { openControlPath } from "./control-path.js";
import type { Answer, Request } from "./protocol.js";

/**
 * Ask the monitor of the instance in `directory`. Undefined: there is no monitor, or it went away before it answered. `signal` ends the waiting; the request goes on.
 */
export async function ask(directory: string, request: Request, signal?: AbortSignal): Promise<Answer | undefined> {
  try {
    const { path, close } = openControlPath(directory);
    return await exchange(path, request, signal).finally(close);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ECONNREFUSED", "ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}

function exchange(path: string, request: Request, signal: AbortSignal | undefined): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = "";
    const abort = (): void => void socket.destroy(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (data: string) => (text += data));
    socket.on("error", reject);
    socket.on("close", () => {
      signal?.removeEventListener("abort", abort);
      // Half a line is no answer.
      resolve(text.endsWith("\n") ? (JSON.parse(text) as Answer) : undefined);
    });
  });
}
