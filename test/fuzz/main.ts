/** `npm run fuzz`: random programs on the host and in an image until the time is over or one differs, which is made small and printed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPlatform } from "rr";
import { Machines, ROOT } from "./machines.js";
import { format, generate, type Program } from "./program.js";
import { differs, shrink } from "./shrink.js";

const HELP = `Usage: npm run fuzz -- [--minutes N] [--seed S] [--programs N] [--keep]

Random programs run on the host and in an image; what they tell must be the same.
  --minutes N   for so long (default 5)
  --seed S      the first program's; the next ones follow (default: by the clock)
  --programs N  of one boot (default 150)
  --keep        a program that differs becomes test/fuzz/cases/seed-S.json, which the tests run from then on
Exit code: 1 when one differs.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string" },
    programs: { type: "string", default: "150" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const end = Date.now() + Number(values.minutes) * 60_000;
  const perBoot = Number(values.programs);
  process.stderr.write("bringing the platform up to date\n");
  await buildPlatform({ platform: "hw" });
  const machines = await Machines.make();
  try {
    let done = 0;
    for (let seed = Number(values.seed ?? Date.now() % 1_000_000); Date.now() < end; seed += perBoot) {
      const programs = Array.from({ length: perBoot }, (_, index) => generate(seed + index));
      const outcomes = await machines.run(programs);
      const index = outcomes.findIndex(differs);
      if (index >= 0) {
        await report(machines, seed + index, programs[index] ?? []);
        return 1;
      }
      done += perBoot;
      process.stderr.write(`${done} programs agree, the last of seed ${seed + perBoot - 1}\n`);
    }
    return 0;
  } finally {
    await machines.remove();
  }
}

async function report(machines: Machines, seed: number, program: Program): Promise<void> {
  process.stderr.write(`seed ${seed} differs; making its ${program.length} steps fewer\n`);
  const small = await shrink(program, (programs) => machines.run(programs));
  const [outcome] = await machines.run([small]);
  process.stdout.write(`seed ${seed}, ${small.length} steps:\n${format(small)}\non the host:\n${outcome?.host}\nin the image:\n${outcome?.guest}\n`);
  if (values.keep) {
    const file = join(ROOT, "test", "fuzz", "cases", `seed-${seed}.json`);
    const steps = small.map((step) => `  ${JSON.stringify(step)}`).join(",\n");
    writeFileSync(file, `[\n${steps}\n]\n`);
    process.stdout.write(`kept as ${file}\n`);
  }
}

process.exitCode = await main();
