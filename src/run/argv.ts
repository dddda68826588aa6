import { RrError, nearest } from "../errors/rr-error.js";
import { planNames, type GuestNames } from "./names.js";
import { captureFiles } from "./capture.js";
import { planInterfaces, type NamedNet } from "./interfaces.js";
import { planNetworks, type Network } from "./network.js";
import { splitWords } from "./split-words.js";
import { ACCELERATORS, MACHINES, type Accelerator, type Machine, type RunOptions } from "./types.js";

/** Options after checking: every value is one QEMU can be started with. */
export interface MachinePlan {
  image: string;
  memoryMb: number;
  name: string | undefined;
  qemuArgs: readonly string[];
  networks: readonly Network[];
  /** What was said of their addresses. */
  addresses: readonly NamedNet[];
  /** Where their frames are written. */
  pcap: string | undefined;
  names: GuestNames;
  gdbPort: number | undefined;
  paused: boolean;
  accel: Accelerator;
  machine: Machine;
}

/** What is not touched costs the host nothing. A large image comes on top. */
const DEFAULT_MEMORY_MB = 64;
/** QEMU itself does not start one of its machines with less. */
const LEAST_MEMORY_MB = 2;

/** No firmware tables, no legacy timers and interrupt controllers: each costs start-up time and nothing here uses it. */
const MACHINE_OPTIONS: Readonly<Record<Machine, string>> = {
  microvm: "microvm,acpi=off,rtc=off,pit=off,pic=off",
  q35: "q35",
  pc: "pc",
};

/**
 * Check and complete the options that make the machine for an image whose content ends at `imageEnd` (bytes of guest memory), and that
 * `drivesCards`, and is the checkpoint of a machine of `checkpointMb` MiB (0: of none). Throws
 * RUN_BAD_OPTION, or GUEST_MEMORY when the image does not fit into the memory that was asked for. Pure.
 */
export function planMachine(options: RunOptions, imageEnd: number, { drivesCards = false, checkpointMb = 0 } = {}): MachinePlan {
  const qemuArgs = typeof options.qemuArgs === "string" ? splitWords(options.qemuArgs) : (options.qemuArgs ?? []);
  const imageMb = Math.ceil(imageEnd / (1 << 20));
  const memoryMb = options.memoryMb ?? (checkpointMb || undefined) ?? DEFAULT_MEMORY_MB + (imageMb < DEFAULT_MEMORY_MB / 2 ? 0 : imageMb);
  if (!Number.isSafeInteger(memoryMb) || memoryMb < LEAST_MEMORY_MB) {
    throw badOption(`a guest cannot have ${memoryMb} MB of memory`, `-M takes whole megabytes, ${LEAST_MEMORY_MB} or more`);
  }
  if (memoryMb < checkpointMb) {
    throw new RrError("GUEST_MEMORY", `${options.image} is the checkpoint of a machine with ${checkpointMb} MB, more than the guest's ${memoryMb} MB`, { hint: `-M ${checkpointMb}, or take the checkpoint with less: rr bake --checkpoint --memory ${memoryMb}` });
  }
  if (memoryMb < imageMb) {
    throw new RrError("GUEST_MEMORY", `${options.image} alone fills ${imageMb} MB, more than the guest's ${memoryMb} MB`, { hint: `give it more: -M ${imageMb + DEFAULT_MEMORY_MB}` });
  }
  const { gdbPort, name } = options;
  if (gdbPort !== undefined && (!Number.isInteger(gdbPort) || gdbPort < 1 || gdbPort > 65535)) {
    throw badOption(`${gdbPort} is no TCP port`, "-D takes a port from 1 to 65535");
  }
  // In QEMU's -name a comma begins another option; a host name has none either.
  if (name !== undefined && !/^[\w.-]{1,63}$/.test(name)) {
    throw badOption(`"${name}" cannot name a machine`, "-N takes up to 63 letters, digits, dots, dashes and underscores");
  }
  if (options.paused === true && gdbPort === undefined && !qemuArgs.some((each) => /^--?(gdb|s|monitor|mon|qmp|qmp-pretty)$/.test(each))) {
    throw badOption("nothing could ever continue a paused machine without a debugger", "add -D PORT, or a monitor with -g");
  }
  const { nets, addresses } = planInterfaces(options.nets, options.interfaces ?? [], options.addresses ?? []);
  const networks = planNetworks(nets, options.publish ?? [], undefined, { drivesCards });
  const unconfigurable = addresses.find(({ if: card }) => Number(card.slice("eth".length)) >= networks.length);
  if (unconfigurable !== undefined) {
    throw badOption(`-W says an address of ${unconfigurable.if}, but the machine has no such card`, "-I TAG,vioif or --net makes one");
  }
  if (options.pcap !== undefined) {
    captureFiles(options.pcap, networks.length);
  }
  return {
    image: options.image,
    memoryMb,
    name,
    qemuArgs,
    networks,
    addresses,
    pcap: options.pcap,
    names: planNames(options),
    gdbPort,
    paused: options.paused ?? false,
    accel: oneOf(options.accel ?? "auto", ACCELERATORS, "accelerator"),
    machine: oneOf(options.machine ?? "microvm", MACHINES, "machine"),
  };
}

/** Where the console and the control channel lead, as QEMU's -chardev has it without the id. */
export interface Channels {
  console: string;
  control: string;
}

/** Sockets that QEMU inherits, see docs/interfaces.md section 8. */
export const INHERITED: Channels = { console: "socket,fd=3", control: "socket,fd=4" };

/**
 * The arguments of qemu-system-x86_64. `document`: the launch document as text, or the path of a file with it. `kvm`:
 * the decision about the accelerator; `network`: the cards' arguments. The user's own arguments come last, so that they win. Pure.
 */
export function qemuArguments(plan: MachinePlan, how: { document: { text: string } | { path: string }; kvm: boolean; channels: Channels; network?: readonly string[] }): string[] {
  return [
    "-M", MACHINE_OPTIONS[plan.machine],
    "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
    "-accel", how.kvm ? "kvm" : "tcg",
    "-cpu", "max",
    ...processors(plan),
    "-m", `${plan.memoryMb}M`,
    ...(plan.name === undefined ? [] : ["-name", plan.name]),
    "-chardev", `${how.channels.console},id=console`,
    "-chardev", `${how.channels.control},id=control`,
    "-device", "isa-serial,chardev=console,index=0",
    "-device", "isa-serial,chardev=control,index=1",
    "-device", "isa-debug-exit,iobase=0x501,iosize=4",
    ...(how.network ?? []),
    ...(plan.gdbPort === undefined ? [] : ["-gdb", `tcp:127.0.0.1:${plan.gdbPort}`]),
    ...(plan.paused ? ["-S"] : []),
    "-kernel", plan.image,
    ...("text" in how.document ? ["-append", how.document.text] : ["-initrd", how.document.path]),
    ...plan.qemuArgs,
  ];
}

/**
 * With devices beside the serial ports, QEMU must keep the guest's memory barriers, which up to version 7.2 it leaves out for
 * a machine that can never have a second processor (virtio notifications get lost).
 */
function processors(plan: MachinePlan): string[] {
  const devices = plan.networks.length > 0 || plan.qemuArgs.some((each) => /^--?(device|netdev|nic|net|drive|blockdev|hda|fsdev|virtfs)$/.test(each));
  const chosen = plan.qemuArgs.some((each) => /^--?smp$/.test(each));
  return devices && !chosen ? ["-smp", "1,maxcpus=2"] : [];
}

function oneOf<T extends string>(given: string, known: readonly T[], what: string): T {
  const found = known.find((each) => each === given);
  if (found === undefined) {
    const near = nearest(given, known);
    throw badOption(`unknown ${what} "${given}"`, near === undefined ? `one of: ${known.join(", ")}` : `did you mean "${near}"?`);
  }
  return found;
}

function badOption(message: string, hint: string): RrError {
  return new RrError("RUN_BAD_OPTION", message, { exitCode: 2, hint });
}
