/** Hostile packets: the stack under sanitisers on the host, and an image that goes on serving. `npm run fuzz:net` looks for more. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildAttack, stormOnImage } from "./net/fuzz/image.js";
import { buildStack, runCase, runSeeds, type Case } from "./net/fuzz/stack.js";
import { labProblem, ROOT, workshop } from "./net/lab.js";

const CASES = join(ROOT, "test/net/fuzz/cases");
const directory = await workshop();
const problem = labProblem(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("hostile packets", () => {
  let program: string;
  beforeAll(async () => {
    program = await buildStack(directory);
  }, 600_000);

  it("of seeds 1 to 80 do no harm to the stack", async () => {
    expect(await runSeeds(program, 1, 80, 2000)).toBeUndefined();
  });

  it.each(existsSync(CASES) ? readdirSync(CASES).filter((name) => name.endsWith(".json")).sort() : [])("that once did harm do none: %s", async (name) => {
    expect(await runCase(program, JSON.parse(readFileSync(join(CASES, name), "utf8")) as Case)).toBeUndefined();
  });

  it.skipIf(problem !== undefined)("do no harm to an image", async () => {
    await buildAttack(directory);
    expect(await stormOnImage(directory, 1, 15_000)).toBeUndefined();
  });
});
