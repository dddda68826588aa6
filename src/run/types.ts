import type { Readable, Writable } from "node:stream";
import type { LaunchFile } from "../config/index.js";
import type { Progress } from "../model/progress.js";
import type { GuestUsage } from "./control.js";

export type { GuestUsage };

export const ACCELERATORS = ["auto", "kvm", "tcg"] as const;
export const MACHINES = ["microvm", "q35", "pc"] as const;

export type Accelerator = (typeof ACCELERATORS)[number];
export type Machine = (typeof MACHINES)[number];

export interface RunOptions {
  /** Path of a baked image (or any ELF with a PVH note). An unbaked program is refused: bake it first. */
  image: string;
  /** Arguments after argv[0]; undefined keeps the image's own defaults, an empty array means none. */
  args?: readonly string[];
  /** Which of the image's programs to run; the first by default, or what the image was baked to run. */
  program?: string;
  /** What to run and how, from a file (`readLaunchFile`); `args`, `env`, `program` and `name` win over it. */
  launch?: LaunchFile;
  /** Added to (and stronger than) the image's own environment. */
  env?: Readonly<Record<string, string>>;
  /** Guest memory in MiB, an integer from 2 on; 64 by default. */
  memoryMb?: number;
  /** Shown in process lists (`-name`) and given to the guest as host name. */
  name?: string;
  /** The guest's host name; `name` by default, else the launch file's, else what the network or the image say. */
  hostname?: string;
  /** The guest's name on private networks, if it has no host name; the image's by default. */
  member?: string;
  /** Where private networks are kept (as given by `stateDirectory`). */
  state?: string;
  /** Addresses of up to three DNS servers, instead of those DHCP names. */
  dns?: readonly string[];
  /** Domains names are looked for in, instead of those DHCP names; "." for none. */
  dnsSearch?: readonly string[];
  /** Lines of the guest's /etc/hosts: "NAME:ADDRESS". */
  addHosts?: readonly string[];
  /** More arguments for QEMU, behind all of rr's own: a string split as a shell would quote, or ready-made. */
  qemuArgs?: string | readonly string[];
  /** Network cards, in order: "user", "passt", "tap:NAME", "bridge:NAME", "socket:NAME", "private:NAME", "qemu:TYPE[,OPTIONS]" (as -netdev has it, without an id), or only "none". By default a user network for an image that drives cards, else none. */
  nets?: readonly string[];
  /** Ports of this host that lead into the guest: "[ADDRESS:]HOST:GUEST[/udp]". Without a network that can, there is a user network for them. */
  publish?: readonly string[];
  /** Rumprun's -I: more cards, behind those of `nets`: "TAG,vioif[,BACKEND]", BACKEND as in `nets` or as QEMU's -net ("-net tap,ifname=t0"). */
  interfaces?: readonly string[];
  /** Rumprun's -W: "TAG,inet,dhcp", "TAG,inet,static,ADDRESS/BITS[,GATEWAY]", "TAG,inet6,auto", "TAG,inet6,static,..."; TAG of `interfaces`, or eth0, eth1, ... */
  addresses?: readonly string[];
  /** Write all frames of the cards to this file (pcap); with several cards to NAME-eth0.EXT, NAME-eth1.EXT, ... */
  pcap?: string;
  /** TCP port on 127.0.0.1 for QEMU's gdb stub. */
  gdbPort?: number;
  /** Start with the CPU stopped; needs something that can continue it (`gdbPort`, or a monitor in `qemuArgs`). */
  paused?: boolean;
  /** "auto" (default): KVM only if `probeKvm` has seen it work. */
  accel?: Accelerator;
  /** "microvm" by default: the one that starts fastest. */
  machine?: Machine;
  /** End the machine after this many seconds; the result is then 125. */
  timeoutSeconds?: number;
  /** Ask the guest for its system calls; they arrive as "strace" events. */
  strace?: boolean | StraceOptions;
  /** Ask the guest for boot stamps; the result then has a `timeline`. */
  bootTimeline?: boolean;
  /** Standard input of the guest; none (end of file at once) by default. A TTY is put into raw mode and restored. */
  stdin?: Readable;
  /** Where the guest's standard output goes, byte for byte; thrown away by default. */
  stdout?: Writable;
  /** Where the guest's standard error goes; by default, or when it is the same file as stdout, with stdout in order. */
  stderr?: Writable;
  /** Forward SIGINT, SIGTERM, SIGHUP and SIGQUIT of this process to the guest (second one ends it); false by default. */
  handleSignals?: boolean;
  /** Ends the machine at once; the result is then 125. */
  signal?: AbortSignal;
  /** Gets the machine as soon as it was started, to speak to it while it runs. */
  guest?: (guest: RunningGuest) => void;
  /** What happens while the machine runs, typed. Nothing is printed by run itself. */
  events?: (event: RunEvent) => void;
  progress?: Progress;
  /** Environment used to find programs and directories (PATH, RR_CACHE, ...); `process.env` by default. */
  hostEnv?: Readonly<Record<string, string | undefined>>;
}

export interface StraceOptions {
  /** Which calls, as strace's -e trace=: names and %classes separated by commas, "!" in front: all but those. All by default. */
  calls?: string;
  /** Each line begins with the seconds since the one before. */
  relativeTimes?: boolean;
}

/** A machine that runs. All of this may be called at any time; after its end it does nothing. */
export interface RunningGuest {
  /** QEMU's process. */
  pid: number;
  /** A Linux signal number for the program; before it runs, and for SIGKILL, it ends the machine. */
  signal(number: number): void;
  /**
   * A frame for the guest (docs/interfaces.md section 8): `type` is one Latin-1 character, `payload` at most 65,535 bytes. What is sent before the program
   * runs waits until then. Throws RangeError for what is no frame.
   */
  send(type: string, payload: Uint8Array): void;
  /** What the guest itself counts; undefined when it does not answer within a second: its image has no sockets, or it does not run yet. */
  usage(): Promise<GuestUsage | undefined>;
  /** End the machine at once, with this result unless the program has ended before. */
  end(why: { exitCode: number; reason: string }): void;
}

export type RunEvent =
  /** QEMU was started. `argv` starts with the program. */
  | { kind: "started"; pid: number; argv: readonly string[] }
  /** Just before the program's first instruction. */
  | { kind: "booted"; guestMs: number }
  /** A line of the libOS itself: warnings, panics. */
  | { kind: "log"; text: string }
  /** One system call, written as strace does. */
  | { kind: "strace"; line: string }
  /** A line of QEMU itself. When QEMU fails before the guest runs, its lines are in the error instead. */
  | { kind: "qemu"; line: string }
  /** rr noticed something odd, e.g. a malformed frame from the guest. */
  | { kind: "warn"; text: string };

export interface RunResult {
  /** The guest's own status: its exit code, 128+N for signal N, 137 out of memory; 125 when rr or QEMU failed. */
  exitCode: number;
  /** Linux signal number that killed the program. */
  signal?: number;
  /** One sentence about an end that was not an ordinary exit ("killed by SIGSEGV", "out of memory", why 125). */
  reason?: string;
  /** What to do about it, when there is something. */
  hint?: string;
  /** Present when the guest sent a crash; `formatCrash` makes it text. */
  crash?: CrashReport;
  /** Present when all threads of the guest waited and nothing could wake them: it was ended, exitCode is 125. `formatDeadlock` makes it text. */
  deadlock?: DeadlockReport;
  /** The program has started, and its machine has stopped for its memory to become an image. */
  checkpoint?: true;
  /** Present with `bootTimeline`; `formatTimeline` makes it text. */
  timeline?: readonly TimelineEntry[];
}

export interface TimelineEntry {
  /** Milliseconds since QEMU was started; negative before. */
  atMs: number;
  /** Milliseconds since the guest's first instruction, for its own stamps. */
  guestMs?: number;
  /** Who stamped it. */
  where: "host" | "guest";
  name: string;
}

export interface CrashReport {
  /** Linux signal number and si_code. */
  signal: number;
  code: number;
  /** Fault address (si_addr). */
  address: bigint;
  trapVector: bigint;
  errorCode: bigint;
  pid: number;
  tid: number;
  /** The libOS itself failed (not the program). */
  inLibos: boolean;
  /** By name: rax rbx rcx rdx rsi rdi rbp rsp r8..r15 rip rflags. */
  registers: Readonly<Record<string, bigint>>;
  message: string;
  /** Innermost first. Inlined callers are frames of their own. */
  backtrace: readonly Frame[];
  /** Other threads, from 'D' frames. */
  threads: readonly { tid: number; message: string; backtrace: readonly Frame[] }[];
  /** What limits the backtrace, e.g. that there is no debug file. */
  notes: readonly string[];
}

/** All threads waited and nothing could wake them. */
export interface DeadlockReport {
  threads: readonly WaitingThread[];
  /** What limits the backtraces. */
  notes: readonly string[];
}

export interface WaitingThread {
  pid: number;
  tid: number;
  /** The program its process runs, when the guest said so. */
  program?: string;
  /** The call it waits in, as strace writes it; out of a call it was never seen. */
  call?: string;
  /** What the libOS adds: "descriptor 3 is pipe:[5]". */
  message: string;
  backtrace: readonly Frame[];
}

export interface Frame {
  /** Address of the instruction (innermost) or return address. */
  pc: bigint;
  function?: string;
  file?: string;
  line?: number;
  /** True for a function inlined into the next frame. */
  inlined: boolean;
  /** How the frame was found. "frame-pointer" and "scan" may be wrong; "call": the return address on top of the stack. */
  by: "registers" | "cfi" | "call" | "frame-pointer" | "scan";
  /** The program or "libOS" the address lies in. */
  module?: string;
}
