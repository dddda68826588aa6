import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { linuxCommand, linuxKernel } from "./linux-guest.js";
import { bakeImage, qemuCommand } from "./rr-guest.js";
import { inTurns, median, ratio } from "./series.js";
import { timed, tool, type Timed } from "./stopwatch.js";
import type { Bench, Measurement, Result } from "./types.js";

/** For both guests alike. */
const MEMORY_MB = 256;

/** All inserts in one transaction, in a database in memory. */
export const sqliteMemory: Measurement = {
  rows: ["sqlite-memory"],
  async measure(bench) {
    const values = await inserting(bench, "memory", { database: ":memory:", before: "BEGIN;", after: "COMMIT;" });
    return [{
      name: "sqlite-memory", title: `SQLite: ${bench.transactions.toLocaleString("en")} inserts, one transaction, in memory`, unit: "ms", values,
      goal: { of: "Linux guest / rr", value: ratio(median(values.linux), median(values.rr)), limit: 1, is: "at least", unit: "x" },
    }];
  },
};

/** Each insert a transaction of its own, with a journal that is made and removed, in a file in memory. */
export const sqliteAutocommit: Measurement = {
  rows: ["sqlite-autocommit"],
  async measure(bench) {
    const values = await inserting(bench, "autocommit", { database: "tmp/autocommit.db", before: "PRAGMA journal_mode = DELETE;", after: "" });
    return [{
      name: "sqlite-autocommit", title: `SQLite: ${bench.transactions.toLocaleString("en")} transactions, journal_mode=DELETE, file in memory`, unit: "ms", values,
      goal: { of: "Linux guest / rr", value: ratio(median(values.linux), median(values.rr)), limit: 1.3, is: "at least", unit: "x" },
      notes: ["The file is on the RAM file system in rr, on tmpfs in the Linux guest and on the host."],
    }];
  },
};

/** Milliseconds on the clock of the system that runs it, from the first insert to the last. */
async function inserting(bench: Bench, name: string, how: { database: string; before: string; after: string }): Promise<Result["values"]> {
  const program = await sqlite(bench);
  const rootfs = join(bench.scratch, `root-${name}`);
  await mkdir(join(rootfs, "tmp"), { recursive: true });
  await writeFile(join(rootfs, "insert.sql"), Array.from({ length: bench.transactions }, (_, i) => `INSERT INTO item(number, name) VALUES(${(i * 7919) % 100_003}, 'item ${i}');\n`).join(""));
  await writeFile(join(rootfs, "run.sql"), [
    "CREATE TABLE item(id INTEGER PRIMARY KEY, number INTEGER, name TEXT);",
    how.before,
    clock("begin"),
    ".read insert.sql",
    how.after,
    clock("end"),
    "SELECT 'rows', count(*) FROM item;",
    "PRAGMA integrity_check;",
    "",
  ].join("\n"));
  const args = ["-batch", how.database, ".read run.sql"];
  const command = await qemuCommand(await bakeImage(bench, program, `sqlite-${name}`, { rootfs, args }), { memoryMb: MEMORY_MB });
  const linux = await linuxKernel(bench).then((kernel) => linuxCommand(bench, kernel, { program, args, rootfs, memoryMb: MEMORY_MB })).catch((error: unknown) => error as Error);
  return inTurns({
    rr: async () => duration(bench, await timed(bench, command, { sockets: true })),
    linux: async () => {
      if (linux instanceof Error) {
        throw linux;
      }
      return duration(bench, await timed(bench, linux));
    },
    native: () => inRamFolder(bench, rootfs, async (cwd) => duration(bench, await timed(bench, [program, ...args], { cwd }))),
  }, bench.samples, bench.say);
}

/** A statement that prints `name` and the time in milliseconds. */
function clock(name: string): string {
  return `SELECT printf('${name} %.0f', (julianday('now') - 2440587.5) * 86400000);`;
}

function duration(bench: Bench, { stdout, status }: Timed): number {
  const at = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(stdout)?.[1]);
  if (!stdout.includes(`rows|${bench.transactions}\n`) || !/^ok$/m.test(stdout) || Number.isNaN(at("end") - at("begin"))) {
    throw new Error(`sqlite3 printed ${JSON.stringify(stdout.slice(-300))} and ended with status ${status}`);
  }
  return at("end") - at("begin");
}

/** The shell of examples/sqlite, built once by its Makefile. */
async function sqlite(bench: Bench): Promise<string> {
  const build = join(bench.cache, "bench", "sqlite");
  await mkdir(build, { recursive: true });
  bench.say("building examples/sqlite, if it is not built yet");
  await tool(bench, "make", ["-s", "-C", join(bench.root, "examples", "sqlite"), `RR_BUILD=${build}`, `RR_PREFIX=${bench.prefix}`]);
  return join(build, "sqlite3");
}

/** With a copy of `content` in a folder that is on no disk, where there is one. */
async function inRamFolder<T>(bench: Bench, content: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : bench.scratch, "rr-bench-"));
  try {
    await cp(content, folder, { recursive: true });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
