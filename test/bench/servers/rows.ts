import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { emptyGuest } from "../hello.js";
import { qemuCommand, withKernel } from "../rr-guest.js";
import { figuresInTurns, inTurns, median, ratio, series } from "../series.js";
import { timed, tool } from "../stopwatch.js";
import type { Bench, Measurement, Result, Series } from "../types.js";
import { bulk, CONNECTIONS, http, redis as redisLoad, type Load } from "./loads.js";
import { nginx, redis, serve } from "./programs.js";
import { baked, imageLaunch, linuxLaunch, nativeLaunch, Server, type Launch, type Program, type Way } from "./server.js";

const WAYS: readonly Way[] = ["tap", "port"];
const WAY_TEXT: Readonly<Record<Way, string>> = { tap: "over a tap", port: "over a published port" };
const SECONDS = 3;
/** The largest machine that is tried for the least memory. */
const MOST_MB = 32;

/** What is asked of a server: the figure's row, and its goal against the Linux guest. */
interface Question {
  row: string;
  title: string;
  unit: "/s" | "MB/s";
  least: number;
  ask: (bench: Bench, server: Server) => Promise<Load>;
}

const NGINX: readonly Question[] = [
  { row: "nginx-requests", title: `nginx: small page, wrk -c${CONNECTIONS}`, unit: "/s", least: 2, ask: (bench, server) => http(bench, server, "/", SECONDS) },
  { row: "nginx-connections", title: `nginx: a connection for each request, wrk -c${CONNECTIONS}`, unit: "/s", least: 2, ask: (bench, server) => http(bench, server, "/", SECONDS, true) },
];
const REDIS: readonly Question[] = (["get", "set"] as const).flatMap((test) => [
  { row: `redis-${test}`, title: `redis: ${test.toUpperCase()}, ${CONNECTIONS} connections`, unit: "/s", least: 1.5, ask: (bench, server) => redisLoad(bench, server, test, 40_000, 1) },
  { row: `redis-${test}-pipeline`, title: `redis: ${test.toUpperCase()}, ${CONNECTIONS} connections, pipeline 16`, unit: "/s", least: 2, ask: (bench, server) => redisLoad(bench, server, test, 240_000, 16) },
]);
const BULK: readonly Question[] = [
  { row: "udp", title: "UDP: 64-byte packets there and back", unit: "/s", least: 3, ask: (bench, server) => bulk(bench, server, "udp", SECONDS) },
  { row: "bulk-in", title: "TCP: bulk into the guest", unit: "MB/s", least: 1, ask: (bench, server) => bulk(bench, server, "sink", SECONDS) },
  { row: "bulk-out", title: "TCP: bulk out of the guest", unit: "MB/s", least: 1, ask: (bench, server) => bulk(bench, server, "source", SECONDS) },
];

/** Throughput and latency under load. Each server runs in all its places all the time; whoever is not asked is idle. */
export const throughput: readonly Measurement[] = [
  { program: nginx, questions: NGINX },
  { program: redis, questions: REDIS },
  { program: serve, questions: BULK },
].map(({ program, questions }) => ({
  rows: questions.flatMap(({ row }) => WAYS.map((way) => `${row}-${way}`)),
  measure: async (bench) => {
    await tools(bench);
    const what = await program(bench);
    const results: Result[] = [];
    for (const way of WAYS) {
      results.push(...(await underLoad(bench, what, way, questions)));
    }
    return results;
  },
}));

async function underLoad(bench: Bench, program: Program, way: Way, questions: readonly Question[]): Promise<Result[]> {
  const launches: Record<string, () => Promise<Launch>> = {
    rr: () => imageLaunch(bench, program, way),
    linux: () => linuxLaunch(bench, program, way),
    ...(way === "tap" ? { native: () => nativeLaunch(bench, program) } : {}),
  };
  const servers = new Map<string, Server | Error>();
  try {
    for (const [variant, launch] of Object.entries(launches)) {
      servers.set(variant, await launch().then((how) => Server.start(bench, how, program)).catch((error: unknown) => error as Error));
    }
    const results: Result[] = [];
    for (const { row, title, unit, least, ask } of questions) {
      bench.say(`${row}, ${WAY_TEXT[way]}`);
      const variants = Object.fromEntries([...servers].map(([variant, server]) => [variant, async () => {
        if (server instanceof Error) {
          throw server;
        }
        const { rate, p99 } = await ask(bench, server);
        return { rate, p99: p99 ?? NaN };
      }]));
      const { rate, p99 } = await figuresInTurns<string, "rate" | "p99">(["rate", "p99"], variants, Math.ceil(bench.samples / 2), bench.say);
      results.push({
        name: `${row}-${way}`, title: `${title}, ${WAY_TEXT[way]}`, unit, values: rate,
        goal: { of: "rr / Linux guest", value: ratio(median(rate["rr"]), median(rate["linux"])), limit: least, is: "at least", unit: "x" },
      });
      if (Object.values(p99).some((one) => !Number.isNaN(median(one) ?? NaN))) {
        results.push({
          name: `${row}-${way}-p99`, title: "… 99 % within", unit: "ms", values: p99,
          goal: { of: "rr / Linux guest", value: ratio(median(p99["rr"]), median(p99["linux"])), limit: 1, is: "at most", unit: "x" },
        });
      }
    }
    return results;
  } finally {
    for (const server of servers.values()) {
      if (server instanceof Server) {
        await server.end();
      }
    }
  }
}

/** From the start of QEMU to the first byte of an answer. */
export const firstReply: Measurement = {
  rows: ["nginx", "redis"].flatMap((name) => WAYS.flatMap((way) => [`${name}-first-reply-${way}`, `${name}-first-reply-checkpoint-${way}`])),
  async measure(bench) {
    await tools(bench);
    const results: Result[] = [];
    for (const program of [await nginx(bench), await redis(bench)]) {
      for (const way of WAYS) {
        results.push(...(await replies(bench, program, way)));
      }
    }
    return results;
  },
};

/** From a start from nothing, and from an image in which the program has started already. */
async function replies(bench: Bench, program: Program, way: Way): Promise<Result[]> {
  const image = await imageLaunch(bench, program, way);
  const started = await imageLaunch(bench, { ...program, name: `${program.name}-checkpoint`, compress: false, checkpoint: true }, way);
  const linux = await linuxLaunch(bench, program, way).catch((error: unknown) => error as Error);
  const floor = withKernel(await qemuCommand(await baked(bench, program), { nets: ["none"] }), await emptyGuest(bench));
  const ask = async (launch: Launch): Promise<number> => {
    const words = [launch.address, String(launch.port(program.ports[0] ?? 0)), program.request, ...launch.command.slice(launch.within.length)];
    const [file = "", ...args] = [...launch.within, join(bench.scratch, "first-reply"), ...(launch.sockets ? ["-s"] : []), ...words];
    return Number(await tool(bench, file, args, bench.scratch, launch.env)) / 1e6;
  };
  const values = await inTurns({
    floor: async () => (await timed(bench, floor, { sockets: true })).milliseconds,
    rr: () => ask(image),
    started: () => ask(started),
    linux: async () => {
      if (linux instanceof Error) {
        throw linux;
      }
      return ask(linux);
    },
  }, bench.samples, bench.say);
  const row = (name: string, what: string, rr: Series, note: string): Result => ({
    name: `${program.name}-${name}-${way}`, title: `${program.name}${what}: start of QEMU to the first reply, ${WAY_TEXT[way]}`, unit: "ms",
    values: { floor: values.floor, rr, linux: values.linux },
    goal: { of: "rr / floor", value: ratio(median(rr), median(values.floor)), limit: 2, is: "at most", unit: "x" },
    notes: [`The floor is an empty guest without a network card, from the start of QEMU to its end.${note}`],
  });
  return [
    row("first-reply", "", values.rr, ""),
    row("first-reply-checkpoint", ", baked with --checkpoint", values.started, " The image is one in which the program has started already; the Linux guest starts it."),
  ];
}

/** Bytes of the image, and the least memory that carries the load. */
export const footprint: Measurement = {
  rows: ["nginx-image", "nginx-memory", "redis-image", "redis-memory"],
  async measure(bench) {
    await tools(bench);
    const [web, store] = [await nginx(bench), await redis(bench)];
    return [
      await imageSize(bench, web, 800 * 1024),
      await leastMemory(bench, web, 5, (server) => http(bench, server, "/", SECONDS)),
      await imageSize(bench, store, 1024 * 1024),
      await leastMemory(bench, store, 7, (server) => redisLoad(bench, server, "set", 40_000, 1)),
    ];
  },
};

async function imageSize(bench: Bench, program: Program, limit: number): Promise<Result> {
  const bytes = (await stat(await baked(bench, program))).size;
  return {
    name: `${program.name}-image`, title: `${program.name}: size of the image`, unit: "bytes",
    values: { rr: series([bytes]), native: series([(await stat(program.path)).size]) },
    goal: { of: "image", value: bytes, limit, is: "at most", unit: "bytes" },
  };
}

async function leastMemory(bench: Bench, program: Program, limit: number, load: (server: Server) => Promise<Load>): Promise<Result> {
  let least: Series = { failed: `does not carry the load with ${MOST_MB} MB` };
  for (let megabytes = 2; megabytes <= MOST_MB && "failed" in least; megabytes++) {
    try {
      const server = await Server.start(bench, await imageLaunch(bench, program, "tap", megabytes), program);
      await load(server).finally(() => server.end());
      least = series([megabytes]);
    } catch (error) {
      bench.say(`${program.name} with ${megabytes} MB: ${(error as Error).message}`);
    }
  }
  return {
    name: `${program.name}-memory`, title: `${program.name}: least memory under load`, unit: "MB", values: { rr: least },
    goal: { of: "-M", value: median(least), limit, is: "at most", unit: "MB" },
  };
}

/** What makes the load, compiled for this host. */
async function tools(bench: Bench): Promise<void> {
  const programs = join(bench.root, "test", "bench");
  await tool(bench, "gcc", ["-O2", "-o", join(bench.scratch, "first-reply"), join(programs, "programs", "first-reply.c")]);
  await tool(bench, "gcc", ["-O2", "-o", join(bench.scratch, "load"), join(programs, "net", "programs", "load.c")]);
  const library = join(bench.root, "toolchains", "qemu");
  const sources = (await readdir(library)).filter((name) => name.endsWith(".c")).map((name) => join(library, name));
  await tool(bench, "gcc", ["-O1", "-shared", "-fPIC", "-o", join(bench.scratch, "user-network.so"), ...sources]);
}
