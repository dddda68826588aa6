/**
 * A network of two hosts with a relay between them that makes trouble: test/net/lab/lab.h. Needs tap devices, and root or user namespaces (`labProblem` says what
 * is missing).
 */
import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The repository, from test/net as from dist/net. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const OUTSIDE = "10.77.0.1";
export const INSIDE = "10.77.0.2";

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a program with a time limit; never rejects. A program that was ended has the exit code -1. */
export function command(argv: readonly string[], { seconds = 100, input = "" } = {}): Promise<Ended> {
  const [file = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = execFile(file, args, { timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr: stderr || (error?.message ?? "") });
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** A directory for sockets and programs, with lab compiled in it. */
export async function workshop(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "rr-net-"));
  const sources = readdirSync(join(ROOT, "test/net/lab")).filter((name) => name.endsWith(".c")).map((name) => join(ROOT, "test/net/lab", name));
  await promisify(execFile)("gcc", ["-std=gnu11", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-o", join(directory, "lab"), ...sources]);
  return directory;
}

/** Why there can be no such network on this host; undefined: there can. */
export function labProblem(directory: string): string | undefined {
  const place = mkdtempSync(join(directory, "try-"));
  const { status, stderr } = spawnSync(join(directory, "lab"), [place, "linux", "1"], { input: "", timeout: 10_000, encoding: "utf8" });
  rmSync(place, { recursive: true, force: true });
  return status === 0 ? undefined : stderr.trim() || "the network's relay does not start";
}

let labs = 0;

export class Lab {
  private constructor(readonly directory: string, private readonly relay: ChildProcess, private readonly pids: readonly [string, string]) {}

  /** `workshop`: as `workshop()` made it. `inside`: what is there. `trouble`: "loss=10 delay=2000" and the like, test/net/lab/lab.h. */
  static async make(workshop: string, inside: "qemu" | "linux", seed = 1, trouble = ""): Promise<Lab> {
    const directory = join(workshop, `lab-${++labs}`);
    mkdirSync(directory);
    const relay = spawn(join(workshop, "lab"), [directory, inside, String(seed), ...trouble.split(" ").filter((word) => word !== "")], { stdio: ["pipe", "pipe", "inherit"] });
    relay.stdin.on("error", () => {});
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(relay.stdout).once("line", resolve);
      relay.once("error", reject);
      relay.once("exit", (code) => reject(new Error(`the network's relay ended with ${code}`)));
    });
    const [, outsidePid = "", insidePid = ""] = line.split(" ");
    return new Lab(directory, relay, [outsidePid, insidePid]);
  }

  /** A command, to be run on one of the two hosts. */
  outside(argv: readonly string[]): string[] {
    return enter(this.pids[0], argv);
  }
  inside(argv: readonly string[]): string[] {
    return enter(this.pids[1], argv);
  }

  /** The card of the image that is inside. */
  get qemuArgs(): string[] {
    return [
      "-global", "virtio-mmio.force-legacy=false",
      "-netdev", `stream,id=lab,server=off,addr.type=unix,addr.path=${join(this.directory, "guest.sock")}`,
      "-device", "virtio-net-device,netdev=lab,mac=52:54:00:4c:41:42",
    ];
  }

  /** Change the trouble. */
  trouble(settings: string): void {
    this.relay.stdin?.write(`${settings}\n`);
  }

  async end(): Promise<void> {
    if (this.relay.exitCode !== null || this.relay.signalCode !== null) return;
    const ended = new Promise((resolve) => this.relay.once("exit", resolve));
    this.relay.stdin?.end();
    const patience = setTimeout(() => this.relay.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(patience);
  }
}

function enter(pid: string, argv: readonly string[]): string[] {
  return ["nsenter", "-t", pid, ...(process.getuid?.() === 0 ? [] : ["-U", "--preserve-credentials"]), "-n", ...argv];
}
