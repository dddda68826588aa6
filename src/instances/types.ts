import type { RunOptions } from "../run/index.js";
import type { ProcessIdentity } from "../process/identity.js";

export type RestartPolicy =
  | { when: "no" }
  /** After an end that is not 0; `most`: so often at most, no limit without. */
  | { when: "on-failure"; most?: number }
  | { when: "always" };

/** What of RunOptions can be kept in a file. The console goes to the log, so nothing of it is here. */
export type InstanceOptions = Omit<RunOptions, "stdin" | "stdout" | "stderr" | "handleSignals" | "signal" | "guest" | "events" | "progress" | "hostEnv" | "bootTimeline" | "member" | "state">;

export interface StartInstanceOptions extends InstanceOptions {
  /** Ended instances stay until they are removed; true: removed when it ends. */
  remove?: boolean;
  /** "no" by default. */
  restart?: RestartPolicy;
  /** Most the console's log takes on disk, bytes; 16 MiB by default, 64 KiB at least. */
  logBytes?: number;
  /** Where instances are kept (as given by `stateDirectory`). */
  state: string;
  /** Ends the start: what runs by then is ended again. */
  signal?: AbortSignal;
  /** Lines of rr, QEMU and the libOS until it has started. */
  warn?: (text: string) => void;
}

/** spec.json: what was asked for; never changes. */
export interface InstanceSpec {
  version: 1;
  id: string;
  name: string;
  /** ISO 8601. */
  created: string;
  options: InstanceOptions;
  remove: boolean;
  restart: RestartPolicy;
  logBytes: number;
}

/** state.json: written by the monitor alone (before it runs, by who starts it), always whole. */
export interface InstanceState {
  phase: "starting" | "running" | "restarting" | "ended";
  /** Who looks after it. */
  monitor: ProcessIdentity;
  /** QEMU, or the last one there was. */
  qemu?: ProcessIdentity;
  /** Of its guest, MiB. */
  memoryMb?: number;
  /** When the program began last, ISO 8601. */
  started?: string;
  /** When it ended last. */
  ended?: string;
  exitCode?: number;
  /** Why, when it was no ordinary exit, and what to do. */
  reason?: string;
  hint?: string;
  restarts: number;
}

/** "lost": its monitor is gone (killed, or the host was started anew), and with it the machine. */
export type InstanceStatus = InstanceState["phase"] | "lost";

/** An instance as it is now. */
export interface Instance {
  id: string;
  name: string;
  status: InstanceStatus;
  /** What was run; absolute. */
  image: string;
  created: string;
  started?: string;
  ended?: string;
  /** Of an ended one: 0 to 255 as `run` has it; 125 for a lost one. */
  exitCode?: number;
  reason?: string;
  hint?: string;
  restarts: number;
  /** QEMU's process, while it runs. */
  pid?: number;
  monitorPid?: number;
  /** What `rr run` prints without -i, as Rumprun does: "qemu:" and the name that was asked for, else QEMU's process. */
  cookie: string;
  options: InstanceOptions;
  remove: boolean;
  restart: RestartPolicy;
  logBytes: number;
  /** Its folder: spec.json, state.json, log, log.1, control, monitor.log. */
  directory: string;
}
