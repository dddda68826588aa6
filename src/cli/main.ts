import { constants } from "node:os";
import type { Command } from "commander";
import { loadConfig, type RrConfig } from "../config/index.js";
import { splitAtDashes } from "./arguments.js";
import type { CliContext } from "./context.js";
import { createProgram } from "./program.js";
import { EXIT_RUN_FAILED, failureOf, writeFailure } from "./report/failure.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Run the command line in `argv` (without node and script) and end the process with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  leaveQuietlyWhenNobodyReads();
  const context = createContext(argv);
  const program = await createProgram(context);
  const fail = async (error: unknown): Promise<never> => {
    const failure = failureOf(error, helpCommand(program, argv));
    await writeFailure(failure);
    // A launcher's exit code is the program's: its own failures share one that programs do not use.
    process.exit(failure.exitCode !== 0 && isRun(argv) ? EXIT_RUN_FAILED : failure.exitCode);
  };
  // What is thrown outside the promise below, in an event handler, is a bug like any other.
  process.on("uncaughtException", fail);
  try {
    await program.parseAsync(spellOut(argv), { from: "user" });
  } catch (error) {
    return fail(error);
  }
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(context.exitCode);
}

/** What a reader of a pipe has not taken yet would be lost with the process. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0) {
    await new Promise<void>((resolve) => void stream.write("", () => resolve()));
  }
}

function createContext(argv: readonly string[]): CliContext {
  const handlers = SIGNALS.map((signal) => ({ signal, handler: () => process.exit(128 + constants.signals[signal]) }));
  for (const { signal, handler } of handlers) {
    process.on(signal, handler);
  }
  let config: Promise<RrConfig> | undefined;
  return {
    argv,
    exitCode: 0,
    config: () => (config ??= loadConfig(process.cwd())),
    takeSignals: () => {
      for (const { signal, handler } of handlers) {
        process.off(signal, handler);
      }
    },
    outlastSignals: () => {
      for (const signal of [...SIGNALS, "SIGQUIT"] as const) {
        process.on(signal, () => {});
      }
    },
  };
}

/**
 * commander cannot tell `bake --why PROGRAM` from `bake --why NAME`: the form with a value gets a name of its own. Nor `run --strace IMAGE` from
 * `run --strace CALLS`: the form without a value gets an empty one (`rr run` takes the program's own arguments from what was typed).
 */
function spellOut(argv: readonly string[]): string[] {
  if (argv[0] === "run") {
    return argv.map((argument) => (argument === "--strace" ? "--strace=" : argument));
  }
  if (argv[0] !== "bake") {
    return [...argv];
  }
  const { before } = splitAtDashes(argv);
  const spelt = before.flatMap((argument) => (argument.startsWith("--why=") ? ["--why-of", argument.slice("--why=".length)] : [argument]));
  return [...spelt, ...argv.slice(before.length)];
}

/** "rr run qemu --help" for a command line that starts with `run qemu`. */
function helpCommand(program: Command, argv: readonly string[]): string {
  const path = ["rr"];
  let command: Command | undefined = program;
  for (const word of argv) {
    command = command?.commands.find((candidate) => candidate.name() === word);
    if (command === undefined) {
      break;
    }
    path.push(word);
  }
  return `${path.join(" ")} --help`;
}

function isRun(argv: readonly string[]): boolean {
  return argv.find((argument) => !argument.startsWith("-")) === "run";
}

/** `rr configs | head -1`: the reader is gone, which is no failure of rr. */
function leaveQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") {
        process.exit(0);
      }
      throw error;
    });
  }
}
