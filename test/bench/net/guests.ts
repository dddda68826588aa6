import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the load comes from: a tap in a network namespace of our own, or a port that QEMU's user network publishes. */
export type Way = "tap" | "port";
export type Machine = "microvm" | "q35";

export const NAMESPACE = "rr-bench-net";
export const TAP = "tap0";
export const ADDRESS: Readonly<Record<Way, string>> = { tap: "10.77.0.2", port: "127.0.0.1" };
export const HTTP_PORT: Readonly<Record<Way, number>> = { tap: 80, port: 18080 };
export const ECHO_PORT: Readonly<Record<Way, number>> = { tap: 7, port: 18007 };

const BASE = [
  "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-accel", "tcg", "-cpu", "max", "-smp", "1,maxcpus=2", "-name", "bench,debug-threads=on",
  "-chardev", "stdio,id=console,signal=off", "-device", "isa-serial,chardev=console", "-device", "isa-debug-exit,iobase=0x501,iosize=4",
];
const BACKENDS: Readonly<Record<Way, string>> = {
  tap: `tap,id=net,ifname=${TAP},script=no,downscript=no`,
  port: `user,id=net,hostfwd=tcp:127.0.0.1:${HTTP_PORT.port}-10.0.2.15:80,hostfwd=udp:127.0.0.1:${ECHO_PORT.port}-10.0.2.15:7`,
};
const MACHINES: Readonly<Record<Machine, readonly string[]>> = {
  microvm: ["-M", "microvm,acpi=off,rtc=off,pit=off,pic=off", "-global", "virtio-mmio.force-legacy=false", "-device", "virtio-net-device,netdev=net"],
  q35: ["-M", "q35", "-device", "virtio-net-pci,netdev=net,romfile="],
};
const READY = /serving|eth0/;
const READY_MS = 30_000;

/** A guest that serves. Rejects when it does not within half a minute. */
export class Guest {
  private constructor(private readonly child: ChildProcess) {}

  static async start(way: Way, machine: Machine, kernel: readonly string[], backlog: string): Promise<Guest> {
    const command = [...(way === "tap" ? ["ip", "netns", "exec", NAMESPACE] : []), "qemu-system-x86_64", ...BASE, ...MACHINES[machine], "-netdev", BACKENDS[way], ...kernel];
    const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...(way === "port" ? { LD_PRELOAD: backlog } : {}) }, timeout: 300_000 });
    const guest = new Guest(child);
    let said = "";
    const ready = new Promise<void>((resolve, reject) => {
      const listen = (data: Buffer): void => {
        said += data.toString();
        if (READY.test(said)) resolve();
      };
      child.stdout?.on("data", listen);
      child.stderr?.on("data", listen);
      child.once("exit", () => reject(new Error(`the guest ended: ${said.trim().split("\n").at(-1)}`)));
      setTimeout(() => reject(new Error("the guest does not serve")), READY_MS).unref();
    });
    await ready.catch(async (error: unknown) => {
      await guest.end();
      throw error;
    });
    await sleep(400);
    return guest;
  }

  /** Seconds of processor time of QEMU's threads so far: the guest's processor, and the rest (devices, network). */
  cpu(): { guest: number; qemu: number } {
    const times = { guest: 0, qemu: 0 };
    const tasks = `/proc/${this.child.pid}/task`;
    for (const task of readdirSync(tasks)) {
      const stat = readFileSync(`${tasks}/${task}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      times[/\(CPU /.test(stat) ? "guest" : "qemu"] += (Number(fields[11]) + Number(fields[12])) / 100;
    }
    return times;
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill("SIGKILL");
      await ended;
    }
  }
}
