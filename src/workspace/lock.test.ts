import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withLock } from "./lock.js";
import { withTemporaryDirectory } from "./temporary.js";

const HOW = { what: { waiting: "another", held: "has been at it" }, code: "BUSY", waitMs: 60_000, pollMs: 20 };

test("two at once take turns, and the second is told", async () => {
  await withTemporaryDirectory(async (directory) => {
    const lock = join(directory, "prefix/lock");
    const events: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = withLock(lock, async () => {
      await held;
      events.push("first");
    }, HOW);
    while (!existsSync(lock)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const second = withLock(lock, async () => void events.push("second"), {
      ...HOW,
      progress: (event) => {
        events.push(event.kind);
        release();
      },
    });
    await Promise.all([first, second]);
    expect(events).toEqual(["info", "first", "second"]);
    expect(existsSync(lock)).toBe(false);
  });
});

test("a lock whose holder died is taken over", async () => {
  await withTemporaryDirectory(async (directory) => {
    const lock = join(directory, "lock");
    // A process of that id may exist, but did not start then.
    await writeFile(lock, `${process.pid} 1`);
    expect(await withLock(lock, async () => "done", HOW)).toBe("done");
  });
});

test("the lock is given back after a failure, and waiting can be aborted", async () => {
  await withTemporaryDirectory(async (directory) => {
    const lock = join(directory, "lock");
    await expect(withLock(lock, () => Promise.reject(new Error("no")), HOW)).rejects.toThrow("no");
    expect(existsSync(lock)).toBe(false);
    await withLock(lock, async () => {
      await expect(withLock(lock, async () => {}, { ...HOW, signal: AbortSignal.timeout(50) })).rejects.toThrow();
      await expect(withLock(lock, async () => {}, { ...HOW, waitMs: 30 })).rejects.toThrow(expect.objectContaining({ code: "BUSY" }));
    }, HOW);
  });
});
