import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Bench } from "./types.js";

/** The longest sample: 60,000 transactions in an emulated machine. */
const LIMIT_MS = 900_000;

export interface Timed {
  milliseconds: number;
  /** Processor time. */
  cpuMilliseconds: number;
  status: number;
  stdout: string;
  /** What came over the control channel (`sockets`). */
  control: Buffer;
}

export interface Surroundings {
  /** The program gets the console and the control channel as descriptors 3 and 4, as rr gives them to QEMU. */
  sockets?: boolean;
  cwd?: string;
}

/** Run a program under programs/stopwatch.c. Rejects when it could not be started or took longer than a quarter of an hour. */
export async function timed(bench: Bench, argv: readonly string[], { sockets = false, cwd = bench.scratch }: Surroundings = {}): Promise<Timed> {
  const child = spawn(join(bench.scratch, "stopwatch"), [...(sockets ? ["-s"] : []), ...argv], {
    cwd,
    stdio: ["ignore", "pipe", "pipe", "ignore", "ignore", "ignore", "ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, RR_PREFIX: bench.prefix, RR_CACHE: bench.cache },
    timeout: LIMIT_MS,
  });
  const pipes: readonly unknown[] = child.stdio;
  const [stdout, stderr, control, result] = await Promise.all([
    text(pipes[1] as Readable),
    text(pipes[2] as Readable),
    buffer(pipes[8] as Readable),
    text(pipes[9] as Readable),
  ]);
  const match = /^(\d+) (\d+) (\d+)$/m.exec(result);
  if (match === null) {
    throw new Error(`${argv[0]} did not end within ${LIMIT_MS / 60_000} minutes, or could not be started: ${stderr.trim().split("\n").at(-1)}`);
  }
  return { milliseconds: Number(match[1]) / 1e6, cpuMilliseconds: Number(match[3]) / 1e6, status: Number(match[2]), stdout, control };
}

/** Run a tool to its end; its standard output. Rejects with what it said. */
export async function tool(bench: Bench, file: string, args: readonly string[], cwd = bench.scratch, surroundings: NodeJS.ProcessEnv = process.env): Promise<string> {
  const env = { ...surroundings, RR_PREFIX: bench.prefix, RR_CACHE: bench.cache, LC_ALL: "C", NO_COLOR: "1" };
  try {
    return (await promisify(execFile)(file, args, { cwd, env, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`${[file, ...args].join(" ")}: ${stderr.trim().split("\n").slice(-5).join("\n") || message}`);
  }
}
