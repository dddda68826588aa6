import { linuxCommand, linuxKernel } from "./linux-guest.js";
import { bakeImage, compile, qemuCommand } from "./rr-guest.js";
import { median, ratio, series } from "./series.js";
import { timed, type Timed } from "./stopwatch.js";
import type { Bench, Measurement, Result, Series } from "./types.js";

/** For both guests alike. */
const MEMORY_MB = 128;
const LEAST_RATIO = 3;

/** What programs/primitives.c measures, in its order. */
const TITLES = {
  "pipe-threads": "round trip through two pipes, between threads",
  "pipe-processes": "round trip through two pipes, between processes",
  futex: "two hand-overs by futex, between threads",
  thread: "thread: create and join",
  fork: "fork, exit, wait",
  exec: "fork, exec, exit, wait",
  fault: "first touch of a page of anonymous memory",
  mmap: "mmap and munmap of four pages",
  mprotect: "mprotect of a page that is used",
  signal: "a signal to oneself, its handler, back",
  select: "select on 100 descriptors",
  epoll: "write, epoll_wait among 100, read",
} as const;
type Name = keyof typeof TITLES;
const NAMES = Object.keys(TITLES) as Name[];

type Side = "rr" | "linux" | "native";
const SIDES: readonly Side[] = ["rr", "linux", "native"];

/** Processes, threads, signals, memory and waiting: the same program in rr, in a Linux guest and on the host. */
export const primitives: Measurement = {
  rows: NAMES,
  async measure(bench) {
    const program = await compile(bench, "primitives.c", ["-O2", "-pthread"]);
    const command = await qemuCommand(await bakeImage(bench, program, "primitives"), { memoryMb: MEMORY_MB });
    const kernel = await linuxKernel(bench).catch((error: unknown) => error as Error);
    const runs: Record<Side, () => Promise<Timed>> = {
      rr: () => timed(bench, command, { sockets: true }),
      linux: async () => {
        if (kernel instanceof Error) {
          throw kernel;
        }
        return timed(bench, await linuxCommand(bench, kernel, { program, memoryMb: MEMORY_MB }));
      },
      native: () => timed(bench, [program]),
    };
    const figures = await collect(bench, runs);
    return NAMES.map((name): Result => {
      const values = Object.fromEntries(SIDES.map((side) => [side, seriesOf(figures[side], name)])) as Record<Side, Series>;
      return {
        name, title: TITLES[name], unit: "ns", values,
        goal: { of: "Linux guest / rr", value: ratio(median(values.linux), median(values.rr)), limit: LEAST_RATIO, is: "at least", unit: "x" },
      };
    });
  },
};

/** One run gives all figures of a side; sides take turns. What fails is left out from then on. */
async function collect(bench: Bench, runs: Record<Side, () => Promise<Timed>>): Promise<Record<Side, Map<Name, number>[] | Error>> {
  const figures: Record<Side, Map<Name, number>[] | Error> = { rr: [], linux: [], native: [] };
  for (let round = 1; round <= bench.samples; round++) {
    bench.say(`round ${round} of ${bench.samples}`);
    for (const side of SIDES) {
      const sofar = figures[side];
      if (sofar instanceof Error) {
        continue;
      }
      try {
        sofar.push(read(await runs[side]()));
      } catch (error) {
        figures[side] = error as Error;
        bench.say(`${side}: ${(error as Error).message}`);
      }
    }
  }
  return figures;
}

/** "fork 1234.5" lines. Rejects when one is missing. */
function read({ stdout, status }: Timed): Map<Name, number> {
  return new Map(NAMES.map((name) => {
    const match = new RegExp(`^${name} ([\\d.]+)\\r?$`, "m").exec(stdout);
    if (match === null) {
      throw new Error(`primitives printed no figure for ${name} and ended with status ${status}: ${JSON.stringify(stdout.slice(-200))}`);
    }
    return [name, Number(match[1])];
  }));
}

function seriesOf(figures: Map<Name, number>[] | Error, name: Name): Series {
  return figures instanceof Error ? { failed: figures.message } : series(figures.map((run) => run.get(name) ?? NaN));
}
