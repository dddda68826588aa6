import type { Bench } from "../types.js";
import type { Server } from "./server.js";

/** Connections that are busy at once. */
export const CONNECTIONS = 30;

export interface Load {
  /** Requests, packets or connections a second, or MB/s. */
  rate: number;
  /** Milliseconds within which 99 % were answered. */
  p99?: number;
}

/** HTTP requests for `path` for so many seconds; each on a connection of its own with `close`. Rejects when one failed. */
export async function http(bench: Bench, server: Server, path: string, seconds: number, close = false): Promise<Load> {
  const words = close ? ["-H", "Connection: close"] : [];
  const said = await server.reach(bench, "wrk", (address, port) => ["-t1", `-c${CONNECTIONS}`, `-d${seconds}`, "--latency", ...words, `http://${address}:${port(80)}${path}`]);
  const wrong = /Non-2xx.*/.exec(said)?.[0];
  if (wrong !== undefined) {
    throw new Error(`wrk: ${wrong}`);
  }
  return { rate: figure(said, /Requests\/sec:\s+([\d.]+)/), p99: milliseconds(/99%\s+(\S+)/.exec(said)?.[1] ?? "") };
}

/** GET or SET of redis with 3 bytes, `pipeline` of them on their way at once on each connection. */
export async function redis(bench: Bench, server: Server, test: "get" | "set", requests: number, pipeline: number): Promise<Load> {
  const said = await server.reach(bench, "redis-benchmark", (address, port) => [
    "-h", address, "-p", String(port(6379)), "-c", String(CONNECTIONS), "-n", String(requests), "-t", test, "-P", String(pipeline), "--csv",
  ]);
  // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
  const fields = said.trim().split("\n").at(-1)?.replaceAll('"', "").split(",") ?? [];
  const [rate, p99] = [Number(fields[1]), Number(fields[6])];
  if (!(rate > 0) || Number.isNaN(p99)) {
    throw new Error(`redis-benchmark printed ${JSON.stringify(said.slice(-200))}`);
  }
  return { rate, p99 };
}

/** Packets there and back (udp), MB/s into the server (sink) or out of it (source). */
export async function bulk(bench: Bench, server: Server, what: "udp" | "sink" | "source", seconds: number): Promise<Load> {
  const guest = { udp: 7, sink: 5001, source: 5002 }[what];
  return { rate: figure(await server.reach(bench, "load", (address, port) => [what, address, String(seconds), String(port(guest))]), /([\d.]+)/) };
}

function figure(text: string, pattern: RegExp): number {
  const value = Number(pattern.exec(text)?.[1]);
  if (!(value > 0)) {
    throw new Error(`no figure in ${JSON.stringify(text.slice(-200))}`);
  }
  return value;
}

/** "4.20ms", "812.00us", "1.02s". */
function milliseconds(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * ({ us: 1e-3, ms: 1, s: 1e3 }[unit ?? ""] ?? NaN);
}
