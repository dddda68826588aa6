import { linuxCommand, linuxKernel } from "./linux-guest.js";
import { bakeImage, compile, qemuCommand } from "./rr-guest.js";
import { inTurns, median } from "./series.js";
import { timed, type Timed } from "./stopwatch.js";
import type { Measurement } from "./types.js";

const SECONDS = 10;
const MEMORY_MB = 128;

/** The share of a core that QEMU uses while its guest waits: a long wait's processor time less that of none at all. */
export const idle: Measurement = {
  rows: ["idle"],
  async measure(bench) {
    const program = await compile(bench, "idle.c", ["-O2", "-pthread"]);
    const image = async (seconds: number): Promise<string[]> => qemuCommand(await bakeImage(bench, program, `idle-${seconds}`, { args: [String(seconds)] }), { memoryMb: MEMORY_MB });
    const [rrNone, rrLong] = [await image(0), await image(SECONDS)];
    const kernel = await linuxKernel(bench).catch((error: unknown) => error as Error);
    const linux = async (seconds: number): Promise<Timed> => {
      if (kernel instanceof Error) {
        throw kernel;
      }
      return timed(bench, await linuxCommand(bench, kernel, { program, args: [String(seconds)], memoryMb: MEMORY_MB }));
    };
    const rr = (command: readonly string[]): Promise<Timed> => timed(bench, command, { sockets: true });
    const share = async (none: () => Promise<Timed>, long: () => Promise<Timed>): Promise<number> => {
      const [least, most] = [waited(await none()), waited(await long())];
      return Math.max(0, ((most - least) / (SECONDS * 1000)) * 100);
    };
    // Each sample takes the time it waits: a few do.
    const values = await inTurns({ rr: () => share(() => rr(rrNone), () => rr(rrLong)), linux: () => share(() => linux(0), () => linux(SECONDS)) }, Math.min(bench.samples, 3), bench.say);
    return [{ name: "idle", title: "processor time of an idle guest", unit: "%", values, goal: { of: "of a core", value: median(values.rr), limit: 1, is: "at most", unit: "%" } }];
  },
};

function waited({ stdout, status, cpuMilliseconds }: Timed): number {
  if (!stdout.includes("idle: done")) {
    throw new Error(`idle printed ${JSON.stringify(stdout.slice(-200))} and ended with status ${status}`);
  }
  return cpuMilliseconds;
}
