/** What time it is in a machine whose start took long. */
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bakeFixture, runGuest } from "./run/guests.js";

const SLOW_START_MS = 3000;
let directory: string;
let image: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-clock-"));
  image = await bakeFixture(directory, "clock");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** By how much the clock has jumped (ms), and what time the guest thinks it is (s), after a start that took SLOW_START_MS. */
async function clock(...args: string[]): Promise<{ jump: number; now: number }> {
  const monitor = join(directory, "monitor");
  const { exitCode, stdout } = await runGuest(image, {
    args, qemuArgs: ["-S", "-qmp", `unix:${monitor},server=on,wait=off`],
    events: (event) => void (event.kind === "started" && setTimeout(() => proceed(monitor), SLOW_START_MS)),
  });
  expect(exitCode).toBe(0);
  const [jump = NaN, now = NaN] = stdout.trim().split(" ").map(Number);
  return { jump, now };
}

function proceed(monitor: string): void {
  const socket = connect(monitor, () => socket.write('{"execute": "qmp_capabilities"} {"execute": "cont"}\n'));
  socket.on("error", () => {}).resume();
}

it("is the host's, soon after the program has looked at it", async () => {
  const { jump, now } = await clock();
  expect(jump).toBeGreaterThan(SLOW_START_MS - 500);
  expect(Math.abs(Date.now() / 1000 - now)).toBeLessThan(SLOW_START_MS / 1000);
});

it("is what the program has set", async () => {
  const { jump, now } = await clock("set");
  expect(Math.abs(jump)).toBeLessThan(500);
  expect(now - 1_000_000_000).toBeLessThan(60);
});
