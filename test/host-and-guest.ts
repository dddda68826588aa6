import { basename, dirname, join } from "node:path";
import { expect } from "vitest";
import { packageRoot, prefixDirectory } from "../src/workspace/paths.js";
import { command, rr } from "./cli/rr.js";

/** Programs to be run on both, by paths relative to this folder. */
export const GUEST_PROGRAMS = join(packageRoot(), "test", "guest");

/**
 * Compile a program of test/guest in `directory`, run it on the host's Linux and baked in QEMU, from the same executable, and expect what it prints
 * and how it ends to be the same: the host is the oracle. Returns what it printed.
 */
export async function sameOnHostAndGuest(program: string, directory: string): Promise<string> {
  const app = join(directory, `${basename(dirname(program))}-${basename(program, ".c")}`);
  const image = `${app}.bin`;
  const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
  const compiled = await command(compiler, ["-O2", "-g", "-pthread", "-o", app, join(GUEST_PROGRAMS, program)]);
  expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
  const baked = await rr(["bake", "hw_generic", image, app]);
  expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
  // The shell turns a death by signal N into 128+N, as rr does.
  const host = await command("sh", ["-c", '"$0"; exit $?', app], { cwd: directory });
  const guest = await rr(["run", "qemu", "-i", "--timeout", "90", image]);
  expect({ output: guest.stdout, status: guest.exitCode }, guest.stderr).toEqual({ output: host.stdout, status: host.exitCode });
  return host.stdout;
}
