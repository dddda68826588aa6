/**
 * rr starts quickly because it loads little: `rr --version` may cost 100 ms over `node -e 0`, `rr run` 150 ms over QEMU. Times
 * are for the benchmark; which packages get loaded can be tested.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTemporaryDirectory } from "../src/workspace/temporary.js";
import { rr } from "./cli/rr.js";
import { buildGuest } from "./run/guests.js";

/** A module hook that writes the names of the packages that are loaded to `log`. */
function hook(log: string): string {
  const hooks = `
    import { appendFileSync } from "node:fs";
    export async function resolve(specifier, context, next) {
      if (/^[a-z@]/.test(specifier) && !/^(node|file|data):/.test(specifier)) appendFileSync(${JSON.stringify(log)}, specifier + "\\n");
      return next(specifier, context);
    }`;
  const register = `import { register } from "node:module"; register("data:text/javascript," + ${JSON.stringify(encodeURIComponent(hooks))});`;
  return `--import=data:text/javascript,${encodeURIComponent(register)}`;
}

async function packagesOf(directory: string, args: readonly string[]): Promise<string[]> {
  const log = join(directory, "log");
  await rr(args, { cwd: directory, env: { NODE_OPTIONS: hook(log) } });
  return [...new Set((await readFile(log, "utf8")).trim().split("\n"))].sort();
}

test("rr --version loads commander and nothing else", async () => {
  await withTemporaryDirectory(async (directory) => {
    expect(await packagesOf(directory, ["--version"])).toEqual(["commander"]);
  });
});

test("rr run of an image loads commander and chalk", async () => {
  await withTemporaryDirectory(async (directory) => {
    expect(await packagesOf(directory, ["run", "qemu", "-i", await buildGuest(directory, "exit", { STATUS: 0 })])).toEqual(["chalk", "commander"]);
  });
});
