#!/usr/bin/env node
// `npm run bench`: set-up, then the benchmark of test/bench; arguments go to it (`npm run bench -- --help`).
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const steps = [
  ["bin/setup.js", "--bench"],
  ["node_modules/typescript/bin/tsc", "-p", "test/bench/tsconfig.json"],
  ["dist/bench/main.js", ...process.argv.slice(2)],
];
for (const [script, ...args] of steps) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}
