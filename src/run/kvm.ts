import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../model/progress.js";
import { findProgram, start } from "../process/start.js";
import { cacheDirectory } from "../workspace/paths.js";
import { KVM_GAVE_UP, QEMU } from "./qemu.js";

export interface KvmProbe {
  works: boolean;
  /** One sentence: why not, or what was seen. */
  reason: string;
}

type HostEnv = Readonly<Record<string, string | undefined>>;

const DEVICE = "/dev/kvm";
/** For everything; QEMU's own start is most of it. */
const LIMIT_MS = 2000;
/** From the guest's first sign of life; a processor that really runs it needs microseconds. */
const LIMIT_ALIVE_MS = 1000;

/**
 * Whether KVM runs a long-mode guest here. There are hosts where the device opens, firmware runs, and 64-bit code never makes
 * progress: so only a guest that did it is believed. The answer is kept in the cache until the next boot; `fresh` asks again.
 * Takes at most about 2 s, never throws.
 */
export async function probeKvm(options: {
  hostEnv?: HostEnv | undefined;
  progress?: Progress | undefined;
  fresh?: boolean | undefined;
}): Promise<KvmProbe> {
  const environment = options.hostEnv ?? process.env;
  if (!existsSync(DEVICE)) {
    return { works: false, reason: `there is no ${DEVICE} (no virtualisation, or its module is not loaded)` };
  }
  try {
    accessSync(DEVICE, constants.R_OK | constants.W_OK);
  } catch {
    return { works: false, reason: `no permission for ${DEVICE} (add yourself to the group kvm)` };
  }
  const qemu = findProgram(QEMU, environment["PATH"]);
  if (qemu === undefined) {
    return { works: false, reason: `${QEMU} is not installed` };
  }
  const memory = new Memory(environment, qemu);
  const remembered = options.fresh === true ? undefined : memory.recall();
  if (remembered !== undefined) {
    return remembered;
  }
  options.progress?.({ kind: "start", id: "kvm", text: "trying whether KVM works (once per boot)" });
  const probe = await runProbeGuest(qemu, ["-accel", "kvm", "-cpu", "max"], environment);
  memory.keep(probe);
  options.progress?.({ kind: "done", id: "kvm", text: probe.works ? "KVM works" : `KVM does not work: ${probe.reason}` });
  return probe;
}

/** Run the probe guest with the accelerator in `args`, within the time limits. Never throws. */
export async function runProbeGuest(qemu: string, args: readonly string[], environment: HostEnv): Promise<KvmProbe> {
  try {
    // Loaded when it is needed: once per boot of the host.
    const [{ withTemporaryDirectory }, { probeGuest }] = await Promise.all([import("../workspace/temporary.js"), import("./probe-guest.js")]);
    return await withTemporaryDirectory(async (directory) => {
      const guest = join(directory, "probe.elf");
      writeFileSync(guest, probeGuest());
      return watch(qemu, [
        "-M", "microvm,acpi=off,rtc=off,pit=off,pic=off", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", "4M",
        ...args, "-debugcon", "stdio", "-device", "isa-debug-exit,iobase=0x501,iosize=4", "-kernel", guest,
      ], environment);
    });
  } catch (error) {
    return { works: false, reason: `the probe could not be run: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function watch(qemu: string, args: readonly string[], environment: HostEnv): Promise<KvmProbe> {
  const { ALIVE, PROOF_EXIT_CODE } = await import("./probe-guest.js");
  const { process: child } = start(qemu, args, { env: environment });
  let stage = "it did not start a guest within the time limit";
  let errors = "";
  return new Promise((resolve) => {
    const late = (): void => {
      // A virtual processor stuck in the kernel may outlive even this for a moment: nobody waits for it.
      child.kill("SIGKILL");
      child.unref();
      clearTimeout(timer);
      resolve({ works: false, reason: stage });
    };
    let timer = setTimeout(late, LIMIT_MS);
    child.stdout?.on("data", (data: Buffer) => {
      if (data.includes(ALIVE)) {
        stage = "a guest started, but 64-bit code made no progress within the time limit";
        clearTimeout(timer);
        timer = setTimeout(late, LIMIT_ALIVE_MS);
      }
    });
    child.stderr?.on("data", (data: Buffer) => {
      errors = (errors + data.toString()).slice(-10_000);
      if (errors.includes(KVM_GAVE_UP)) {
        stage = "KVM gave up on the guest (internal error)";
        late();
      }
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve({ works: false, reason: error.message });
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      const said = errors.trim().split("\n").at(-1)?.replace(/^qemu-system-x86_64: /, "") || `QEMU ended with ${signal ?? code}`;
      resolve(code === PROOF_EXIT_CODE ? { works: true, reason: "a guest ran 64-bit code" } : { works: false, reason: said });
    });
  });
}

/** The answer in the cache, good for this boot of the host and this QEMU. */
class Memory {
  private readonly directory: string;
  private readonly key: string;

  constructor(environment: HostEnv, qemu: string) {
    this.directory = cacheDirectory(undefined, environment);
    const boot = readIfThere("/proc/sys/kernel/random/boot_id").trim();
    this.key = `${boot} ${qemu}`;
  }

  recall(): KvmProbe | undefined {
    try {
      const { key, works, reason } = JSON.parse(readIfThere(this.file)) as Partial<KvmProbe> & { key?: string };
      return key === this.key && typeof works === "boolean" && typeof reason === "string" ? { works, reason } : undefined;
    } catch {
      // No file yet, or not one of ours: ask again.
      return undefined;
    }
  }

  keep(probe: KvmProbe): void {
    try {
      mkdirSync(this.directory, { recursive: true });
      writeFileSync(this.file, `${JSON.stringify({ key: this.key, ...probe })}\n`);
    } catch {
      // A cache that cannot be written costs the next run two seconds, nothing else.
    }
  }

  private get file(): string {
    return join(this.directory, "kvm.json");
  }
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
