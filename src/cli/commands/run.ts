import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { RrError } from "../../errors/rr-error.js";
import type { Accelerator, Machine, RunEvent, RunResult, StraceOptions } from "../../run/index.js";
import { prefixDirectory, cacheDirectory, stateDirectory } from "../../workspace/paths.js";
import { repeated, seconds, variable, wholeNumber } from "../arguments.js";
import { bakedImage } from "../baked-image.js";
import type { CliContext } from "../context.js";
import { EXIT_RUN_FAILED } from "../report/failure.js";
import { withProgress } from "../report/progress.js";
import { addRumprunFlags, addRumprunGlobalFlags } from "../rumprun-flags.js";
import { canRedraw, styleFor } from "../report/style.js";

interface Flags {
  interactive?: boolean;
  detach?: boolean;
  rm?: boolean;
  restart?: string;
  logSize?: number;
  memory?: number;
  env?: Record<string, string>;
  program?: string;
  rc?: string;
  name?: string;
  guestArgs?: string;
  net?: string[];
  network?: string[];
  publish?: string[];
  interface?: string[];
  writeAddress?: string[];
  pcap?: string;
  hostname?: string;
  dns?: string[];
  dnsSearch?: string[];
  addHost?: string[];
  gdbPort?: number;
  paused?: boolean;
  accel?: Accelerator;
  machine?: Machine;
  timeout?: number;
  strace?: string;
  straceFile?: string;
  straceRelative?: boolean;
  bootTimeline?: boolean;
  prefix?: string;
  json?: boolean;
}

export function registerRun(program: Command, context: CliContext): void {
  const run = program
    .command("run")
    .summary("boot an image in a hypervisor and run its program")
    .description("Boot an image, pass the console through, and exit as the program does.")
    .usage("<hypervisor> [options] <image> [-- arguments]")
    .enablePositionalOptions()
    .allowUnknownOption()
    .argument("<hypervisor>", "what to boot it in: qemu")
    .argument("[rest...]", "options, image and arguments")
    .addHelpText("after", "\nExamples:\n  rr run qemu -i hello.bin\n  rr run qemu --help")
    .action(unknownHypervisor);
  addRumprunGlobalFlags(run);
  const qemu = run
    .command("qemu")
    .summary("run in QEMU")
    .description(
      "Boot an image in QEMU. With -i the console is passed through and rr exits as the program does. Without it the image becomes an instance in the " +
        "background: when its program runs, a cookie is printed as Rumprun does (with --detach the instance's name), for rr ps, logs, stop, rm. " +
        "A program that is not baked yet is baked with hw_generic first.",
    )
    .usage("[options] <image> [--] [arguments]")
    .passThroughOptions()
    .argument("<image>", "a baked image, or a program linked by the compiler wrapper")
    .argument("[arguments...]", "arguments of the program, instead of those baked in")
    .option("-i, --interactive", "stay: standard input, output and exit status are the program's")
    .option("--detach", "run in the background, as without -i, and print the bare name")
    .option("--rm", "in the background: remove the instance when it has ended")
    .option("--restart <policy>", "in the background: start it again when it has ended: no, on-failure[:N], always")
    .option("--log-size <mb>", "in the background: most the console's log takes on disk, MiB (default: 16)", wholeNumber(1, 1 << 20))
    .option("-M, --memory <mb>", "guest memory in MiB (default: 64)", wholeNumber(2, 1 << 22))
    .option("-e, --env <name=value>", "environment of the program (repeatable)", variable)
    .option("--program <name>", "which of the image's programs to run, as process 1 (default: the first)")
    .option("--rc <file>", "which programs to run and how, in order, in the background or piped: a file with JSON, or the JSON itself: rc, env, hostname (Rumprun's configuration)")
    .option("-N, --name <name>", "name of the machine: the guest's host name, and the instance's")
    .option("-g, --guest-args <arguments>", "more arguments for QEMU, as one string")
    .option("--net <network>", "a network card: user, passt, private:NAME (rr network), tap:NAME, bridge:NAME, socket:NAME (guests of one name meet), qemu:TYPE[,OPTIONS] (as -netdev has it); none (repeatable; default: user for a program that uses the network)", repeated)
    .option("--network <name>", "a card on a private network, as --net private:NAME (repeatable)", repeated)
    .option("--pcap <file>", "write all frames to and from the network card to a file for tcpdump or wireshark; several cards: NAME-eth0.EXT, ...")
    .option("-P, --publish <ports>", "[ADDRESS:]HOST:GUEST[/udp]: a port of this host, on 127.0.0.1 by default, leads to the guest's (repeatable)", repeated)
    .option("--hostname <name>", "what the guest is called (default: --name, else as its program)")
    .option("--dns <address>", "a DNS server, instead of those DHCP names (repeatable)", repeated)
    .option("--dns-search <domain>", "a domain names are looked for in, instead of those DHCP names; . for none (repeatable)", repeated)
    .option("--add-host <name:address>", "a line of the guest's /etc/hosts; the address host-gateway is this host on the user network (repeatable)", repeated)
    .option("-D, --gdb-port <port>", "let gdb connect there", wholeNumber(1, 65535))
    .option("-p, --paused", "start paused, for a debugger to continue")
    .addOption(new Option("--accel <how>", "accelerator").choices(["auto", "kvm", "tcg"]))
    .addOption(new Option("--machine <machine>", "QEMU machine (default: microvm, the fastest)").choices(["microvm", "q35", "pc"]))
    .option("--timeout <seconds>", "end the machine after so long", seconds)
    .option("--strace [calls]", "print system calls and signals on standard error; --strace=CALLS: which, as strace -e trace= (open,%process,!read)")
    .option("--strace-file <file>", "print them to a file instead")
    .option("--strace-relative", "begin each line with the time since the one before")
    .option("--boot-timeline", "print where the time of the boot went")
    .option("--prefix <directory>", "where the platform is installed (for a program that is not baked yet)")
    .option("--json", "report how it ended as JSON, on standard error while the console is passed through")
    .addHelpText(
      "after",
      `
Examples:
  rr run qemu -i hello.bin
  rr run qemu -i -M 16 -e LANG=C lua.bin -- -e 'print(1 + 1)'
  rr run qemu --detach --name web -P 8080:80 nginx.bin     in the background: rr ps, rr logs -f web, rr stop web
  rr run qemu -i ./hello                     not baked yet: baked into the cache first
  rr run qemu -i -p -D 1234 hello.bin        gdb hello.bin.debug -ex 'target remote :1234'
  echo 2 + 3 | rr run qemu -i bc.bin
  rr run qemu -i --strace=%file,%process --strace-file calls.txt tools.bin
  rr run qemu -i --program client tools.bin -- -v    another program of an image with several
  rr run qemu -i --rc start.json tools.bin           several, one after another, in the background or piped:
  rr run qemu -i --rc '{"rc": [{"bin": "server", "runmode": "&"}, {"bin": "client", "args": ["-v"]}]}' tools.bin

Ctrl-C reaches the program as SIGINT; a second one that it does not answer either ends the machine.
Exit code: the program's; 128+N when signal N ended it; 125 when rr itself failed.`,
    )
    .action((image: string, operands: string[], flags: Flags) => runQemu(image, operands, flags, context));
  addRumprunFlags(qemu);
}

function unknownHypervisor(name: string): never {
  throw new RrError("HYPERVISOR_UNKNOWN", `rr cannot run images in "${name}"`, { hint: "this release knows one hypervisor: rr run qemu", exitCode: 2 });
}

async function runQemu(image: string, operands: readonly string[], flags: Flags, context: CliContext): Promise<void> {
  const config = await context.config();
  // As typed: main.ts spells some flags out, and these may be the program's.
  operands = operands.length === 0 ? [] : context.argv.slice(-operands.length);
  const args = operands[0] === "--" ? operands.slice(1) : operands;
  const interactive = flags.interactive ?? false;
  checkFlags(flags);
  const { run } = await import("../../run/index.js");
  const ready = await withProgress(
    (progress) =>
      bakedImage(image, {
        config: config.bake.config ?? "hw_generic",
        prefix: prefixDirectory(flags.prefix ?? config.prefix),
        cache: cacheDirectory(config.cache),
        progress,
      }),
    // Lines of a bake nobody asked for would mix with the program's own.
    { quiet: !canRedraw(process.stderr, process.env) },
  );
  const { readLaunchFile } = flags.rc === undefined ? {} : await import("../../config/launch-file.js");
  const launch = await readLaunchFile?.(flags.rc ?? "", (text) => process.stderr.write(`warning: ${text}\n`));
  const trace = traceOptions(flags);
  const writeTrace = trace === undefined || flags.straceFile === undefined ? undefined : await openTraceFile(flags.straceFile);
  // Loaded while the machine starts, not before.
  let style: ReturnType<typeof styleFor> | undefined;
  const defined = definedOnly({
    memoryMb: flags.memory ?? config.run.memory,
    name: flags.name,
    program: flags.program,
    launch,
    qemuArgs: flags.guestArgs ?? config.run.qemuArgs,
    nets: flags.net === undefined && flags.network === undefined ? config.run.net : [...(flags.net ?? []), ...(flags.network ?? []).map((name) => `private:${name}`)],
    publish: flags.publish ?? config.run.publish,
    interfaces: flags.interface,
    addresses: flags.writeAddress,
    pcap: flags.pcap === undefined ? undefined : resolve(flags.pcap),
    hostname: flags.hostname ?? config.run.hostname,
    dns: flags.dns ?? config.run.dns,
    dnsSearch: flags.dnsSearch ?? config.run.dnsSearch,
    addHosts: flags.addHost ?? config.run.addHosts,
    gdbPort: flags.gdbPort,
    accel: flags.accel ?? config.run.accel,
    machine: flags.machine ?? config.run.machine,
    timeoutSeconds: flags.timeout ?? config.run.timeout,
    // No arguments given: those baked in. `--` alone: none at all.
    args: args.length === 0 && operands.length === 0 ? undefined : args,
  });
  const options = { image: ready, ...defined, state: stateDirectory(config.state), env: { ...config.run.env, ...flags.env }, paused: flags.paused ?? false, strace: trace ?? false };
  if (!interactive) {
    const { startInBackground } = await import("./run-background.js");
    return startInBackground(options, { flags, config, context });
  }
  context.takeSignals();
  const result = await run({
    ...options,
    bootTimeline: flags.bootTimeline ?? false,
    stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, handleSignals: true,
    events: (event) => {
      if (event.kind === "started") {
        context.outlastSignals();
      }
      if (event.kind === "strace" && writeTrace !== undefined) {
        return writeTrace(event.line);
      }
      const line = eventLine(event);
      style ??= styleFor(process.stderr);
      if (line !== undefined) {
        void style.then(({ dim }) => process.stderr.write(`${dim(line)}\n`));
      }
    },
  });
  await style;
  context.exitCode = result.exitCode;
  await report(result, flags);
}

/** Throws RUN_BAD_OPTION for flags that exclude each other. */
function checkFlags({ interactive, detach, rm, restart, logSize, bootTimeline, straceFile }: Flags): void {
  const background = [detach === true && "--detach", rm === true && "--rm", restart !== undefined && "--restart", logSize !== undefined && "--log-size"].find((flag) => flag !== false);
  const foreground = [bootTimeline === true && "--boot-timeline", straceFile !== undefined && "--strace-file"].find((flag) => flag !== false);
  if (interactive === true && background !== undefined) {
    throw new RrError("RUN_BAD_OPTION", `-i stays in the foreground, ${background} is for the background`, { exitCode: 2, hint: "leave one of them out" });
  }
  if (interactive !== true && foreground !== undefined) {
    throw new RrError("RUN_BAD_OPTION", `${foreground} is for the foreground`, { exitCode: 2, hint: "add -i" });
  }
  if (rm === true && restart !== undefined && restart !== "no") {
    throw new RrError("RUN_BAD_OPTION", "--rm and --restart exclude each other", { exitCode: 2, hint: "leave one of them out" });
  }
}

/** Any of the flags asks for a trace. */
function traceOptions({ strace, straceFile, straceRelative }: Flags): StraceOptions | undefined {
  if (strace === undefined && straceFile === undefined && straceRelative === undefined) {
    return undefined;
  }
  return { calls: strace === undefined || strace === "" ? "all" : strace, relativeTimes: straceRelative ?? false };
}

/** Line by line, so that a trace that is cut off is as long as it can be. */
async function openTraceFile(path: string): Promise<(line: string) => void> {
  const { openSync, writeSync } = await import("node:fs");
  const { asRrError } = await import("../../workspace/system-error.js");
  try {
    const file = openSync(path, "w");
    return (line) => void writeSync(file, `${line}\n`);
  } catch (error) {
    throw asRrError(error, path) ?? error;
  }
}

/** How it ended: on standard error, since standard output is the program's. */
async function report(result: RunResult, flags: Flags): Promise<void> {
  const { formatCrash, formatDeadlock, formatTimeline } = await import("../../run/index.js");
  if (flags.json === true) {
    process.stderr.write(`${JSON.stringify(result, (_key, value: unknown) => (typeof value === "bigint" ? `0x${value.toString(16)}` : value), 2)}\n`);
    return;
  }
  const style = await styleFor(process.stderr);
  const lines = [
    ...(result.timeline === undefined ? [] : [formatTimeline(result.timeline)]),
    ...(result.crash === undefined ? [] : [formatCrash(result.crash)]),
    ...(result.deadlock === undefined ? [] : [formatDeadlock(result.deadlock)]),
    ...(result.reason === undefined ? [] : [`${result.exitCode === EXIT_RUN_FAILED ? style.red("rr:") : "rr:"} ${result.reason}`]),
    ...(result.hint === undefined ? [] : [`${style.cyan("next:")} ${result.hint}`]),
  ];
  for (const text of lines) {
    process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
  }
}

function eventLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case "log":
      return `libOS: ${event.text}`;
    case "strace":
      return event.line;
    case "qemu":
      return `QEMU: ${event.line}`;
    case "warn":
      return `warning: ${event.text}`;
    case "started":
    case "booted":
      return undefined;
  }
}

/** Without the keys whose value is undefined: absent and undefined differ under exactOptionalPropertyTypes. */
function definedOnly<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
