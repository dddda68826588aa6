import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuestUsage } from "../run/index.js";
import { ask } from "./client.js";
import { isAlive } from "../process/identity.js";
import { LOG, OLDER_LOG } from "./log-writer.js";
import { readInstance, readState } from "./store.js";
import type { Instance } from "./types.js";

/** What an instance uses, as the host sees it. What cannot be measured is absent, not zero. */
export interface InstanceStats {
  id: string;
  name: string;
  /** Of one processor, by QEMU with all its threads, since the sample before: /proc/PID/stat. */
  cpuPercent: number;
  /** Processor time of QEMU since it was started, seconds. */
  cpuSeconds: number;
  /** Memory of QEMU that is in the host's, guest included; what it shares with other processes counts in part: Pss in /proc/PID/smaps_rollup. */
  hostBytes: number;
  /** The same of the monitor. */
  monitorBytes?: number;
  /** What of its memory the guest has touched since it was started (it is not given back): the resident part of QEMU's mapping of it in /proc/PID/smaps. */
  guestBytes?: number;
  /** What the guest was given, -M. */
  guestLimitBytes?: number;
  /** What the guest's libOS says is in use of that now, where the image has sockets. */
  guestUsedBytes?: number;
  /** What the guest's cards have received and sent since its boot: the libOS counts, else, for a tap, the host: /sys/class/net/NAME/statistics. */
  network?: { receivedBytes: number; sentBytes: number };
  /** What QEMU has read from and written to storage, past the page cache: /proc/PID/io. */
  disk?: { readBytes: number; writtenBytes: number };
  /** What its log takes. */
  logBytes: number;
}

/** Linux's USER_HZ: the same everywhere on x86_64. */
const TICKS_PER_SECOND = 100;
const KIB = 1024;

/** Measure over `periodMs`. Undefined: it does not run, or not long enough. */
export async function measure(instance: Instance, periodMs: number, signal?: AbortSignal): Promise<InstanceStats | undefined> {
  const before = cpuTicks(instance.pid);
  const begin = performance.now();
  await sleep(periodMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  const state = readState(instance.directory);
  const { pid } = instance;
  if (before === undefined || pid === undefined || state?.qemu?.pid !== pid || !isAlive(state.qemu)) {
    return undefined;
  }
  const after = cpuTicks(pid);
  const hostBytes = pssOf(pid);
  const usage = (await ask(instance.directory, { op: "usage" }).catch(() => undefined))?.usage;
  if (after === undefined || hostBytes === undefined) {
    return undefined;
  }
  const { id, name, directory } = instance;
  const limit = state.memoryMb === undefined ? undefined : state.memoryMb * KIB * KIB;
  return withoutAbsent({
    id, name, hostBytes,
    cpuPercent: ((after - before) / TICKS_PER_SECOND / ((performance.now() - begin) / 1000)) * 100,
    cpuSeconds: after / TICKS_PER_SECOND,
    monitorBytes: pssOf(state.monitor.pid),
    guestBytes: limit === undefined ? undefined : residentOf(pid, limit),
    guestLimitBytes: limit,
    guestUsedBytes: usage === undefined ? undefined : usage.memoryBytes - usage.freeBytes,
    network: usage === undefined ? networkOf(instance) : carried(usage),
    disk: diskOf(pid),
    logBytes: sizeOf(join(directory, LOG)) + sizeOf(join(directory, OLDER_LOG)),
  });
}

/** Measure again and again, all at once each time, until none of them runs any more. */
export async function* measureAll(instances: readonly Instance[], periodMs: number, signal?: AbortSignal): AsyncGenerator<InstanceStats[]> {
  for (let running = [...instances]; running.length > 0 && signal?.aborted !== true; ) {
    const samples = await Promise.all(running.map((instance) => measure(instance, periodMs, signal)));
    yield samples.filter((sample) => sample !== undefined);
    // Started again meanwhile: another process.
    running = running.map(({ directory }) => readInstance(directory)).filter((now) => now !== undefined && now.monitorPid !== undefined) as Instance[];
  }
}

function cpuTicks(pid: number | undefined): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? undefined : Number(fields[11]) + Number(fields[12]);
}

function pssOf(pid: number): number | undefined {
  const found = /^Pss: +(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "");
  return found === null ? undefined : Number(found[1]) * KIB;
}

/** Of the mapping of `size` bytes; where the system has joined it with a neighbour, the smallest that is larger. */
function residentOf(pid: number, size: number): number | undefined {
  let best: { size: number; resident: number } | undefined;
  for (const [, mapped, resident] of (read(`/proc/${pid}/smaps`) ?? "").matchAll(/^[0-9a-f]+-[0-9a-f]+ rw.*\nSize: +(\d+) kB\n(?:(?!Rss:).*\n)*Rss: +(\d+) kB$/gm)) {
    const found = { size: Number(mapped) * KIB, resident: Number(resident) * KIB };
    if (found.size >= size && (best === undefined || found.size < best.size)) best = found;
  }
  return best === undefined ? undefined : Math.min(best.resident, size);
}

function carried({ cards }: GuestUsage): InstanceStats["network"] {
  return {
    receivedBytes: cards.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
    sentBytes: cards.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
  };
}

/** The host's interface receives what the guest sends. */
function networkOf({ options }: Instance): InstanceStats["network"] {
  const taps = (options.nets ?? []).flatMap((net) => (net.startsWith("tap:") ? [net.slice("tap:".length)] : []));
  if (taps.length === 0 || taps.length !== options.nets?.length) {
    return undefined;
  }
  const sum = (what: string): number => taps.reduce((total, tap) => total + Number(read(`/sys/class/net/${tap}/statistics/${what}`) ?? NaN), 0);
  const [receivedBytes, sentBytes] = [sum("tx_bytes"), sum("rx_bytes")];
  return Number.isNaN(receivedBytes + sentBytes) ? undefined : { receivedBytes, sentBytes };
}

function diskOf(pid: number): InstanceStats["disk"] {
  const text = read(`/proc/${pid}/io`) ?? "";
  const [readBytes, writtenBytes] = ["read_bytes", "write_bytes"].map((key) => new RegExp(`^${key}: (\\d+)$`, "m").exec(text)?.[1]);
  return readBytes === undefined || writtenBytes === undefined ? undefined : { readBytes: Number(readBytes), writtenBytes: Number(writtenBytes) };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** A process that is gone, or that is not ours to look into. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function withoutAbsent(stats: { [K in keyof InstanceStats]: InstanceStats[K] | undefined }): InstanceStats {
  return Object.fromEntries(Object.entries(stats).filter(([, value]) => value !== undefined)) as unknown as InstanceStats;
}
