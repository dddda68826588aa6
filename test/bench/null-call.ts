import { linuxCommand, linuxKernel } from "./linux-guest.js";
import { bakeImage, compile, qemuCommand } from "./rr-guest.js";
import { inTurns, median, ratio, series } from "./series.js";
import { timed, type Timed } from "./stopwatch.js";
import type { Measurement, Series } from "./types.js";

type Side = "rr" | "linux" | "native";

/** What a system call that does nothing costs, beside a function that does nothing, in the same program. */
export const nullCall: Measurement = {
  rows: ["function", "getppid"],
  async measure(bench) {
    const program = await compile(bench, "null-call.c", ["-O2"]);
    const command = await qemuCommand(await bakeImage(bench, program, "null-call"));
    const linux = await linuxKernel(bench).then((kernel) => linuxCommand(bench, kernel, { program, memoryMb: 128 })).catch((error: unknown) => error as Error);
    const functions: Record<Side, number[]> = { rr: [], linux: [], native: [] };
    const ratios: number[] = [];
    const one = (side: Side, ended: Timed): number => {
      const [empty, call] = [figure(ended, "function"), figure(ended, "getppid")];
      functions[side].push(empty);
      if (side === "rr") {
        ratios.push(call / empty);
      }
      return call;
    };
    const calls = await inTurns({
      rr: async () => one("rr", await timed(bench, command, { sockets: true })),
      linux: async () => {
        if (linux instanceof Error) {
          throw linux;
        }
        return one("linux", await timed(bench, linux));
      },
      native: async () => one("native", await timed(bench, [program])),
    }, bench.samples, bench.say);
    const empty = Object.fromEntries((Object.keys(functions) as Side[]).map((side) => [side, withoutWarmUp(functions[side], calls[side])])) as Record<Side, Series>;
    return [
      {
        name: "function", title: "an empty function call", unit: "ns", values: empty,
        notes: ["The ratio is the median of those of each run: what else the machine does hits both sides of one run alike."],
        goal: { of: "getppid / function, rr", value: median(withoutWarmUp(ratios, calls.rr)), limit: 3, is: "at most", unit: "x" },
      },
      {
        name: "getppid", title: "a null system call (getppid)", unit: "ns", values: calls,
        goal: { of: "Linux guest / rr", value: ratio(median(calls.linux), median(calls.rr)), limit: 10, is: "at least", unit: "x" },
      },
    ];
  },
};

function withoutWarmUp(samples: readonly number[], calls: Series): Series {
  return "failed" in calls ? calls : series(samples.slice(1));
}

/** "getppid 12.3" -> 12.3 */
function figure({ stdout, status }: Timed, name: string): number {
  const match = new RegExp(`^${name} ([\\d.]+)$`, "m").exec(stdout);
  if (match === null) {
    throw new Error(`null-call printed ${JSON.stringify(stdout.slice(-200))} and ended with status ${status}`);
  }
  return Number(match[1]);
}
