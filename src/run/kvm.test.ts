import { mkdtemp, rm, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findProgram } from "../process/start.js";
import { probeKvm, runProbeGuest } from "./kvm.js";
import { QEMU } from "./qemu.js";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "rr-test-kvm-"));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

it("the probe's guest reaches 64-bit code (under emulation)", async () => {
  const probe = await runProbeGuest(findProgram(QEMU, process.env["PATH"]) ?? QEMU, ["-accel", "tcg"], process.env);
  expect(probe).toEqual({ works: true, reason: "a guest ran 64-bit code" });
});

it("a guest that cannot run is reported with QEMU's words", async () => {
  const probe = await runProbeGuest(findProgram(QEMU, process.env["PATH"]) ?? QEMU, ["-accel", "nonsense"], process.env);
  expect(probe.works).toBe(false);
  expect(probe.reason).toMatch(/nonsense/);
});

it("ends, and the second answer comes from the cache", async () => {
  const hostEnv = { ...process.env, RR_CACHE: cache };
  const first = await probeKvm({ hostEnv });
  expect(await probeKvm({ hostEnv })).toEqual(first);
  if (/time limit|64-bit/.test(first.reason)) {
    expect(JSON.parse(await readFile(join(cache, "kvm.json"), "utf8"))).toMatchObject(first);
  }
});

it("without QEMU there is nothing to probe", async () => {
  expect((await probeKvm({ hostEnv: { PATH: "/nonexistent", RR_CACHE: cache } })).works).toBe(false);
});
