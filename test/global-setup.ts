import { join } from "node:path";
import { exec } from "../src/process/exec.js";
import { cacheDirectory, packageRoot } from "../src/workspace/paths.js";

/**
 * What the tests in test/, toolchains/ and examples/ share: bin/rr is compiled, and the platform is built into a prefix
 * of the tests' own, which stays from run to run. `RR_PREFIX` names it, so rr and the library use it by themselves.
 */
export default async function setUp(): Promise<void> {
  const prefix = join(cacheDirectory(), "test", "prefix");
  // Type errors (2) are the type check's business; the output is written all the same.
  await exec(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { cwd: packageRoot(), okCodes: [0, 2] });
  await exec(join(packageRoot(), "bin", "rr"), ["build-platform", "hw", "--prefix", prefix], { timeout: 900_000 });
  process.env["RR_PREFIX"] = prefix;
}
