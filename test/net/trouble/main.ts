/** `npm run trouble`: transfers over a link with trouble, seed by seed, until the time is over or one fails. */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildPlatform } from "rr";
import { build } from "../guest.js";
import { labProblem, workshop } from "../lab.js";
import { SCHEDULES, transfer } from "./schedules.js";

const HELP = `Usage: npm run trouble -- [--minutes N] [--seed S] [--only NAME]

Transfers between an image and Linux over a link that loses, repeats, reorders, delays, damages and narrows.
  --minutes N  for so long (default 5)
  --seed S     the first one (default: by the clock)
  --only NAME  of the schedules in test/net/trouble/schedules.ts
Exit code: 1 when one fails; what the image's card saw is then in a file that is named.
`;
const SECONDS = 40;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "5" }, seed: { type: "string" }, only: { type: "string" }, help: { type: "boolean", default: false } } });

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const end = Date.now() + Number(values.minutes) * 60_000;
  const schedules = SCHEDULES.filter(({ name }) => values.only === undefined || name === values.only);
  const directory = await workshop();
  try {
    const problem = schedules.length === 0 ? `no schedule is called "${values.only}"; there are ${SCHEDULES.map(({ name }) => name).join(", ")}` : labProblem(directory);
    if (problem !== undefined) {
      process.stderr.write(`${problem}\n`);
      return 2;
    }
    await buildPlatform({ platform: "hw" });
    await build(directory, "transfer");
    for (let seed = Number(values.seed ?? Date.now() % 1_000_000); Date.now() < end; seed++) {
      for (const schedule of schedules) {
        const pcap = join(tmpdir(), `rr-trouble-${process.pid}.pcap`);
        try {
          await transfer(directory, schedule, seed, { seconds: SECONDS, pcap });
          rmSync(pcap, { force: true });
        } catch (error) {
          process.stdout.write(`${schedule.name}, seed ${seed}: ${String(error)}\nthe image's card: ${pcap}\n`);
          return 1;
        }
      }
      process.stderr.write(`seed ${seed}: all has arrived\n`);
    }
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
