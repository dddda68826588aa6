import { expect, it } from "vitest";
import { formatTimeline } from "./format.js";
import { Stamps } from "./timeline.js";

it("host and guest on one scale, zero when QEMU was started", () => {
  const stamps = new Stamps();
  stamps.host("QEMU started");
  stamps.guest({ cycles: 400_000n, name: "memory" });
  stamps.booted({ cycles: 1_000_000n, hertz: 1_000_000_000n });
  stamps.host("QEMU ended");
  const timeline = stamps.timeline();
  expect(timeline.filter(({ where }) => where === "guest").map(({ name, guestMs }) => [name, guestMs])).toEqual([["first instruction", 0], ["memory", 0.4], ["booted", 1]]);
  expect(timeline.find(({ name }) => name === "QEMU started")?.atMs).toBe(0);
  expect(timeline[0]).toMatchObject({ where: "host", name: "rr started" });
  expect(formatTimeline(timeline)).toMatch(/guest +0\.400 {2}memory\n/);
});

it("without a clock from the guest there are the host's stamps", () => {
  const stamps = new Stamps();
  stamps.booted({ cycles: 1n, hertz: 0n });
  expect(stamps.timeline().every(({ where }) => where === "host")).toBe(true);
});
