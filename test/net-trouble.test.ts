/** Transfers between an image and a Linux host over a link that loses, repeats, reorders, delays, damages and narrows. `npm run trouble` has more seeds. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { build } from "./net/guest.js";
import { labProblem, workshop } from "./net/lab.js";
import { SCHEDULES, transfer } from "./net/trouble/schedules.js";

const directory = await workshop();
const problem = labProblem(directory);
if (problem !== undefined) {
  process.stderr.write(`no network with trouble here, its tests are skipped: ${problem}\n`);
}
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(problem !== undefined)("transfers over a link with trouble", () => {
  beforeAll(async () => {
    await build(directory, "transfer");
  }, 600_000);

  it.each(SCHEDULES.map((schedule) => [schedule.name, schedule] as const))("%s", async (_name, schedule) => {
    await transfer(directory, schedule, 1);
  });
});
