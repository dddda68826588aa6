import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot, prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { command, rr } from "./cli/rr.js";

/** What children use up and never give back is free again when they have ended. RR_ROUNDS=1000 makes the long way of it. */
const ROUNDS = process.env["RR_ROUNDS"] ?? "100";
const KINDS = [
  "descriptors", "pipes", "eventfds", "timerfds", "epolls", "mappings", "shared mappings", "signals", "timers", "processes", "zombies", "threads", "files", "memory",
];

describe("exhaustion", async () => {
  const app = join(await scratch(), "exhaust");

  beforeAll(async () => {
    const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
    const compiled = await command(compiler, ["-O2", "-g", "-pthread", "-o", app, join(packageRoot(), "test", "exhaustion", "exhaust.c")]);
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    const baked = await rr(["bake", "hw_generic", `${app}.bin`, app]);
    expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
  });

  const run = (megabytes: string, ...args: string[]) => rr(["run", "qemu", "-i", "-M", megabytes, "--timeout", "110", `${app}.bin`, "--", ...args]);

  it(`gives all back, ${ROUNDS} rounds of eight of each kind`, async () => {
    const guest = await run("16", ROUNDS, "8");
    const expected = KINDS.map((kind) => `${kind}: 0, all comes back\n`).join("");
    expect({ output: guest.stdout, status: guest.exitCode }, guest.stderr).toEqual({ output: expected, status: 0 });
  });

  it.each([
    ["descriptors", "EMFILE"], ["pipes", "EMFILE"], ["eventfds", "EMFILE"], ["timerfds", "EMFILE"], ["epolls", "EMFILE"],
    ["signals", "EAGAIN"], ["timers", "EAGAIN"], ["files", "ENOSPC"],
    // Who touches memory when none is left is ended, which may come first.
    ["processes", "ENOMEM|killed"], ["threads", "EAGAIN|killed"], ["shared mappings", "ENOMEM|killed"], ["memory", "killed"],
  ])("of %s is told by %s, and over when the process is", async (kind, how) => {
    const guest = await run("8", "8", "1000000", kind);
    expect(guest.stdout, guest.stderr).toMatch(new RegExp(`^${kind}: (${how}), all comes back\n$`));
    expect(guest.exitCode).toBe(0);
  });
});
