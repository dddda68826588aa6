import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { linuxCommand, linuxKernel } from "./linux-guest.js";
import { bakeImage, bootMilliseconds, compile, qemuCommand, rrTool, withKernel } from "./rr-guest.js";
import { inTurns, median, ratio, series } from "./series.js";
import { timed, tool, type Timed } from "./stopwatch.js";
import type { Bench, Measurement, Series } from "./types.js";

const GREETING = "Hello, world!\n";

/** How large hello is, and how little memory it needs. */
export const size: Measurement = {
  rows: ["image", "memory"],
  async measure(bench) {
    const { program, image } = await hello(bench);
    const bytes = (await stat(image)).size;
    const least = await leastMemory(bench, image);
    return [
      {
        name: "image", title: "hello: size of the image", unit: "bytes",
        values: { rr: series([bytes]), native: series([(await stat(program)).size]) },
        goal: { of: "image", value: bytes, limit: 65_536, is: "at most", unit: "bytes" },
      },
      {
        name: "memory", title: "hello: least memory it boots with", unit: "MB",
        values: { rr: least === undefined ? { failed: "does not boot with 16 MB" } : series([least]) },
        goal: { of: "-M", value: least, limit: 2, is: "at most", unit: "MB" },
      },
    ];
  },
};

/** From the start of QEMU, or of rr, to the end. */
export const start: Measurement = {
  rows: ["start", "boot", "rr-run"],
  async measure(bench) {
    const { program, image } = await hello(bench);
    const command = await qemuCommand(image);
    const timeline = await qemuCommand(image, { bootTimeline: true });
    const floor = withKernel(command, await emptyGuest(bench));
    const linux = await linuxKernel(bench).then((kernel) => linuxCommand(bench, kernel, { program, memoryMb: 128 })).catch((error: unknown) => error as Error);
    const boots: number[] = [];
    const times = await inTurns({
      floor: async () => (await timed(bench, floor, { sockets: true })).milliseconds,
      rr: async () => {
        const { milliseconds } = greeted(await timed(bench, command, { sockets: true }));
        // A run of its own: only a guest that is asked for its timeline finds out how fast its clock is, and says.
        boots.push(bootMilliseconds(greeted(await timed(bench, timeline, { sockets: true })).control));
        return milliseconds;
      },
      rrRun: async () => greeted(await timed(bench, [rrTool(bench), "run", "qemu", "-i", "--accel", "tcg", image])).milliseconds,
      linux: async () => {
        if (linux instanceof Error) {
          throw linux;
        }
        return greeted(await timed(bench, linux)).milliseconds;
      },
      native: async () => greeted(await timed(bench, [program])).milliseconds,
    }, bench.samples, bench.say);
    const { floor: floorTime, rr, rrRun, linux: linuxTime, native } = times;
    const added = difference(median(rrRun), median(rr));
    const boot: Series = "failed" in rr ? rr : series(boots.slice(1));
    return [
      {
        name: "start", title: "hello: start of QEMU to its end, microvm", unit: "ms",
        values: { floor: floorTime, rr, linux: linuxTime, native },
        goal: { of: "rr / floor", value: ratio(median(rr), median(floorTime)), limit: 1.25, is: "at most", unit: "x" },
        notes: ["The floor is an empty guest on the same machine, with the same arguments."],
      },
      {
        name: "boot", title: "hello: the libOS's own boot", unit: "ms",
        values: { rr: boot },
        goal: { of: "boot", value: median(boot), limit: 3, is: "at most", unit: "ms" },
      },
      {
        name: "rr-run", title: "hello: `rr run`, start to end", unit: "ms",
        values: { rr: rrRun },
        goal: { of: "rr run - QEMU alone", value: added, limit: 150, is: "at most", unit: "ms" },
        notes: ["QEMU alone with the same image is the row of the start of QEMU."],
      },
    ];
  },
};

/** How long `rr bake` takes. */
export const bake: Measurement = {
  rows: ["bake"],
  async measure(bench) {
    const { program } = await hello(bench);
    const out = join(bench.scratch, "timed.bin");
    const { rr } = await inTurns({
      rr: async () => {
        const ended = await timed(bench, [rrTool(bench), "bake", "-q", "hw_generic", out, program]);
        if (ended.status !== 0) {
          throw new Error(`rr bake ended with status ${ended.status}`);
        }
        return ended.milliseconds;
      },
    }, bench.samples, bench.say);
    return [{ name: "bake", title: "hello: `rr bake`", unit: "ms", values: { rr }, goal: { of: "rr bake", value: median(rr), limit: 500, is: "at most", unit: "ms" } }];
  },
};

/**
 * The instructions that hello and its libOS execute, counted by QEMU, and where they are. An emulator pays for each
 * instruction the first time it comes; one that is repeated costs a hundredth of that.
 */
export const instructions: Measurement = {
  rows: ["instructions"],
  async measure(bench) {
    const { image } = await hello(bench);
    const trace = join(bench.scratch, "trace");
    // One instruction a translation block, and a line for each block that is executed.
    greeted(await timed(bench, [...(await qemuCommand(image)), "-singlestep", "-d", "exec,nochain", "-D", trace], { sockets: true }));
    const symbols = await functions(bench, `${image}.debug`);
    const places = new Map<bigint, number>();
    for (const [, address = ""] of (await readFile(trace, "utf8")).matchAll(/^Trace \d+: \S+ \[[0-9a-f]+\/([0-9a-f]+)\//gm)) {
      const pc = BigInt(`0x${address}`);
      places.set(pc, (places.get(pc) ?? 0) + 1);
    }
    const all = [...places];
    const program = all.filter(([pc]) => pc >= 0x40_0000n && pc < 0x8000_0000n);
    // Below the program: the libOS before it has its page tables. Below 1 MB: the machine's firmware.
    const libos = all.filter(([pc]) => (pc >= 0x10_0000n && pc < 0x40_0000n) || pc >= 0xffff_ffff_c000_0000n);
    const distinct = new Map<string, number>();
    for (const [pc] of libos) {
      const name = nameOf(symbols, pc);
      distinct.set(name, (distinct.get(name) ?? 0) + 1);
    }
    const byNumber = [...distinct].sort(([, a], [, b]) => b - a);
    const most = byNumber.slice(0, 12);
    return [{
      name: "instructions", title: "hello: distinct instructions of the libOS, boot to end", unit: "instructions",
      values: { rr: series([libos.length]) },
      notes: [
        `Executed ${executed(libos)}; the program, its libc included, ${executed(program)}, ${program.length} of them distinct.`,
        `Most are in ${most.map(([name, count]) => `${name} ${count}`).join(", ")}.`,
      ],
      detail: Object.fromEntries(byNumber),
    }];
  },
};

function executed(places: readonly (readonly [bigint, number])[]): number {
  return places.reduce((sum, [, count]) => sum + count, 0);
}

async function hello(bench: Bench): Promise<{ program: string; image: string }> {
  const program = await compile(bench, "hello.c", ["-Os"]);
  return { program, image: await bakeImage(bench, program, "hello") };
}

/** A guest that ends at once: what QEMU itself costs. Its path. */
export async function emptyGuest(bench: Bench): Promise<string> {
  const object = join(bench.scratch, "floor.o");
  const out = join(bench.scratch, "floor");
  await tool(bench, "gcc", ["-c", "-o", object, join(bench.root, "test", "bench", "programs", "floor.S")]);
  await tool(bench, "ld", ["-Ttext=0x100000", "--build-id=none", "-o", out, object]);
  return out;
}

async function leastMemory(bench: Bench, image: string): Promise<number | undefined> {
  for (const megabytes of [2, 3, 4, 8, 16]) {
    const { status, stdout } = await timed(bench, [rrTool(bench), "run", "qemu", "-i", "--accel", "tcg", "--timeout", "20", "-M", String(megabytes), image]);
    if (status === 0 && stdout === GREETING) {
      return megabytes;
    }
  }
  return undefined;
}

/** Throws unless it printed what it should. */
function greeted(ended: Timed): Timed {
  if (!ended.stdout.includes(GREETING)) {
    throw new Error(`hello printed ${JSON.stringify(ended.stdout.slice(-200))} and ended with status ${ended.status}`);
  }
  return ended;
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}

/** The functions of an executable, ascending. */
async function functions(bench: Bench, file: string): Promise<{ address: bigint; name: string }[]> {
  const text = await tool(bench, "nm", ["-n", file]);
  return [...text.matchAll(/^([0-9a-f]+) [tTwW] (\S+)$/gm)].map(([, address, name]) => ({ address: BigInt(`0x${address}`), name: name ?? "" }));
}

function nameOf(symbols: readonly { address: bigint; name: string }[], pc: bigint): string {
  // Before paging is on, code runs at its physical address.
  const linked = pc < 0x4000_0000n ? pc + 0xffff_ffff_c000_0000n : pc;
  return symbols.findLast(({ address }) => address <= linked)?.name ?? "(start)";
}
