import { createServer, type Server, type Socket } from "node:net";
import { openControlPath } from "./control-path.js";
import { LONGEST_REQUEST, parseRequest, type Answer, type Request } from "./protocol.js";

/** A client that says nothing is cut off. */
const SILENT_MS = 10_000;

/** Listen on the instance's control socket; `handle` answers each request. Whoever reaches the folder (mode 0700) may ask. */
export async function serveRequests(directory: string, handle: (request: Request) => Promise<Answer>): Promise<Server> {
  // Its own half stays open after the client's: the answer may come much later.
  const server = createServer({ allowHalfOpen: true }, (socket) => void serve(socket, handle));
  const { path, close } = openControlPath(directory);
  // When it closes, the server removes the socket by this path.
  server.once("close", close);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return server;
}

function serve(socket: Socket, handle: (request: Request) => Promise<Answer>): void {
  let text = "";
  let asked = false;
  // A client that goes away is no concern of the monitor's.
  socket.on("error", () => socket.destroy());
  socket.setTimeout(SILENT_MS, () => socket.destroy());
  socket.setEncoding("utf8");
  socket.on("data", (data: string) => {
    if (asked) return;
    text += data;
    const end = text.indexOf("\n");
    if (end < 0 && text.length <= LONGEST_REQUEST) return;
    asked = true;
    socket.setTimeout(0);
    void answer(end < 0 ? text : text.slice(0, end), handle).then((value) => socket.end(`${JSON.stringify(value)}\n`));
  });
  socket.on("end", () => {
    if (!asked) socket.destroy();
  });
}

async function answer(line: string, handle: (request: Request) => Promise<Answer>): Promise<Answer> {
  try {
    return await handle(parseRequest(line));
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
