import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadManifests } from "../src/component/manifest.js";
import { packageRoot } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { GUEST_PROGRAMS, sameOnHostAndGuest } from "./host-and-guest.js";

/**
 * The programs in test/guest/calls make each call succeed and fail in the ways its documentation names, as far as they can be provoked. Each line they
 * print is `call: case = outcome`, where an outcome that is an error's name is a failure.
 */
const programs = readdirSync(join(GUEST_PROGRAMS, "calls")).filter((name) => name.endsWith(".c")).sort();

/** Calls that have no way to fail, or none that the caller could see. */
const NEVER_FAIL = new Set([
  ...["getpid", "gettid", "getppid", "getpgrp", "getuid", "geteuid", "getgid", "getegid", "umask", "alarm", "sync", "sched_yield", "set_tid_address", "munlockall"],
  ...["brk", "setfsuid", "setfsgid", "personality"], // What they return is the state before or after, whatever was asked for.
  ...["exit", "exit_group", "rt_sigreturn"], // They do not return.
]);

/** Calls whose success is not tried, and why. */
const NOT_TRIED = new Set([
  "clock_settime", // The clock of the host is not to be set.
  "unmapself", // rr's own: munmap and exit in one, of every thread that ends.
]);

describe("calls as on the host", async () => {
  const directory = await scratch();
  const seen = { success: new Set<string>(), failure: new Set<string>() };
  let done = 0;

  it.each(programs)("%s", async (program) => {
    const transcript = await sameOnHostAndGuest(join("calls", program), directory);
    for (const [, call, outcome] of transcript.matchAll(/^(\w+): .* = (.*)$/gm)) {
      seen[/^E[A-Z0-9]+$/.test(outcome ?? "") ? "failure" : "success"].add(call ?? "");
    }
    done++;
  });

  it("are tried with success and failure, all that are implemented", async ({ skip }) => {
    skip(done < programs.length, "only with all programs");
    const manifests = await loadManifests(join(packageRoot(), "components"));
    const calls = manifests.flatMap(({ syscalls }) => Object.keys(syscalls)).filter((call) => !NOT_TRIED.has(call));
    expect(calls.filter((call) => !seen.success.has(call)), "never succeed in test/guest/calls").toEqual([]);
    expect(calls.filter((call) => !seen.failure.has(call) && !NEVER_FAIL.has(call)), "never fail in test/guest/calls").toEqual([]);
  });
});
