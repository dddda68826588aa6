/**
 * `npm run bench:net [ROUNDS]`: what of a request is QEMU and what the stack. A responder without a stack, lwIP's raw interface, and the Linux guest with the same server over
 * sockets take turns, loaded over a tap in a network namespace of our own and over a published port. As root (tap, namespace); needs wrk. Prints a line of JSON
 * for each measurement and the best of each in the end.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "rr";
import { linuxInitramfs, linuxKernel } from "../linux-guest.js";
import { tool } from "../stopwatch.js";
import type { Bench } from "../types.js";
import { ADDRESS, ECHO_PORT, Guest, HTTP_PORT, NAMESPACE, TAP, type Machine, type Way } from "./guests.js";
import { addLwip, experimentalPlatform } from "./platform.js";

const SECONDS = 4;
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** How much of something a second, and the microseconds of processor time for one: the guest's (program, stack, driver), and QEMU's other threads'. */
interface Cost {
  rate: number;
  guest: number;
  qemu: number;
}

interface Figures {
  requests: Cost;
  p99: string;
  /** 64-byte datagrams there and back. */
  udp: Cost;
  /** MB into and out of the guest. Over the tap only. */
  sink?: Cost;
  source?: Cost;
}

await main(Number(process.argv[2] ?? 3));

async function main(rounds: number): Promise<void> {
  const folder = join(cacheDirectory(), "bench", "net");
  await mkdir(folder, { recursive: true });
  const bench: Bench = { samples: 1, transactions: 0, prefix: join(folder, "tap", "prefix"), cache: cacheDirectory(), scratch: folder, root, say: (text) => process.stderr.write(`${text}\n`) };
  const kernels = await prepare(bench, folder);
  makeNamespace();
  const best = new Map<string, Figures>();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { name, machine, way, kernel } of kernels) {
        const figures = await measure(bench, way, machine, kernel);
        process.stdout.write(`${JSON.stringify({ name, machine, way, ...figures, load: loadavg()[0] })}\n`);
        const key = `${name} ${machine} ${way}`;
        best.set(key, better(best.get(key), figures));
      }
    }
  } finally {
    run("ip", ["netns", "del", NAMESPACE]);
  }
  process.stdout.write(`${JSON.stringify(Object.fromEntries(best), null, 1)}\n`);
}

interface Candidate {
  name: string;
  machine: Machine;
  way: Way;
  kernel: readonly string[];
}

/** Everything that is booted, and the load generator. */
async function prepare(bench: Bench, folder: string): Promise<Candidate[]> {
  const programs = join(root, "test/bench/net/programs");
  const source = join(folder, "lwip");
  if (!existsSync(source)) {
    await tool(bench, join(root, "bin/rr"), ["fetch", "-q", "lwip", source]);
  }
  await tool(bench, "gcc", ["-O2", "-o", join(folder, "load"), join(programs, "load.c")]);
  await tool(bench, "gcc", ["-O1", "-shared", "-fPIC", "-o", join(folder, "backlog.so"), join(root, "toolchains/qemu/backlog.c")]);
  const linux = await linuxKernel(bench, true);
  const candidates: Candidate[] = [];
  for (const way of ["tap", "port"] as const) {
    bench.say(`building what is reached over the ${way}`);
    const place = join(folder, way);
    const prefix = await experimentalPlatform(root, place, (components) => addLwip(root, source, components, way === "port"));
    const compile = (out: string, file: string): Promise<string> => tool(bench, join(prefix, "x86_64-hw/bin/x86_64-rumprun-linux-musl-gcc"), ["-O2", "-s", "-o", join(folder, out), file]);
    await compile("wait", join(programs, "wait.c"));
    await compile("serve", join(programs, "serve.c"));
    await compile("linux-init", join(root, "test/bench/programs/linux-init.c"));
    for (const driver of ["net-mirror", "lwip"]) {
      const image = join(place, `${driver}.bin`);
      await tool(bench, join(root, "bin/rr"), ["bake", "-q", "--prefix", prefix, "-m", `add ${driver}`, "hw_generic", image, join(folder, "wait")]);
      for (const machine of ["microvm", "q35"] as const) {
        candidates.push({ name: driver, machine, way, kernel: ["-m", "64M", "-kernel", image, "-append", "rr=0"] });
      }
    }
    const initramfs = await linuxInitramfs(bench, { program: join(folder, "serve"), network: { address: way === "tap" ? ADDRESS.tap : "10.0.2.15", modules: linux.modules } });
    candidates.push({ name: "linux", machine: "q35", way, kernel: ["-m", "256M", "-kernel", linux.vmlinuz, "-initrd", initramfs, "-append", "console=ttyS0 quiet panic=-1 net.ifnames=0"] });
  }
  return candidates;
}

/** A private network with one tap: nothing in it reaches anything else. */
function makeNamespace(): void {
  run("ip", ["netns", "del", NAMESPACE]);
  for (const words of [`netns add ${NAMESPACE}`, `-n ${NAMESPACE} link set lo up`, `-n ${NAMESPACE} tuntap add dev ${TAP} mode tap vnet_hdr`, `-n ${NAMESPACE} addr add 10.77.0.1/24 dev ${TAP}`, `-n ${NAMESPACE} link set ${TAP} up`]) {
    execFileSync("ip", words.split(" "), { stdio: ["ignore", "ignore", "inherit"] });
  }
}

function run(file: string, args: readonly string[]): string {
  try {
    return execFileSync(file, args, { encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

async function measure(bench: Bench, way: Way, machine: Machine, kernel: readonly string[]): Promise<Figures> {
  const guest = await Guest.start(way, machine, kernel, join(bench.scratch, "backlog.so"));
  try {
    const there = way === "tap" ? ["ip", "netns", "exec", NAMESPACE] : [];
    const load = async (pattern: RegExp, ...command: string[]): Promise<{ cost: Cost; text: string }> => {
      const [file = "", ...args] = [...there, ...command];
      const before = guest.cpu();
      const text = await tool(bench, file, args).catch(() => "");
      const after = guest.cpu();
      const rate = Number(pattern.exec(text)?.[1] ?? 0);
      const each = (seconds: number): number => (rate === 0 ? 0 : Math.round((seconds / SECONDS / rate) * 1e7) / 10);
      return { cost: { rate, guest: each(after.guest - before.guest), qemu: each(after.qemu - before.qemu) }, text };
    };
    const { cost, text } = await load(/Requests\/sec:\s+([\d.]+)/, "wrk", "-t1", "-c30", `-d${SECONDS}`, "--latency", `http://${ADDRESS[way]}:${HTTP_PORT[way]}/`);
    const move = async (what: string, ...port: string[]): Promise<Cost> => (await load(/([\d.]+)/, join(bench.scratch, "load"), what, ADDRESS[way], String(SECONDS), ...port)).cost;
    const figures: Figures = { requests: cost, p99: /99%\s+(\S+)/.exec(text)?.[1] ?? "", udp: await move("udp", String(ECHO_PORT[way])) };
    return way === "port" ? figures : { ...figures, sink: await move("sink"), source: await move("source") };
  } finally {
    await guest.end();
  }
}

/** On a machine that others load, the best of several is what it can do. */
function better(a: Figures | undefined, b: Figures): Figures {
  const faster = (x: Cost | undefined, y: Cost | undefined): Cost | undefined => ((x?.rate ?? 0) > (y?.rate ?? 0) ? x : y);
  const chosen = { sink: faster(a?.sink, b.sink), source: faster(a?.source, b.source) };
  const udp = faster(a?.udp, b.udp) ?? b.udp;
  const present = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return { ...(a !== undefined && a.requests.rate > b.requests.rate ? { requests: a.requests, p99: a.p99 } : { requests: b.requests, p99: b.p99 }), udp, ...present };
}
