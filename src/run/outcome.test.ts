import { describe, expect, it } from "vitest";
import { outcome, signalName, type Ending } from "./outcome.js";
import type { CrashReport, DeadlockReport } from "./types.js";

const quiet: Ending = { qemu: { code: 1, signal: null }, diagnostics: "" };
const crash = { signal: 11 } as CrashReport;

describe("the result of a run", () => {
  it.each<[string, Partial<Ending>, number, RegExp | undefined]>([
    ["an exit", { exit: { how: "exited", value: 3 } }, 3, undefined],
    ["a deadlock", { exit: { how: "deadlock", value: 0 }, deadlock: { threads: [{}, {}], notes: [] } as unknown as DeadlockReport }, 125, /all 2 threads wait/],
    ["a signal", { exit: { how: "signal", value: 15 } }, 143, /SIGTERM/],
    ["no memory", { exit: { how: "out-of-memory", value: 0 } }, 137, /memory/],
    ["an exit after a crash that a handler survived", { exit: { how: "exited", value: 0 }, crash }, 0, undefined],
    ["a crash without an exit", { crash }, 139, /SIGSEGV/],
    ["an exit, then rr ended what was left", { exit: { how: "exited", value: 3 }, ended: { exitCode: 125, reason: "late" } }, 3, undefined],
    ["rr ended it", { ended: { exitCode: 130, reason: "by SIGINT" } }, 130, /SIGINT/],
    ["nothing", {}, 125, /without an exit status/],
    ["a reset", { qemu: { code: 0, signal: null } }, 125, /triple fault/],
    ["QEMU killed", { qemu: { code: null, signal: "SIGKILL" } }, 125, /from outside by SIGKILL/],
    ["QEMU terminated", { qemu: { code: 0, signal: null }, diagnostics: "terminating on signal 15 from pid 77 (kill)" }, 125, /SIGTERM from process 77/],
    ["QEMU killed by a debugger", { diagnostics: "QEMU: Terminated via GDBstub" }, 125, /debugger/],
    ["QEMU failing later", { diagnostics: "virtio: zero sized buffers" }, 125, /zero sized buffers/],
  ])("%s", (_, ending, exitCode, reason) => {
    const result = outcome({ ...quiet, ...ending });
    expect(result.exitCode).toBe(exitCode);
    if (reason === undefined) expect(result.reason).toBeUndefined();
    else expect(result.reason).toMatch(reason);
  });
});

it("names of signals", () => {
  expect([signalName(11), signalName(9), signalName(60)]).toEqual(["SIGSEGV", "SIGKILL", "signal 60"]);
});
