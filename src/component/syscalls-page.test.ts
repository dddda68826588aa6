import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../workspace/paths.js";
import { loadManifests } from "./manifest.js";
import { syscallsPage } from "./syscalls-page.js";

test("docs/syscalls.md says what the manifests say (npm run docs writes it)", async () => {
  const page = await readFile(join(packageRoot(), "docs", "syscalls.md"), "utf8");
  const lines = page.split("\n");
  const wanted = syscallsPage(await loadManifests(join(packageRoot(), "components"))).split("\n");
  expect(wanted.filter((line) => !lines.includes(line))).toEqual([]);
  expect(lines.length).toBe(wanted.length);
});

test("a call is implemented, partly with what is missing, or not", () => {
  const page = syscallsPage([
    { name: "pipe", layer: "fs", summary: "Pipes.", needs: [], wants: [], joins: [], traces: [], syscalls: { pipe: {}, pipe2: { partial: "No O_DIRECT | O_NOTIFICATION_PIPE." } } },
  ]);
  expect(page).toContain("| 22 | pipe | yes | pipe |");
  expect(page).toContain("| 293 | pipe2 | partly: No O_DIRECT \\| O_NOTIFICATION_PIPE. | pipe |");
  expect(page).toContain("| 0 | read | no |  |");
  expect(page).toMatch(/2 of \d+ calls are implemented, 1 of them partly/);
});
