/** bin/setup.js with a stand-in for apt-get: what it installs, and what it says when that does not help. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageRoot } from "../src/workspace/paths.js";
import { command, type Ended } from "./cli/rr.js";

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), "rr-test-setup-"));
});
afterEach(() => rm(bin, { recursive: true, force: true }));

/** Make `tools` available, and an apt-get that notes its arguments and makes `provides` available. */
async function host(tools: string[], provides: string[]): Promise<void> {
  const real = `PATH=/usr/sbin:/usr/bin:/sbin:/bin`;
  const link = (names: string[]) => names.map((name) => `ln -sf "$(command -v env)" ${bin}/${name}`).join("; ") || ":";
  await command("sh", ["-c", `${real}; ln -s "$(command -v env)" ${bin}/env; ${link(tools)}`]);
  // Asked for only when the tests' user is not root: then it has to do what it is told.
  await writeFile(join(bin, "sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  await writeFile(join(bin, "apt-get"), `#!/bin/sh\n${real}\necho "$@" >> ${bin}/apt-get.log\ncase "$*" in *" install "*) ${link(provides)};; esac\n`, { mode: 0o755 });
}

function setUp(): Promise<Ended> {
  return command(process.execPath, [join(packageRoot(), "bin", "setup.js"), "--host-only"], { env: { PATH: bin } });
}

test("nothing missing: nothing said, nothing done, in no time", async () => {
  await host(["gcc", "ld", "make", "tar", "xz", "qemu-system-x86_64"], []);
  expect(await setUp()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("only what is missing is installed, and it is said", async () => {
  await host(["gcc", "ld", "tar", "xz"], ["make", "qemu-system-x86_64"]);
  const { exitCode, stderr } = await setUp();
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^set-up: missing on this host: make, qemu\n/);
  expect(stderr).toMatch(/^set-up: installing host packages: .*apt-get.* install .*make qemu-system-x86$/m);
  expect(await readFile(join(bin, "apt-get.log"), "utf8")).toMatch(/install --no-install-recommends make qemu-system-x86\n$/);
});

test("a package that does not bring what it should is named", async () => {
  await host(["gcc", "ld", "make", "tar", "xz"], []);
  const { exitCode, stderr } = await setUp();
  expect(exitCode).toBe(1);
  expect(stderr).toContain("set-up: still missing: qemu (package qemu-system-x86)\n");
});

test("no apt-get: what to install by other means", async () => {
  await host(["gcc", "ld", "make", "tar", "xz"], []);
  await rm(join(bin, "apt-get"));
  const { exitCode, stderr } = await setUp();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/set-up: there is no apt-get here.*\nnext: install what Debian calls qemu-system-x86/);
});
