/**
 * `npm run bench`: what rr is measured by, side by side with an empty guest, a Linux guest and the host. Prints a table on standard
 * output, progress on standard error; writes JSON and Markdown into bench/results. A missed goal is no failure.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildPlatform, cacheDirectory, prefixDirectory } from "rr";
import { bake, instructions, size, start } from "./hello.js";
import { nullCall } from "./null-call.js";
import { idle } from "./idle.js";
import { primitives } from "./primitives.js";
import { markdown, table, type Circumstances } from "./report.js";
import { compile } from "./rr-guest.js";
import { firstReply, footprint, throughput } from "./servers/rows.js";
import { sqliteAutocommit, sqliteMemory } from "./sqlite.js";
import { tool } from "./stopwatch.js";
import type { Bench, Measurement, Result } from "./types.js";

const MEASUREMENTS: readonly Measurement[] = [size, start, bake, instructions, nullCall, primitives, idle, sqliteMemory, sqliteAutocommit, footprint, firstReply, ...throughput];
const ROWS = MEASUREMENTS.flatMap(({ rows }) => rows);

const USAGE = `usage: npm run bench -- [-n SAMPLES] [--quick] [--only ROW]...

  -n, --samples N   samples of each variant (10), after one that does not count
      --quick       3 samples, a tenth of SQLite's transactions
      --only ROW    that row and those measured with it: ${ROWS.join(", ")}
`;

const root = fileURLToPath(new URL("../..", import.meta.url));
process.exitCode = await main();

async function main(): Promise<number> {
  const options = parse();
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const bench: Bench = {
    samples: options.samples,
    transactions: options.quick ? 6_000 : 60_000,
    prefix: prefixDirectory(),
    cache: cacheDirectory(),
    scratch: mkdtempSync(join(tmpdir(), "rr-bench-")),
    root,
    say: (text) => process.stderr.write(`${text}\n`),
  };
  process.on("exit", () => rmSync(bench.scratch, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => process.exit(130));
  }
  await prepare(bench);
  const results = await measure(bench, options.only);
  const where = circumstances(bench);
  writeReports(results, where);
  process.stdout.write(`${table(results)}\n`);
  return 0;
}

function parse(): { samples: number; quick: boolean; only: readonly string[] } | undefined {
  try {
    const { values } = parseArgs({
      options: { samples: { type: "string", short: "n" }, quick: { type: "boolean", default: false }, only: { type: "string", multiple: true, default: [] } },
    });
    const { quick, only } = values;
    const samples = Number(values.samples ?? (quick ? 3 : 10));
    const good = Number.isInteger(samples) && samples > 0 && only.every((name) => ROWS.includes(name));
    return good ? { samples, quick, only } : undefined;
  } catch {
    return undefined;
  }
}

/** The platform, the stopwatch, and the init of the Linux guest. */
async function prepare(bench: Bench): Promise<void> {
  bench.say("bringing the platform up to date");
  await buildPlatform({ platform: "hw", prefix: bench.prefix, cache: bench.cache });
  const programs = join(root, "test", "bench", "programs");
  await tool(bench, "gcc", ["-O2", "-o", join(bench.scratch, "stopwatch"), join(programs, "stopwatch.c")]);
  await compile(bench, "linux-init.c", ["-O2"]);
}

async function measure(bench: Bench, only: readonly string[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const { rows, measure } of MEASUREMENTS) {
    if (only.length > 0 && !rows.some((name) => only.includes(name))) {
      continue;
    }
    bench.say(`== ${rows.join(", ")}`);
    try {
      results.push(...(await measure(bench)));
    } catch (error) {
      // The other rows are worth having all the same.
      bench.say(`${rows.join(", ")}: ${(error as Error).message}`);
      results.push(...rows.map((name): Result => ({ name, title: name, unit: "ms", values: { rr: { failed: (error as Error).message } } })));
    }
  }
  return results;
}

function writeReports(results: readonly Result[], where: Circumstances): void {
  const folder = join(root, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const stamp = where.date.replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const json = `${JSON.stringify({ where, results }, null, 2)}\n`;
  const page = markdown(results, where);
  for (const name of [stamp, "latest"]) {
    writeFileSync(join(folder, `${name}.json`), json);
    writeFileSync(join(folder, `${name}.md`), page);
  }
  process.stderr.write(`written: bench/results/${stamp}.json and .md, also as latest\n`);
}

function circumstances(bench: Bench): Circumstances {
  const kernel = ((): string => {
    try {
      return readdirSync(join(bench.cache, "bench", "linux")).find((name) => name.startsWith("vmlinuz-"))?.replace("vmlinuz-", "") ?? "none";
    } catch {
      return "none";
    }
  })();
  return {
    date: new Date().toISOString(),
    commit: firstLine("git", ["-C", root, "rev-parse", "--short", "HEAD"]),
    processor: cpus()[0]?.model ?? "unknown processor",
    processors: cpus().length,
    load: loadavg()[0]?.toFixed(1) ?? "?",
    host: release(),
    qemu: firstLine("qemu-system-x86_64", ["--version"]).replace(/ version| \(.*/g, ""),
    gcc: firstLine("gcc", ["--version"]).replace(/ \(.*\)/, ""),
    node: process.versions.node,
    linuxGuest: kernel,
    samples: bench.samples,
  };
}

function firstLine(file: string, args: readonly string[]): string {
  try {
    return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0] ?? "";
  } catch {
    return "unknown";
  }
}
