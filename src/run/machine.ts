import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex, Readable, Writable } from "node:stream";
import { findProgram, start } from "../process/start.js";
import { INHERITED, qemuArguments, type MachinePlan } from "./argv.js";
import { Diagnostics } from "./diagnostics.js";
import { COMMAND_LINE_LIMIT } from "./document.js";
import { guestWriter } from "./guest-writer.js";
import type { HostNetworks } from "./network-host.js";
import { QEMU, qemuMissing } from "./qemu.js";

export interface RunningMachine {
  pid: number;
  /** As started, the program first. */
  argv: readonly string[];
  qemu: string;
  /** COM1: what the guest says. */
  console: Readable;
  /** COM2: what the guest says. */
  control: Readable;
  /** To the guest's COM1 and COM2. */
  toConsole: Writable;
  toControl: Writable;
  /** To the cards on private networks, in order. */
  cards: readonly Duplex[];
  diagnostics: Diagnostics;
  /** Resolves when QEMU has ended and all it sent was read. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** End QEMU: politely, so that it leaves its disks in order, then by force. */
  end: () => void;
}

/** How long QEMU may take to leave after SIGTERM. */
const POLITE_MS = 1000;
/** Helpers of QEMU may keep its standard error open; what it said itself is here by then. */
const LAST_WORDS_MS = 200;

/** Start QEMU for `plan` with the launch document. Throws QEMU_MISSING. */
export function startMachine(
  plan: MachinePlan,
  how: { document: string; kvm: boolean; networks: Pick<HostNetworks, "args" | "env" | "sockets">; onDiagnostic: (line: string) => void; onGaveUp: () => void },
): RunningMachine {
  const qemu = findProgram(QEMU, how.networks.env["PATH"]);
  if (qemu === undefined) {
    throw qemuMissing();
  }
  const document = placeDocument(how.document);
  const args = qemuArguments(plan, { document: document.place, kvm: how.kvm, channels: INHERITED, network: how.networks.args });
  const { file, args: allArgs } = dieWithUs(qemu, args, how.networks.env["PATH"]);
  const { process: child, sockets } = start(file, allArgs, { sockets: 2 + how.networks.sockets, env: how.networks.env });
  const [console, control, ...cards] = sockets as [Duplex, Duplex, ...Duplex[]];
  for (const socket of sockets) {
    // QEMU's end says more than a connection that broke: writes into it are not errors of their own.
    socket.on("error", () => {});
  }
  const diagnostics = new Diagnostics([child.stdout, child.stderr], how.onDiagnostic, how.onGaveUp);
  return {
    pid: child.pid ?? 0,
    argv: [qemu, ...args],
    qemu,
    console,
    control,
    toConsole: guestWriter(console),
    toControl: guestWriter(control),
    cards,
    diagnostics,
    ended: waitForEnd(child, [console, control]).finally(document.remove),
    end: () => {
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), POLITE_MS).unref();
    },
  };
}

/** Where the guest finds the document: on its command line when it fits, else in a file that becomes a module. */
function placeDocument(text: string): { place: { text: string } | { path: string }; remove: () => void } {
  if (Buffer.byteLength(text) <= COMMAND_LINE_LIMIT) {
    return { place: { text }, remove: () => {} };
  }
  const directory = mkdtempSync(join(tmpdir(), "rr-run-"));
  const path = join(directory, "launch.json");
  const remove = (): void => {
    process.off("exit", remove);
    rmSync(directory, { recursive: true, force: true });
  };
  process.on("exit", remove);
  writeFileSync(path, text, { mode: 0o600 });
  return { place: { path }, remove };
}

/**
 * The command that makes the kernel kill QEMU when rr dies, even by SIGKILL: setpriv (util-linux) sets the parent-death signal
 * and becomes QEMU, in about a millisecond. Without it QEMU is started as it is, and only a SIGKILL of rr leaves it behind.
 */
function dieWithUs(qemu: string, args: readonly string[], path: string | undefined): { file: string; args: readonly string[] } {
  const setpriv = findProgram("setpriv", path);
  return setpriv === undefined ? { file: qemu, args } : { file: setpriv, args: ["--pdeathsig", "KILL", "--", qemu, ...args] };
}

async function waitForEnd(child: ChildProcess, sockets: readonly Duplex[]): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const allRead = Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.once("close", resolve))));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await allRead;
  await Promise.race([closed, new Promise<void>((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref())]);
  return end;
}
