/** `npm run soak`: mixed load on an image for a long time: no request lost, no stall of its own, memory flat, as fast at the end as in the beginning. */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { buildPlatform } from "rr";
import { buildAttack, KEPT_KILOBYTES, Served } from "../fuzz/image.js";
import { build } from "../guest.js";
import { INSIDE, labProblem, workshop } from "../lab.js";

const HELP = `Usage: npm run soak -- [--minutes N] [--json]

Mixed load on an image that serves (test/net/programs/load.c and service.c): HTTP small and large, on connections that stay and on new ones, requests and
answers, datagrams, bulk both ways, connections that come and go. Checked: no request is lost; none takes longer than a second, unless a server on the host stalls at the same
time; memory is flat; the last minute is within 5 % of the first, or as much slower as the host.
  --minutes N  for so long (default 30)
  --json       the report as JSON
Exit code: 1 when one of these is not so.
`;
/** A heartbeat that was late by so much shares the blame for a stall (ms). */
const HOST_STALL_MS = 250;
const TICKS_A_MINUTE = 6;
const LEAST_SPEED = 0.95;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" }, json: { type: "boolean", default: false }, help: { type: "boolean", default: false } } });

type Tick = Record<string, number>;

interface Report {
  minutes: number;
  ticks: Tick[];
  lost: string[];
  stalls: string[];
  stallsOfTheHost: number;
  /** KiB of free memory before and after. */
  free: [number, number];
  /** The last minute's rate as a share of the first one's: all kinds but the heartbeat (geometric mean), and the heartbeat. */
  speed: number;
  hostSpeed: number;
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const minutes = Number(values.minutes);
  const directory = await workshop();
  try {
    const problem = labProblem(directory);
    if (problem !== undefined) {
      process.stderr.write(`${problem}\n`);
      return 2;
    }
    await buildPlatform({ platform: "hw" });
    await buildAttack(directory);
    await build(directory, "load");
    const report = await soak(directory, minutes);
    const failures = judge(report);
    process.stdout.write(values.json ? `${JSON.stringify({ ...report, failures })}\n` : format(report, failures));
    return failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function soak(directory: string, minutes: number): Promise<Report> {
  const served = await Served.start(directory, { seconds: minutes * 60 + 200 });
  const [file = "", ...args] = served.lab.outside([join(directory, "service")]);
  const native = spawn(file, args, { stdio: "ignore" });
  try {
    const before = await served.ask();
    const report: Report = { minutes, ticks: [], lost: [], stalls: [], stallsOfTheHost: 0, free: [before.free, 0], speed: 1, hostSpeed: 1 };
    await load(served, directory, minutes, (line) => {
      const [what = "", , ...rest] = line.split(" ");
      if (what === "tick") {
        const tick = Object.fromEntries(rest.map((word) => word.split("=")).map(([name, value]) => [name, Number(value)])) as Tick;
        report.ticks.push(tick);
        process.stderr.write(`${line}\n`);
      } else if (what === "stall") {
        if (Number(line.split(" ").at(-1)) >= HOST_STALL_MS) report.stallsOfTheHost++;
        else report.stalls.push(line);
      } else if (/^lost [a-z]/.test(line)) {
        report.lost.push(line);
      }
    });
    report.free[1] = (await served.askUntil(({ free, open }) => open === 0 && free >= before.free - KEPT_KILOBYTES)).free;
    const kinds = Object.keys(report.ticks[0] ?? {}).filter((name) => !/beat|lost/.test(name));
    report.speed = Math.exp(kinds.map((name) => Math.log(ratio(report.ticks, name))).reduce((a, b) => a + b, 0) / kinds.length);
    report.hostSpeed = ratio(report.ticks, "heartbeat");
    return report;
  } finally {
    native.kill("SIGKILL");
    await served.end();
  }
}

function load(served: Served, directory: string, minutes: number, hear: (line: string) => void): Promise<void> {
  const [file = "", ...args] = served.lab.outside([join(directory, "load"), INSIDE, String(minutes * 60)]);
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], timeout: (minutes * 60 + 100) * 1000, killSignal: "SIGKILL" });
  createInterface(child.stdout).on("line", hear);
  return new Promise((resolve) => child.once("close", () => resolve()));
}

/** Of the last minute to the first. */
function ratio(ticks: readonly Tick[], name: string): number {
  const sum = (some: readonly Tick[]): number => some.reduce((total, tick) => total + (tick[name] ?? 0), 0);
  const some = Math.min(TICKS_A_MINUTE, Math.floor(ticks.length / 2));
  return sum(ticks.slice(-some)) / Math.max(sum(ticks.slice(0, some)), 1);
}

function judge(report: Report): string[] {
  const { lost, stalls, free, speed, hostSpeed, minutes, ticks } = report;
  return [
    ...(ticks.length < minutes * TICKS_A_MINUTE ? [`the load ended after ${ticks.length * 10} s`] : []),
    ...(lost.length > 0 ? [`${lost.length} requests were lost, the first: ${lost[0]}`] : []),
    ...(stalls.length > 0 ? [`${stalls.length} stalls of more than a second, the first: ${stalls[0]}`] : []),
    ...(free[1] < free[0] - KEPT_KILOBYTES ? [`${free[0] - free[1]} KiB of memory are gone`] : []),
    ...(speed < LEAST_SPEED && speed / hostSpeed < LEAST_SPEED ? [`the last minute had ${Math.round(speed * 100)} % of the first one's rate (the host: ${Math.round(hostSpeed * 100)} %)`] : []),
  ];
}

function format({ minutes, ticks, stallsOfTheHost, free, speed, hostSpeed }: Report, failures: readonly string[]): string {
  const total = (name: string): number => ticks.reduce((sum, tick) => sum + (tick[name] ?? 0), 0);
  const kinds = Object.keys(ticks[0] ?? {}).filter((name) => !/slowest|lost/.test(name));
  return [
    `${minutes} minutes, a second: ${kinds.map((name) => `${name} ${Math.round(total(name) / (ticks.length * 10))}`).join(", ")}`,
    `datagrams without an answer: ${ticks.at(-1)?.["lost-datagrams"] ?? 0}; stalls with the host's own: ${stallsOfTheHost}`,
    `free memory before and after: ${free[0]} and ${free[1]} KiB; last minute to first: ${Math.round(speed * 100)} % (the host: ${Math.round(hostSpeed * 100)} %)`,
    ...(failures.length === 0 ? ["all is well"] : failures),
    "",
  ].join("\n");
}

process.exitCode = await main();
