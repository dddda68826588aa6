import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { packageRoot } from "../workspace/paths.js";
import type { CliContext } from "./context.js";

type Register = (program: Command, context: CliContext) => void;

/** The commands, in the order in which help shows them. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  "build-platform": async () => (await import("./commands/build-platform.js")).registerBuildPlatform,
  bake: async () => (await import("./commands/bake.js")).registerBake,
  run: async () => (await import("./commands/run.js")).registerRun,
  ps: async () => (await import("./commands/ps.js")).registerPs,
  logs: async () => (await import("./commands/logs.js")).registerLogs,
  stop: async () => (await import("./commands/stop.js")).registerStop,
  kill: async () => (await import("./commands/kill.js")).registerKill,
  rm: async () => (await import("./commands/rm.js")).registerRm,
  wait: async () => (await import("./commands/wait.js")).registerWait,
  stats: async () => (await import("./commands/stats.js")).registerStats,
  inspect: async () => (await import("./commands/inspect.js")).registerInspect,
  monitor: async () => (await import("./commands/monitor.js")).registerMonitor,
  network: async () => (await import("./commands/network.js")).registerNetwork,
  audit: async () => (await import("./commands/audit.js")).registerAudit,
  env: async () => (await import("./commands/env.js")).registerEnv,
  configs: async () => (await import("./commands/configs.js")).registerConfigs,
  doctor: async () => (await import("./commands/doctor.js")).registerDoctor,
  fetch: async () => (await import("./commands/fetch.js")).registerFetch,
};

/**
 * rr's commands, ready to parse. When the first argument names one, only that is loaded, and each loads its feature only when it
 * runs: every millisecond here is one of each `rr run`.
 */
export async function createProgram(context: CliContext): Promise<Command> {
  const program = new Command("rr")
    .description("Bakes POSIX programs with a library operating system into bootable images and runs them.")
    .version(rrVersion())
    // Options behind a subcommand belong to it; `rr run qemu IMAGE -x` gives -x to the program.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `
From a C program to a booted image:
  rr build-platform hw                             once
  eval "$(rr env)"                                 puts the compiler wrappers in front of PATH
  x86_64-rumprun-linux-musl-gcc -o hello hello.c
  rr bake hw_generic hello.bin hello
  rr run qemu -i hello.bin
  rr run qemu --detach --name hello hello.bin      in the background: rr ps, rr logs, rr stop, rr rm

Exit codes: 0 done, 1 the input or the host is at fault, 2 wrong usage, 70 a bug of rr;
rr run: the program's own, 128+N when signal N ended it, 125 when rr itself failed.`,
    );
  for (const load of commandsFor(context.argv[0])) {
    (await load())(program, context);
  }
  return program;
}

function commandsFor(first: string | undefined): (() => Promise<Register>)[] {
  if (first === "--version" || first === "-V") {
    return [];
  }
  const named = first === undefined || !Object.hasOwn(COMMANDS, first) ? undefined : COMMANDS[first];
  return named === undefined ? Object.values(COMMANDS) : [named];
}

/** rr's version, from its package.json. */
function rrVersion(): string {
  const parsed = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  return parsed.version;
}
