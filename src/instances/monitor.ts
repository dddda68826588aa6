import type { Server } from "node:net";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { RrError } from "../errors/rr-error.js";
import { identify, type ProcessIdentity } from "../process/identity.js";
import { formatCrash, formatDeadlock, inspectImage, run, type RunEvent, type RunningGuest, type RunResult } from "../run/index.js";
import { LogWriter } from "./log-writer.js";
import type { Answer, Request } from "./protocol.js";
import { nextDelay, restartsAgain } from "./restart.js";
import { serveRequests } from "./server.js";
import { deleteInstance, readSpec, stateOf, writeState } from "./store.js";
import type { InstanceSpec, InstanceState } from "./types.js";

/** What a monitor tells who started it, a line of JSON each; "started" or "failed" is the last. */
export type StartReport =
  | { kind: "started" }
  | { kind: "warn"; text: string }
  | { kind: "failed"; code: string; message: string; hint?: string | undefined; exitCode: number };

export interface MonitorLinks {
  /** To who started it. */
  report: (report: StartReport) => void;
  /** Aborted when that one goes away. */
  abandoned: AbortSignal;
}

/** A program has to begin within this. */
const START_MS = 120_000;
/** A kernel that is not rr's does not say when it begins: it has started when it lives so long. */
const KERNEL_MS = 1000;
/** For a program whose monitor is told to end: the host is shutting down. */
const SHUTDOWN_SECONDS = 10;
/** A disk that is full when the end is to be written down is tried so often, a second apart. */
const END_TRIES = 30;
/** Clients that do not take their answers are not waited for longer. */
const LAST_ANSWERS_MS = 2000;
const { SIGKILL, SIGTERM } = constants.signals;

/**
 * Look after the instance in `directory` until it has ended for good: run its machine, keep its log and state, answer requests. One process does this for one
 * instance and nothing else: it is QEMU's parent, so what it signals is what it started. What the start fails with is reported, not thrown.
 */
export async function monitorInstance(directory: string, links: MonitorLinks): Promise<void> {
  const monitor = identify(process.pid);
  if (monitor === undefined) {
    throw new RrError("PROC_MISSING", "/proc does not show this process", { hint: "mount /proc" });
  }
  let work: Monitor;
  try {
    work = new Monitor(directory, readSpec(directory), monitor, links);
    await work.open();
  } catch (error) {
    links.report(failure(error));
    return;
  }
  await work.work();
}

class Monitor {
  private state: InstanceState;
  private readonly log: LogWriter;
  private guest: RunningGuest | undefined;
  /** Nobody wants it to run any more: wakes who waits to start it again. */
  private readonly stopped = new AbortController();
  /** How the start went is known. */
  private started = false;
  private tellEnd: (answer: Answer) => void = () => {};
  private readonly end = new Promise<Answer>((resolve) => (this.tellEnd = resolve));
  /** Last of what has to be written to state.json: one at a time, in order. */
  private written: Promise<unknown> = Promise.resolve();
  private server: Server | undefined;

  constructor(private readonly directory: string, private readonly spec: InstanceSpec, monitor: ProcessIdentity, private readonly links: MonitorLinks) {
    this.state = { phase: "starting", monitor, restarts: 0 };
    this.log = new LogWriter(directory, spec.logBytes);
  }

  /** From now on the instance is this process's, and answers. */
  async open(): Promise<void> {
    await this.write({});
    this.server = await serveRequests(this.directory, (request) => this.handle(request));
    process.on("SIGHUP", () => {});
    process.on("SIGTERM", () => void this.stop(SHUTDOWN_SECONDS));
    const abandoned = (): void => {
      if (!this.started) this.kill("who started it went away");
    };
    this.links.abandoned.addEventListener("abort", abandoned);
    if (this.links.abandoned.aborted) abandoned();
  }

  async work(): Promise<void> {
    const ending = await this.runAll();
    const { exitCode = 125, reason, hint } = ending.result;
    this.log.close();
    await this.writeEnd({ exitCode, ...(reason === undefined ? {} : { reason }), ...(hint === undefined ? {} : { hint }) });
    const allAnswered = new Promise<void>((resolve) => (this.server === undefined ? resolve() : this.server.close(() => resolve())));
    if (!this.started || this.spec.remove) {
      await deleteInstance({ directory: this.directory, id: this.spec.id });
    }
    if (!this.started) {
      this.links.report(ending.error === undefined ? neverBegan(ending.result) : failure(ending.error));
    }
    this.tellEnd({ ended: { exitCode, ...(reason === undefined ? {} : { reason }), ...(hint === undefined ? {} : { hint }) } });
    await Promise.race([allAnswered, sleep(LAST_ANSWERS_MS, undefined, { ref: false })]);
  }

  /** Run the machine, again and again as the policy has it. */
  private async runAll(): Promise<{ result: RunResult; error?: unknown }> {
    for (let delay = 0; ; ) {
      const begin = performance.now();
      const ending = await this.runOnce();
      this.guest = undefined;
      if (!this.started || this.stopped.signal.aborted || !restartsAgain(this.spec.restart, ending.result.exitCode, this.state.restarts)) {
        return ending;
      }
      delay = nextDelay(delay, performance.now() - begin);
      await this.update({ phase: "restarting", exitCode: ending.result.exitCode, restarts: this.state.restarts + 1, ended: new Date().toISOString() });
      this.log.say(`ended with exit code ${ending.result.exitCode}; starts again in ${delay / 1000} s (restart ${this.state.restarts})`);
      await sleep(delay, undefined, { signal: this.stopped.signal }).catch(() => {});
      if (this.stopped.signal.aborted) {
        return ending;
      }
    }
  }

  private async runOnce(): Promise<{ result: RunResult; error?: unknown }> {
    const stdout = this.log.stream("stdout");
    const limit = setTimeout(() => this.kill(`its program did not begin within ${START_MS / 1000} s`), START_MS);
    let kernel: NodeJS.Timeout | undefined;
    try {
      const silent = this.spec.options.paused === true || (await inspectImage(this.spec.options.image)).kind === "kernel";
      const result = await run({
        ...this.spec.options,
        member: this.spec.name,
        state: stateOf(this.directory),
        stdout,
        stderr: this.log.stream("stderr"),
        events: (event) => {
          if (event.kind === "booted") {
            clearTimeout(limit);
            this.began();
          }
          if (event.kind === "started" && silent) {
            clearTimeout(limit);
            kernel = setTimeout(() => this.began(), KERNEL_MS);
          }
          if (event.kind === "started") this.state = { ...this.state, ...memoryOf(event.argv) };
          this.tell(event);
        },
        guest: (guest) => this.take(guest),
      });
      this.record(result);
      return { result };
    } catch (error) {
      const { message, hint } = failure(error);
      this.log.say(message);
      return { result: { exitCode: 125, reason: message, ...(hint === undefined ? {} : { hint }) }, error };
    } finally {
      clearTimeout(limit);
      clearTimeout(kernel);
    }
  }

  private take(guest: RunningGuest): void {
    this.guest = guest;
    const qemu = identify(guest.pid);
    void this.update(qemu === undefined ? {} : { qemu });
    if (this.stopped.signal.aborted) {
      guest.signal(SIGKILL);
    }
  }

  /** The program runs. */
  private began(): void {
    const first = !this.started;
    this.started = true;
    const { ended: _, exitCode: __, ...state } = this.state;
    this.state = state;
    void this.update({ phase: "running", started: new Date().toISOString() }).then(() => {
      if (first) this.links.report({ kind: "started" });
    });
  }

  private tell(event: RunEvent): void {
    const text = event.kind === "log" ? `libOS: ${event.text}` : event.kind === "qemu" ? `QEMU: ${event.line}` : event.kind === "warn" ? `warning: ${event.text}` : event.kind === "strace" ? event.line : undefined;
    if (text === undefined) return;
    this.log.say(text);
    if (!this.started && event.kind !== "strace") this.links.report({ kind: "warn", text });
  }

  /** How it ended, for who reads the log. */
  private record(result: RunResult): void {
    if (result.crash !== undefined) this.log.say(formatCrash(result.crash));
    if (result.deadlock !== undefined) this.log.say(formatDeadlock(result.deadlock));
    if (result.reason !== undefined) this.log.say(result.reason);
  }

  private async handle(request: Request): Promise<Answer> {
    switch (request.op) {
      case "signal":
        if (request.signal === SIGKILL) this.kill();
        else if (this.guest === undefined) return { error: "the program does not run at this moment" };
        else this.guest.signal(request.signal);
        return {};
      case "stop":
        void this.stop(request.seconds);
        return this.end;
      case "wait":
        return this.end;
      case "usage": {
        const usage = await this.guest?.usage();
        return usage === undefined ? {} : { usage };
      }
      case "send":
        if (this.guest === undefined) return { error: "the program does not run at this moment" };
        this.guest.send(request.type, Buffer.from(request.payload, "base64"));
        return {};
    }
  }

  /** SIGTERM to the program; what still runs after `seconds` is ended. */
  private async stop(seconds: number): Promise<void> {
    this.stopped.abort();
    this.guest?.signal(SIGTERM);
    const ended = new AbortController();
    void this.end.then(() => ended.abort());
    await sleep(seconds * 1000, undefined, { signal: ended.signal }).then(
      () => this.guest?.end({ exitCode: 128 + SIGKILL, reason: `the machine was ended: its program still ran ${seconds} s after SIGTERM` }),
      () => {},
    );
  }

  private kill(reason?: string): void {
    this.stopped.abort();
    if (reason === undefined) this.guest?.signal(SIGKILL);
    else this.guest?.end({ exitCode: 125, reason });
  }

  /** A state that cannot be written now is written with the next change: the program's life does not hang on it. */
  private async update(change: Partial<InstanceState>): Promise<void> {
    await this.write(change).catch((error: unknown) => this.log.say(`its state cannot be written: ${failure(error).message}`));
  }

  private write(change: Partial<InstanceState>, durable = false): Promise<unknown> {
    this.state = { ...this.state, ...change };
    const { state } = this;
    const next = this.written.catch(() => {}).then(() => writeState(this.directory, state, { durable }));
    this.written = next;
    return next;
  }

  /** Its end must be found by whoever looks later, also after the host's. */
  private async writeEnd(how: Pick<InstanceState, "exitCode" | "reason" | "hint">): Promise<void> {
    const end = { ...how, phase: "ended" as const, ended: new Date().toISOString() };
    for (let tries = END_TRIES; ; tries--) {
      try {
        await this.write(end, true);
        return;
      } catch {
        if (tries === 0) return;
        await sleep(1000);
      }
    }
  }
}

/** What QEMU was told: the default depends on the image. */
function memoryOf(argv: readonly string[]): Pick<InstanceState, "memoryMb"> {
  const megabytes = /^(\d+)M$/.exec(argv[argv.indexOf("-m") + 1] ?? "")?.[1];
  return megabytes === undefined ? {} : { memoryMb: Number(megabytes) };
}

function failure(error: unknown): Extract<StartReport, { kind: "failed" }> {
  if (error instanceof RrError) {
    return { kind: "failed", code: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode };
  }
  // What no RrError describes is a bug of rr, and its stack is wanted.
  return { kind: "failed", code: "BUG", message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: 70 };
}

function neverBegan({ reason, hint, exitCode }: RunResult): StartReport {
  return { kind: "failed", code: "START_FAILED", message: `the machine ended before its program began: ${reason ?? `exit code ${exitCode}`}`, hint, exitCode: 1 };
}
