import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../src/workspace/paths.js";
import { Machines } from "./fuzz/machines.js";
import { format, generate, type Program } from "./fuzz/program.js";

/** Random programs run on the host as in an image; docs/testing.md tells how to look for more and what to do with one that differs. */
const CASES = join(packageRoot(), "test", "fuzz", "cases");
const FIRST_SEED = 1;
const PROGRAMS = 150;

describe("random programs", () => {
  let machines: Machines;
  beforeAll(async () => {
    machines = await Machines.make();
  });
  afterAll(() => machines.remove());

  async function expectAgreement(names: readonly string[], programs: readonly Program[]): Promise<void> {
    const outcomes = await machines.run(programs);
    for (const [index, { host, guest }] of outcomes.entries()) {
      expect({ told: guest }, `${names[index]}:\n${format(programs[index] ?? [])}`).toEqual({ told: host });
    }
  }

  it(`of seeds ${FIRST_SEED} to ${FIRST_SEED + PROGRAMS - 1} agree`, async () => {
    const seeds = Array.from({ length: PROGRAMS }, (_, index) => FIRST_SEED + index);
    await expectAgreement(seeds.map((seed) => `seed ${seed}`), seeds.map(generate));
  });

  it("that once differed agree", async () => {
    const files = readdirSync(CASES).filter((name) => name.endsWith(".json")).sort();
    await expectAgreement(files, files.map((name) => JSON.parse(readFileSync(join(CASES, name), "utf8")) as Program));
  });
});
