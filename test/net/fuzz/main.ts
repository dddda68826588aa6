/** `npm run fuzz:net`: hostile packets for the stack on the host, and for an image that serves meanwhile, until the time is over or something fails. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPlatform } from "rr";
import { labProblem, ROOT, workshop } from "../lab.js";
import { buildAttack, stormOnImage } from "./image.js";
import { buildStack, runCase, runSeeds, shrinkCase } from "./stack.js";

const HELP = `Usage: npm run fuzz:net -- [--minutes N] [--seed S] [--steps N] [--keep] [--no-image]

Packets that nobody should send, for the network stack under sanitisers on this host, in turns with an image that has to go on serving.
  --minutes N  for so long (default 5)
  --seed S     the first one; the next ones follow (default: by the clock)
  --steps N    packets of a seed (default 2000)
  --keep       a seed that fails becomes test/net/fuzz/cases/seed-S.json, which the tests run from then on
  --no-image   the host's part only
Exit code: 1 when something fails.
`;
const SEEDS_AT_ONCE = 200;
const PACKETS_FOR_IMAGE = 20_000;
/** So many fill all tables: 1,024 neighbours, 8,192 connections in TIME-WAIT (850 KB), half-open ones, free buffers that are kept (256 KB). */
const KEPT_KILOBYTES = 1280;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string" },
    steps: { type: "string", default: "2000" },
    keep: { type: "boolean", default: false },
    "no-image": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const end = Date.now() + Number(values.minutes) * 60_000;
  const steps = Number(values.steps);
  const directory = await workshop();
  try {
    const problem = values["no-image"] ? "not wanted" : labProblem(directory);
    if (problem === undefined) {
      say("bringing the platform up to date");
      await buildPlatform({ platform: "hw" });
      await buildAttack(directory);
    } else {
      say(`without an image: ${problem}`);
    }
    const program = await buildStack(directory);
    for (let seed = Number(values.seed ?? Date.now() % 1_000_000); Date.now() < end; seed += SEEDS_AT_ONCE) {
      const failure = await runSeeds(program, seed, SEEDS_AT_ONCE, steps);
      if (failure !== undefined) {
        await report(program, failure.seed, steps, failure.text);
        return 1;
      }
      say(`seeds up to ${seed + SEEDS_AT_ONCE - 1} did no harm on the host`);
      if (problem === undefined) {
        const harm = await stormOnImage(directory, seed, PACKETS_FOR_IMAGE, KEPT_KILOBYTES);
        if (harm !== undefined) {
          process.stdout.write(`seed ${seed} on an image: ${harm}\n`);
          return 1;
        }
        say(`seed ${seed} did no harm to an image`);
      }
    }
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function report(program: string, seed: number, steps: number, text: string): Promise<void> {
  process.stdout.write(`${text}\nseed ${seed} fails; making its ${steps} packets fewer\n`);
  const small = await shrinkCase(program, seed, steps);
  process.stdout.write(`packets ${small.steps.join(" ")}:\n${await runCase(program, small)}\n`);
  if (values.keep) {
    const cases = join(ROOT, "test/net/fuzz/cases");
    mkdirSync(cases, { recursive: true });
    writeFileSync(join(cases, `seed-${seed}.json`), `${JSON.stringify(small)}\n`);
  }
}

process.exitCode = await main();
