import { spawn, type ChildProcess } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { linuxCommand, linuxKernel } from "../linux-guest.js";
import { bakeImage, qemuCommand } from "../rr-guest.js";
import { tool } from "../stopwatch.js";
import type { Bench } from "../types.js";
import { setNeighbour, useNamespace, useTap, WITHIN } from "./namespace.js";

/** Where the load comes from: a tap in a network namespace of our own, or ports that QEMU's user network publishes. */
export type Way = "tap" | "port";

/** A program that serves, wherever it runs. */
export interface Program {
  name: string;
  /** A static executable. */
  path: string;
  args: readonly string[];
  /** The guest's root file system. */
  rootfs?: string;
  /** Baked with --compress. */
  compress?: boolean;
  /** Baked with --checkpoint. */
  checkpoint?: boolean;
  /** TCP ports; the first one answers `request`. */
  ports: readonly number[];
  udpPorts?: readonly number[];
  /** \r and \n are written out. */
  request: string;
}

/** How a server is started and reached. */
export interface Launch {
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  /** QEMU wants sockets as descriptors 3 and 4. */
  sockets: boolean;
  address: string;
  /** What a port of the program's is called on this side. */
  port: (guest: number) => number;
  /** In front of a command that is to reach it. */
  within: readonly string[];
}

const MEMORY_MB = 256;
const MAC = "52:54:00:12:34:56";
const USER_ADDRESS = "10.0.2.15";
/** Of user networks, as `rr run` has them (src/run/network.ts). */
const USER_MTU = 16384;

/** An image of `program`, as `rr run` would start it. */
export async function imageLaunch(bench: Bench, program: Program, way: Way, memoryMb = MEMORY_MB): Promise<Launch> {
  const image = await baked(bench, program);
  if (way === "port") {
    const { published, port } = await publish(program);
    const publishing = published.map(({ host, guest, udp }) => `${host}:${guest}${udp ? "/udp" : ""}`);
    return { ...hostLaunch(bench), command: await qemuCommand(image, { memoryMb, publish: publishing }), sockets: true, port };
  }
  const tap = useTap(`rr-${program.name}`);
  const command = await qemuCommand(image, { memoryMb, nets: ["user"], addresses: [`eth0,inet,static,${tap.guestAddress}/24`] });
  setNeighbour(tap, MAC);
  return { ...namespaceLaunch(), command: [...WITHIN, ...withTap(command, tap.name)], sockets: true, address: tap.guestAddress };
}

/** QEMU's command with a tap for its network: rr is not asked for one, since it would start QEMU where the tap is not. */
function withTap(command: readonly string[], name: string): string[] {
  return command.map((word, i) => (command[i - 1] === "-netdev" ? `tap,id=net0,ifname=${name},script=no,downscript=no` : word.replace(/(netdev=net0)$/, `$1,mac=${MAC}`)));
}

const images = new Map<string, Promise<string>>();

/** The image of `program`, baked once. */
export function baked(bench: Bench, program: Program): Promise<string> {
  const image = images.get(program.name) ?? bakeImage(bench, program.path, program.name, { args: program.args, compress: program.compress ?? false, checkpoint: program.checkpoint ?? false, ...(program.rootfs === undefined ? {} : { rootfs: program.rootfs }) });
  images.set(program.name, image);
  return image;
}

/** The same program in a Linux guest, in QEMU with the same settings on the machine that its drivers know. */
export async function linuxLaunch(bench: Bench, program: Program, way: Way): Promise<Launch> {
  const kernel = await linuxKernel(bench, true);
  const tap = way === "tap" ? useTap(`linux-${program.name}`) : undefined;
  const content = { program: program.path, args: program.args, memoryMb: MEMORY_MB, network: { modules: kernel.modules, address: tap?.guestAddress ?? USER_ADDRESS } };
  const command = await linuxCommand(bench, kernel, { ...content, ...(program.rootfs === undefined ? {} : { rootfs: program.rootfs }) });
  const mtu = way === "port" ? `,host_mtu=${USER_MTU}` : "";
  const card = ["-smp", "1,maxcpus=2", "-device", `virtio-net-pci,netdev=net,romfile=,mac=${MAC}${mtu}`, "-netdev"];
  if (tap !== undefined) {
    setNeighbour(tap, MAC);
    const backend = `tap,id=net,ifname=${tap.name},script=no,downscript=no`;
    return { ...namespaceLaunch(), command: [...WITHIN, ...command, ...card, backend], sockets: false, address: tap.guestAddress };
  }
  const { published, port } = await publish(program);
  const backend = ["user,id=net", ...published.map(({ host, guest, udp }) => `hostfwd=${udp ? "udp" : "tcp"}:127.0.0.1:${host}-${USER_ADDRESS}:${guest}`)].join(",");
  return { ...hostLaunch(bench), command: [...command, ...card, backend], sockets: false, port };
}

/** The program on this host, in the namespace, its root the same files; reached over the namespace's loopback. */
export async function nativeLaunch(bench: Bench, program: Program): Promise<Launch> {
  useNamespace();
  const root = await mkdtemp(join(bench.scratch, `native-${program.name}-`));
  await chmod(root, 0o755); // for workers that are nobody
  if (program.rootfs !== undefined) {
    await cp(program.rootfs, root, { recursive: true });
  }
  await mkdir(join(root, "bin"), { recursive: true });
  await mkdir(join(root, "tmp"), { recursive: true });
  await mkdir(join(root, "dev"), { recursive: true });
  await tool(bench, "mknod", ["-m", "666", join(root, "dev", "null"), "c", "1", "3"]);
  await cp(program.path, join(root, "bin", basename(program.path)));
  return { ...namespaceLaunch(), command: [...WITHIN, "chroot", root, `/bin/${basename(program.path)}`, ...program.args], sockets: false, address: "127.0.0.1" };
}

function namespaceLaunch(): Pick<Launch, "env" | "port" | "within"> {
  return { env: process.env, port: (guest) => guest, within: WITHIN };
}

/** On the host, QEMU's user network with what `rr run` changes of it, for other guests, too. */
function hostLaunch(bench: Bench): Pick<Launch, "env" | "within" | "address"> {
  return { env: { ...process.env, LD_PRELOAD: join(bench.scratch, "user-network.so"), RR_USER_MTU: String(USER_MTU) }, within: [], address: "127.0.0.1" };
}

async function publish(program: Program): Promise<{ published: { host: number; guest: number; udp: boolean }[]; port: (guest: number) => number }> {
  const published: { host: number; guest: number; udp: boolean }[] = [];
  for (const guest of program.ports) {
    published.push({ host: await freePort(), guest, udp: false });
  }
  for (const guest of program.udpPorts ?? []) {
    published.push({ host: await freePort(), guest, udp: true });
  }
  return { published, port: (guest) => published.find((one) => one.guest === guest)?.host ?? guest };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** What an interrupted benchmark must not leave behind. */
const running = new Set<Server>();
process.on("exit", () => running.forEach((server) => void server.end()));

/** A server that runs, until `end`. */
export class Server {
  private constructor(readonly launch: Launch, private readonly child: ChildProcess) {}

  /** Started, and has answered. Rejects when it does not within a minute, or ends. */
  static async start(bench: Bench, launch: Launch, program: Program): Promise<Server> {
    const [file = "", ...args] = launch.command;
    const child = spawn(file, args, { env: launch.env, stdio: ["ignore", "pipe", "pipe", ...(launch.sockets ? (["pipe", "pipe"] as const) : [])], detached: true, cwd: bench.scratch });
    let said = "";
    for (const pipe of child.stdio.slice(1)) {
      pipe?.on("data", (data: Buffer) => {
        said = (said + data.toString()).slice(-2000);
      });
      pipe?.on("error", () => {});
    }
    const server = new Server(launch, child);
    running.add(server);
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${program.name} ended with ${code}: ${said.trim().split("\n").slice(-3).join("; ")}`)));
    });
    ended.catch(() => {});
    try {
      await Promise.race([server.reach(bench, "first-reply", (address, port) => [address, String(port(program.ports[0] ?? 0)), program.request]), ended]);
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  /** The output of a command that loads it: one of the benchmark's own programs, or one of the host's. */
  reach(bench: Bench, name: string, args: (address: string, port: (guest: number) => number) => readonly string[]): Promise<string> {
    const own = ["first-reply", "load"].includes(name) ? join(bench.scratch, name) : name;
    const [file = "", ...words] = [...this.launch.within, own, ...args(this.launch.address, this.launch.port)];
    return tool(bench, file, words);
  }

  /** With all its processes. */
  async end(): Promise<void> {
    running.delete(this);
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined) {
      const ended = new Promise((resolve) => this.child.once("exit", resolve));
      process.kill(-this.child.pid, "SIGKILL");
      await ended;
    }
  }
}
