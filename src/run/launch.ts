import { basename } from "node:path";
import { RrError } from "../errors/rr-error.js";
import { stateDirectory } from "../workspace/paths.js";
import { planMachine, type MachinePlan } from "./argv.js";
import { ControlParser, endOfInput, frame, hostsFrames, signalFrame, timeAnswer, usageQuestion, windowSize, type ControlEvent, type GuestUsage, type TraceEvent } from "./control.js";
import { COMMAND_LINE_LIMIT, launchDocument, type LaunchFacts } from "./document.js";
import { inspectImage, type ImageFacts } from "./image.js";
import { launchAddresses } from "./interfaces.js";
import { carryInput, carryOutput, flushed, writeSlowly } from "./input.js";
import { startMachine, type RunningMachine } from "./machine.js";
import { fitHosts, memberName } from "./names.js";
import type { HostNetworks } from "./network-host.js";
import { outcome, RUN_FAILED, signalName, type Ending } from "./outcome.js";
import { chooseProgram, type Wanted } from "./programs.js";
import { listenForSignals } from "./signals.js";
import { examineStreams, rawMode, terminalSize, type Terminals } from "./terminal.js";
import { Stamps } from "./timeline.js";
import type { RunningGuest, RunOptions, RunResult, StraceOptions } from "./types.js";

/** A machine whose guest has reported its exit and still runs is ended after this. */
const AFTER_EXIT_MS = 2000;
/** A hangup leaves the program this long to clean up: nobody sees the machine any more. */
const AFTER_HANGUP_MS = 2000;
/** A guest that is asked what it uses answers within this, or not at all. */
const USAGE_MS = 1000;
/** Several neighbours that start at once are one list for the guest, which takes it byte by byte. */
const HOSTS_DELAY_MS = 20;
const SIGHUP = 1;
const SIGINT = 2;
const SIGKILL = 9;
/** 128 + SIGPIPE: what a shell reports for a program whose reader went away. */
const NOBODY_READS = 141;

/** What `run` of index.ts does. */
export async function launch(options: RunOptions): Promise<RunResult> {
  const stamps = new Stamps();
  const what = decide(options);
  const kvm = await chooseKvm(what.plan, options);
  return new Session(what, options, stamps).run(kvm);
}

/** What `checkRun` of index.ts does. */
export async function check(options: RunOptions): Promise<ImageFacts> {
  const { plan, image } = decide(options);
  await chooseKvm(plan, options);
  return image;
}

/** Compare the options with the image and with each other. Throws what is wrong with them; nothing is started. */
function decide(options: RunOptions): { plan: MachinePlan; image: ImageFacts; wanted: Wanted } {
  const image = inspectImage(options.image);
  if (image.kind === "executable") {
    throw new RrError("IMAGE_UNBAKED", `${options.image} is a program, not an image`, { hint: `rr bake hw_generic ${options.image}.bin ${options.image}` });
  }
  checkStarted(options, image);
  return { plan: planMachine(options, image.end, { drivesCards: image.network, checkpointMb: image.checkpointMb }), image, wanted: chooseProgram(options, image) };
}

/** A program that has started cannot be told how to start. Throws RUN_BAD_OPTION. */
function checkStarted({ image: path, args, env, program, launch, strace }: RunOptions, { checkpointMb }: ImageFacts): void {
  const started = { ...launch?.env, ...env };
  const given = [
    ...(args === undefined && launch?.args === undefined ? [] : ["arguments"]),
    ...(Object.keys(started).length === 0 ? [] : ["an environment (-e)"]),
    ...(program === undefined && launch?.program === undefined ? [] : ["a program to run"]),
    ...(launch?.rc === undefined ? [] : ["an rc"]),
    ...(strace === undefined || strace === false ? [] : ["--strace"]),
  ];
  if (checkpointMb > 0 && given.length > 0) {
    throw new RrError("RUN_BAD_OPTION", `the program in ${path} has started already (rr bake --checkpoint), so ${given.join(", ")} would come too late`, {
      hint: "give it to rr bake, or bake without --checkpoint", exitCode: 2,
    });
  }
}

/** A longer document would be a module at the top of memory, where the machine that goes on may have something. Throws RUN_BAD_OPTION. */
function checkRoom(document: string, { checkpointMb }: ImageFacts, path: string): void {
  const size = Buffer.byteLength(document);
  if (checkpointMb > 0 && size > COMMAND_LINE_LIMIT) {
    throw new RrError("RUN_BAD_OPTION", `what the machine is to be told takes ${size} bytes, more than the ${COMMAND_LINE_LIMIT} there is room for in ${path}, a checkpoint`, {
      hint: "fewer --add-host, --dns-search or addresses, or bake without --checkpoint", exitCode: 2,
    });
  }
}

/** What the machine's network cards need on the host; nothing is loaded for a machine without. */
async function hostNetworks(plan: MachinePlan, options: RunOptions): Promise<HostNetworks> {
  const env = options.hostEnv ?? process.env;
  if (plan.networks.length === 0) {
    return { args: [], env, addresses: [], sockets: 0, connect: () => {}, remove: () => Promise.resolve() };
  }
  const { prepareNetworks } = await import("./network-host.js");
  // Only there a name has to be one that neighbours can look up.
  const member = plan.networks.some(({ kind }) => kind === "private") ? memberName(plan.names, options.member, basename(plan.image)) : "";
  return prepareNetworks(plan.networks, plan.machine, { member, state: options.state ?? stateDirectory(undefined, env), pcap: plan.pcap }, env);
}

/** Whether to use KVM. Throws KVM_UNUSABLE when it was demanded and does not work. */
async function chooseKvm(plan: MachinePlan, options: RunOptions): Promise<boolean> {
  if (plan.accel === "tcg") {
    return false;
  }
  const { probeKvm } = await import("./kvm.js");
  const { works, reason } = await probeKvm({ hostEnv: options.hostEnv, progress: options.progress });
  if (!works && plan.accel === "kvm") {
    throw new RrError("KVM_UNUSABLE", `KVM does not work here: ${reason}`, { hint: "--accel tcg runs everywhere; rr doctor says more" });
  }
  return works;
}

/** Nanoseconds since the epoch, to a millisecond. */
function wallTime(): number {
  return Date.now() * 1e6;
}

/** One machine in the foreground. */
class Session {
  private readonly terminals: Terminals;
  private readonly ending: Pick<Ending, "exit" | "ended"> = {};
  /** Frames a crash report is made of, in order. */
  private readonly crashFrames: ControlEvent[] = [];
  /** What has to be undone when the machine has ended, last first. */
  private readonly cleanup: (() => void)[] = [];
  /** QEMU's start has succeeded. */
  private lives = false;
  /** The guest listens. */
  private booted = false;
  /** Who has asked what the guest uses. */
  private readonly toldUsage: ((usage: GuestUsage) => void)[] = [];
  /** Frames for a guest that does not listen yet. */
  private waiting: Buffer[] = [];
  /** The hosts the guest knows of by now; in the launch document at first. */
  private toldHosts: readonly string[] | undefined;
  private hostsTimer: NodeJS.Timeout | undefined;
  /** What is to be said as soon as the guest listens. */
  private atBoot: (() => void) | undefined;
  /** Bytes of the console so far. */
  private printed = 0;
  /** Present with `strace`. */
  private trace: ((event: TraceEvent) => void) | undefined;
  private traceRequest: string | undefined;

  constructor(
    private readonly what: { plan: MachinePlan; image: ImageFacts; wanted: Wanted },
    private readonly options: RunOptions,
    private readonly stamps: Stamps,
  ) {
    this.terminals = examineStreams(options.stdin, options.stdout, options.stderr);
  }

  async run(kvm: boolean): Promise<RunResult> {
    const { options } = this;
    if (options.strace !== undefined && options.strace !== false) {
      // Before the machine starts: a short one has ended, and its events are gone, before a module is loaded.
      await this.prepareTrace(options.strace === true ? {} : options.strace);
    }
    const networks = await hostNetworks(this.what.plan, options);
    try {
      return await this.runOn(networks, kvm);
    } finally {
      this.cleanup.reverse().forEach((undo) => undo());
      await networks.remove();
    }
  }

  private async runOn(networks: HostNetworks, kvm: boolean): Promise<RunResult> {
    const { options, stamps } = this;
    if (networks.warning !== undefined) {
      options.events?.({ kind: "warn", text: networks.warning });
    }
    const document = this.document(networks);
    checkRoom(document, this.what.image, options.image);
    const machine = startMachine(this.what.plan, {
      document,
      kvm,
      networks,
      onDiagnostic: (line) => this.diagnostic(line),
      onGaveUp: () => this.end(machine, { exitCode: RUN_FAILED, reason: "KVM gave up on the guest (internal error)", hint: "--accel tcg" }),
    });
    stamps.host("QEMU started");
    try {
      options.events?.({ kind: "started", pid: machine.pid, argv: machine.argv });
      this.connect(machine);
      options.guest?.(this.guest(machine));
      networks.connect(machine.cards, () => this.tellHosts(networks, machine));
      const qemu = await machine.ended;
      stamps.host("QEMU ended");
      // A machine that was ended early may have been so because its output is stuck.
      if (this.ending.ended === undefined) {
        await Promise.all([flushed(options.stdout), flushed(options.stderr)]);
      }
      return await this.result(machine, qemu);
    } finally {
      machine.end();
    }
  }

  private async prepareTrace({ calls = "all", relativeTimes = false }: StraceOptions): Promise<void> {
    const { parseFilter, TraceFormatter, traceRequest } = await import("./strace/index.js");
    const formatter = new TraceFormatter({ relative: relativeTimes });
    this.traceRequest = traceRequest(parseFilter(calls));
    const tell = (lines: readonly string[]): void => lines.forEach((line) => this.options.events?.({ kind: "strace", line }));
    this.trace = (event) => tell(formatter.push(event));
    this.cleanup.push(() => tell(formatter.end()));
  }

  private document(networks: HostNetworks): string {
    const { options, terminals } = this;
    return launchDocument({
      ...this.what.wanted,
      env: { ...options.launch?.env, ...options.env },
      ...this.what.plan.names,
      ...this.addresses(networks),
      ...this.membership(networks),
      cwd: options.launch?.cwd,
      terminals,
      stdinEmpty: options.stdin === undefined,
      split: terminals.split,
      size: terminals.raw ? terminalSize(options.stdout) : undefined,
      time: wallTime(),
      timeline: options.bootTimeline === true,
      strace: this.trace !== undefined,
      trace: this.traceRequest,
    });
  }

  /** Where the cards' addresses are known, the guest need not ask for them. Another kernel would not read it, nor an image that drives no card; one that was baked with addresses keeps those. */
  private addresses(networks: HostNetworks): Pick<LaunchFacts, "net" | "dns"> {
    const { plan, image } = this.what;
    const file = this.options.launch?.net ?? [];
    const quiet = !image.network || ("net" in image.defaults && plan.addresses.length === 0 && file.length === 0);
    const net = quiet ? undefined : launchAddresses(networks.addresses, plan.addresses, file);
    const dns = plan.names.dns ?? (net === undefined ? undefined : networks.dns);
    return { ...(net === undefined ? {} : { net }), ...(dns === undefined ? {} : { dns }) };
  }

  /** On a private network the guest has a name and an address from there, and neighbours who come and go. */
  private membership(networks: HostNetworks): Pick<LaunchFacts, "hostname" | "hosts"> {
    const { names, image } = this.what.plan;
    if (networks.hosts === undefined) {
      return {};
    }
    this.toldHosts = this.hosts(networks);
    return { hostname: names.hostname ?? memberName(names, this.options.member, basename(image)), hosts: this.toldHosts };
  }

  private hosts(networks: HostNetworks): string[] {
    return fitHosts([...(networks.hosts?.() ?? []), ...(this.what.plan.names.hosts ?? [])]);
  }

  private connect(machine: RunningMachine): void {
    const { options } = this;
    const parser = new ControlParser((event) => this.handle(event, machine));
    machine.control.on("data", (chunk: Buffer) => parser.push(chunk));
    machine.control.once("end", () => parser.end());
    machine.console.once("data", () => {
      this.stamps.host("first output");
      this.alive(machine);
      // A kernel that is not rr's has no other way to say that it listens.
      if (this.what.image.kind === "kernel") this.ready(machine);
    });
    carryOutput(machine.console, options.stdout);
    machine.console.on("data", (chunk: Buffer) => (this.printed += chunk.length));
    this.watchReaders(machine);
    if (options.timeoutSeconds !== undefined) {
      const timer = setTimeout(() => {
        this.end(machine, { exitCode: RUN_FAILED, reason: `the machine was ended after ${options.timeoutSeconds} s (--timeout)` });
      }, options.timeoutSeconds * 1000);
      this.cleanup.push(() => clearTimeout(timer));
    }
    if (options.signal !== undefined) {
      const abort = (): void => this.end(machine, { exitCode: RUN_FAILED, reason: "the caller ended the machine" });
      options.signal.addEventListener("abort", abort, { once: true });
      this.cleanup.push(() => options.signal?.removeEventListener("abort", abort));
      if (options.signal.aborted) abort();
    }
    if (options.handleSignals === true) {
      this.cleanup.push(listenForSignals((signal) => this.forward(signal, machine), (signal) => this.endBySignal(signal, machine)));
    }
    if (this.terminals.raw && options.stdin !== undefined) {
      this.cleanup.push(rawMode(options.stdin));
    }
  }

  private guest(machine: RunningMachine): RunningGuest {
    return {
      pid: machine.pid,
      signal: (number) => (number === SIGKILL ? this.endBySignal(number, machine) : this.forward(number, machine)),
      send: (type, payload) => {
        const bytes = frame(type, payload);
        if (this.booted) machine.toControl.write(bytes);
        else this.waiting.push(bytes);
      },
      usage: () => this.askUsage(machine),
      end: (why) => this.end(machine, why),
    };
  }

  private askUsage(machine: RunningMachine): Promise<GuestUsage | undefined> {
    if (!this.booted || !this.what.image.network) {
      return Promise.resolve(undefined);
    }
    machine.toControl.write(usageQuestion());
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), USAGE_MS);
      this.toldUsage.push((usage) => {
        clearTimeout(timer);
        resolve(usage);
      });
    });
  }

  /** QEMU runs a guest: what fails from now on is not its start. */
  private alive(machine: RunningMachine): void {
    this.lives = true;
    machine.diagnostics.release();
  }

  /** The program starts: from now on the guest may be spoken to. Before, its serial ports would lose what they are sent. */
  private ready(machine: RunningMachine): void {
    this.alive(machine);
    if (this.booted) {
      return;
    }
    this.booted = true;
    this.waiting.splice(0).forEach((bytes) => machine.toControl.write(bytes));
    this.atBoot?.();
    const { stdin, stdout } = this.options;
    if (stdin !== undefined) {
      const stop = carryInput(stdin, machine.toConsole, {
        keyboard: this.terminals.raw,
        printed: () => this.printed,
        onEnd: (total) => machine.toControl.write(endOfInput(total)),
        onSecondCtrlC: () => this.endBySignal(SIGINT, machine),
      });
      this.cleanup.push(stop);
    }
    if (this.terminals.raw && stdout !== undefined) {
      const resized = (): void => {
        const size = terminalSize(stdout);
        if (size !== undefined) machine.toControl.write(windowSize(size.rows, size.columns));
      };
      stdout.on("resize", resized);
      this.cleanup.push(() => stdout.off("resize", resized));
    }
  }

  /** Neighbours have come or gone: soon, and when it listens, the guest gets the list as it is then, if it is not the one it has. */
  private tellHosts(networks: HostNetworks, machine: RunningMachine): void {
    const tell = (): void => {
      this.hostsTimer = undefined;
      const lines = this.hosts(networks);
      if (lines.join("\n") !== this.toldHosts?.join("\n")) {
        this.toldHosts = lines;
        machine.toControl.write(hostsFrames(lines));
      }
    };
    if (!this.booted) {
      this.atBoot = tell;
    } else if (this.hostsTimer === undefined) {
      this.hostsTimer = setTimeout(tell, HOSTS_DELAY_MS);
      this.cleanup.push(() => clearTimeout(this.hostsTimer));
    }
  }

  private handle(event: ControlEvent, machine: RunningMachine): void {
    const tell = this.options.events;
    this.alive(machine);
    switch (event.kind) {
      case "booted":
        this.stamps.booted(event);
        this.ready(machine);
        tell?.({ kind: "booted", guestMs: event.hertz === 0n ? 0 : (Number(event.cycles) * 1000) / Number(event.hertz) });
        break;
      case "exit":
        this.ending.exit ??= { how: event.how, value: event.value };
        this.stamps.host("exit status");
        this.endLater(machine);
        break;
      case "stderr":
        writeSlowly(machine.control, this.options.stderr ?? this.options.stdout, event.bytes);
        break;
      case "log":
        event.text.trimEnd().split("\n").forEach((text) => tell?.({ kind: "log", text }));
        break;
      case "stamp":
        this.stamps.guest(event);
        break;
      case "trace":
        this.trace?.(event.event);
        break;
      case "usage":
        this.toldUsage.splice(0).forEach((tellUsage) => tellUsage(event.usage));
        break;
      case "time-wanted":
        machine.toControl.write(timeAnswer(BigInt(wallTime())));
        break;
      case "malformed":
        tell?.({ kind: "warn", text: event.text });
        break;
      case "crash":
      case "thread":
      case "memory":
      case "program":
        this.crashFrames.push(event);
        break;
    }
  }

  /** Somebody like `head` has read enough: the machine has nothing left to run for. */
  private watchReaders(machine: RunningMachine): void {
    for (const stream of [this.options.stdout, this.options.stderr]) {
      const failed = (error: NodeJS.ErrnoException): void => {
        const closed = error.code === "EPIPE";
        this.end(machine, {
          exitCode: closed ? NOBODY_READS : RUN_FAILED,
          reason: closed ? "nobody reads the output any more" : `the output cannot be written: ${error.message}`,
        });
      };
      stream?.on("error", failed);
      this.cleanup.push(() => stream?.off("error", failed));
    }
  }

  private diagnostic(line: string): void {
    // That QEMU obeys when rr ends it is no news.
    const obeys = /terminating on signal/.test(line) && (this.ending.ended ?? this.ending.exit) !== undefined;
    if (!obeys) this.options.events?.({ kind: "qemu", line });
  }

  private forward(signal: number, machine: RunningMachine): void {
    if (!this.booted) {
      this.endBySignal(signal, machine);
      return;
    }
    machine.toControl.write(signalFrame(signal));
    if (signal === SIGHUP) {
      const timer = setTimeout(() => this.endBySignal(signal, machine), AFTER_HANGUP_MS);
      this.cleanup.push(() => clearTimeout(timer));
    }
  }

  private endBySignal(signal: number, machine: RunningMachine): void {
    this.end(machine, { exitCode: 128 + signal, reason: `the machine was ended by ${signalName(signal)}` });
  }

  private end(machine: RunningMachine, why: NonNullable<Ending["ended"]>): void {
    this.ending.ended ??= why;
    // A receiver that is stuck must not keep the channels from being read to their end.
    machine.console.resume();
    machine.control.resume();
    machine.end();
  }

  private endLater(machine: RunningMachine): void {
    const timer = setTimeout(() => machine.end(), AFTER_EXIT_MS);
    this.cleanup.push(() => clearTimeout(timer));
  }

  private async result(machine: RunningMachine, qemu: Ending["qemu"]): Promise<RunResult> {
    const { text } = machine.diagnostics;
    if (!this.lives && this.ending.ended === undefined && text !== "" && !/terminating on signal/.test(text)) {
      const { qemuFailure } = await import("./qemu-failure.js");
      throw await qemuFailure(machine.qemu, text, qemu.signal ?? `exit code ${qemu.code}`);
    }
    const crash = this.crashFrames.some(({ kind }) => kind === "crash") ? await this.crashReport() : undefined;
    const deadlock = this.ending.exit?.how === "deadlock" ? await this.deadlockReport() : undefined;
    const result = outcome({ ...this.ending, ...(crash === undefined ? {} : { crash }), ...(deadlock === undefined ? {} : { deadlock }), qemu, diagnostics: text });
    return this.options.bootTimeline === true ? { ...result, timeline: this.stamps.timeline() } : result;
  }

  private async crashReport(): Promise<RunResult["crash"]> {
    const { analyseCrash } = await import("./crash.js");
    return analyseCrash(this.crashFrames, this.debugInformation());
  }

  private async deadlockReport(): Promise<RunResult["deadlock"]> {
    const { analyseDeadlock } = await import("./deadlock.js");
    return analyseDeadlock(this.crashFrames, this.debugInformation());
  }

  private debugInformation(): { debugFile: string; programs: readonly string[] } {
    return { debugFile: `${this.what.plan.image}.debug`, programs: this.what.image.programs };
  }
}
