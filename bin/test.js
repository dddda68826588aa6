#!/usr/bin/env node
// `npm test`: set-up, type check, all tests; arguments go to vitest. The last line says how many passed and failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rr-test-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const report = join(folder, "report.json");

const steps = [
  ["bin/setup.js", "--tests"],
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--noEmit"],
  ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)],
];
const failed = steps.find(([script, ...args]) => spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: "inherit" }).status !== 0);
const counts = count(readReport());
if (failed !== undefined && counts.failed === 0) {
  // A set-up, a type error, or something vitest saw outside any test.
  process.stdout.write(`failed: ${failed[0]}\n`);
  counts.failed = 1;
}
if (counts.skipped > 0) {
  process.stdout.write(`${counts.skipped} skipped\n`);
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;

function readReport() {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

/** A file that could not even be loaded has no tests to count: it counts as one that failed. */
function count({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"));
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}
