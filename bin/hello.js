#!/usr/bin/env node
// `npm run hello`: the whole way from examples/hello to its output on a machine without an operating system, by the
// same commands a user types. bin/setup.js has run before.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const rr = join(root, "bin", "rr");
const folder = mkdtempSync(join(tmpdir(), "rr-hello-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

step("rr build-platform hw", [rr, "build-platform", "hw"], { stdout: 2 });
step('eval "$(rr env)"', [rr, "env"], { stdout: "ignore" });
const environment = JSON.parse(spawnSync(rr, ["env", "--json"], { encoding: "utf8" }).stdout);
Object.assign(process.env, environment);
const cc = "x86_64-rumprun-linux-musl-gcc";
const source = join("examples", "hello", "hello.c");
step(`${cc} -Os -o hello ${source}`, [cc, "-Os", "-o", "hello", join(root, source)]);
step("rr bake hw_generic hello.bin hello", [rr, "bake", "-q", "hw_generic", "hello.bin", "hello"], { stdout: 2 });
step("rr run qemu -i hello.bin", [rr, "run", "qemu", "-i", "hello.bin"]);
process.stderr.write('\nThat was a machine of its own. To go on: eval "$(bin/rr env)", and README.md.\n');

/** Show the command as a user would type it, run it in the temporary folder, stop where it fails. Only the program's own output goes to stdout. */
function step(shown, [program, ...args], { stdout = 1 } = {}) {
  process.stderr.write(`$ ${shown}\n`);
  const { status, error } = spawnSync(program, args, { cwd: folder, stdio: ["inherit", stdout, 2] });
  if (error !== undefined || status !== 0) {
    process.stderr.write(`${error?.message ?? `that ended with exit code ${status}`}\n`);
    process.exit(status || 1);
  }
}
