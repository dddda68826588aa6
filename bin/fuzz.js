#!/usr/bin/env node
// `npm run fuzz`: set-up, then the random programs of test/fuzz; arguments go to it (`npm run fuzz -- --help`).
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const steps = [
  ["bin/setup.js"],
  ["node_modules/typescript/bin/tsc", "-p", "test/fuzz/tsconfig.json"],
  ["dist/fuzz/main.js", ...process.argv.slice(2)],
];
for (const [script, ...args] of steps) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}
