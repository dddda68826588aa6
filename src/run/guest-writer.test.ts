import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { guestWriter } from "./guest-writer.js";

let directory: string;
let ours: Socket, guest: Socket;
let close: () => void;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-writer-"));
  const path = join(directory, "socket");
  const server = createServer({ pauseOnConnect: true }).listen(path);
  await once(server, "listening");
  const connected = once(server, "connection");
  ours = connect(path).pause();
  ours.on("error", () => {});
  [guest] = (await connected) as [Socket];
  close = () => server.close();
});
afterEach(async () => {
  ours.destroy();
  guest.destroy();
  close();
  await rm(directory, { recursive: true, force: true });
});

describe("writing to the guest", () => {
  it("arrives whole, also when it has to wait", async () => {
    const bytes = Buffer.alloc(3_000_000, "0123456789");
    const received: Buffer[] = [];
    const writer = guestWriter(ours);
    writer.end(bytes);
    guest.on("data", (data: Buffer) => received.push(data)).resume();
    await expect.poll(() => received.reduce((sum, { length }) => sum + length, 0), { timeout: 20_000 }).toBe(bytes.length);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });

  it("leaves what a machine that has ended said to be read", async () => {
    guest.write("exit status");
    await new Promise<void>((resolve) => guest.end(resolve));
    guest.destroy();
    await once(guest, "close");
    const writer = guestWriter(ours);
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => writer.write("too late", resolve));
    }
    let text = "";
    ours.on("data", (data: Buffer) => (text += data.toString())).resume();
    await once(ours, "close");
    expect(text).toBe("exit status");
    await new Promise((resolve) => writer.write("later still", resolve));
  });
});
