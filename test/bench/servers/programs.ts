import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "../rr-guest.js";
import { tool } from "../stopwatch.js";
import type { Bench } from "../types.js";
import type { Program } from "./server.js";

const GET = "GET / HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n";

/** UDP echo, a sink and a source of bytes, and one fixed page. */
export async function serve(bench: Bench): Promise<Program> {
  return { name: "serve", path: await compile(bench, "../net/programs/serve.c", ["-O2"]), args: [], ports: [80, 5001, 5002], udpPorts: [7], request: GET };
}

/** examples/nginx with its page, one worker, no access log: a line on the console for each request costs more than the request. */
export async function nginx(bench: Bench): Promise<Program> {
  const build = await example(bench, "nginx");
  return { name: "nginx", path: join(build, "nginx"), args: ["-c", "/etc/nginx/quiet.conf"], rootfs: join(bench.root, "examples", "nginx", "rootfs"), ports: [80], request: GET };
}

/** examples/redis, keeping nothing on a disk. */
export async function redis(bench: Bench): Promise<Program> {
  const build = await example(bench, "redis");
  return { name: "redis", path: join(build, "redis-server"), args: ["--save", "", "--protected-mode", "no"], compress: true, ports: [6379], request: "PING\\r\\n" };
}

/** The folder where an example's Makefile has built it, once. */
async function example(bench: Bench, name: string): Promise<string> {
  const build = join(bench.cache, "bench", name);
  await mkdir(build, { recursive: true });
  bench.say(`building examples/${name}, if it is not built yet`);
  await tool(bench, "make", ["-s", "-C", join(bench.root, "examples", name), `RR_BUILD=${build}`, `RR_PREFIX=${bench.prefix}`]);
  return build;
}
