import type { Command } from "commander";
import { resolve } from "node:path";
import { RrError } from "../../errors/rr-error.js";
import { prefixDirectory } from "../../workspace/paths.js";
import { repeated, splitAtDashes, variable, wholeNumber } from "../arguments.js";
import type { CliContext } from "../context.js";
import { bakeLines, planLines, whyLines } from "../report/bake.js";
import { withProgress } from "../report/progress.js";
import { writeJson, writeResult } from "../report/results.js";

interface Flags {
  rootfs?: string;
  env?: Record<string, string>;
  rc?: string;
  compress?: boolean;
  checkpoint?: boolean;
  memory?: number;
  configFile?: string;
  modify?: string[];
  dryRun?: boolean;
  why?: boolean;
  whyOf?: string;
  prefix?: string;
  json?: boolean;
  quiet?: boolean;
}

export function registerBake(program: Command, context: CliContext): void {
  program
    .command("bake")
    .summary("join a program and the libOS it needs into a bootable image")
    .description(
      "Bake programs that were linked by the compiler wrapper, with the parts of the library operating system they need, into " +
        "one bootable image. The first program is started, unless --rc or `rr run` says otherwise; each is there as /bin/NAME.",
    )
    .usage("[options] <config> <out> <program...> [-- default arguments]")
    .argument("<config>", "what the image may contain: `rr configs` lists them")
    .argument("<out>", "the image to write; OUT.debug, for debuggers and backtraces, goes beside it")
    .argument("<program...>", "the programs")
    .option("--rootfs <directory>", "the root file system's content")
    .option("--env <name=value>", "default environment of the program (repeatable)", variable)
    .option("--rc <file>", "what the image runs by itself: a file with JSON, or the JSON itself: rc, program, args, env, hostname (Rumprun's configuration)")
    .option("--compress", "pack the programs: a smaller image that takes some milliseconds more to boot")
    .option("--checkpoint", "start the program here until it first waits for something from outside (a connection, input), and make the image of its machine as it is then: it boots as one that has started")
    .option("-M, --memory <mb>", "with --checkpoint: memory of that machine in MiB, the least for all that go on from it (default: 64)", wholeNumber(2, 1024))
    .option("-c, --config-file <file>", "a config of your own (JSON)")
    .option("-m, --modify <command>", 'change the config: "add NAME" or "remove NAME" (repeatable)', repeated)
    .option("-n, --dry-run", "show what would be done, write nothing")
    .option("--why", "show how many bytes each component takes; --why=NAME: and what pulled NAME in")
    .option("--why-of <name>", "the same as --why=NAME")
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "report as JSON")
    .option("-q, --quiet", "no progress")
    .addHelpText(
      "after",
      `
Examples:
  rr bake hw_generic hello.bin hello
  rr bake hw_generic lua.bin lua --rootfs scripts -- /hello.lua    with files and default arguments
  rr bake hw_generic tools.bin sh ls cat                           three programs; rr run --program and --rc choose
  rr bake --checkpoint hw_generic web.bin web                      the image of a server that has started
  rr bake -n hw_generic hello.bin hello                            what would be in it?
  rr bake --why=pipe hw_generic sh.bin sh                          why is this component in it?`,
    )
    .action(async (config: string, out: string, operands: string[], flags: Flags) => {
      const defaults = await context.config();
      const { after } = splitAtDashes(context.argv);
      const apps = after === undefined ? operands : operands.slice(0, operands.length - after.length);
      if (apps.length === 0) {
        throw new RrError("USAGE", "missing required argument 'program'", { hint: "rr bake --help", exitCode: 2 });
      }
      if (flags.checkpoint !== true && flags.memory !== undefined) {
        throw new RrError("USAGE", "-M says how much memory the machine of a --checkpoint has; there is none", { hint: "an image runs with what rr run -M gives it", exitCode: 2 });
      }
      if (flags.checkpoint === true && flags.compress === true) {
        throw new RrError("USAGE", "--compress packs programs; a checkpoint is a machine's memory, in which they are unpacked", { hint: "one of the two", exitCode: 2 });
      }
      if (flags.checkpoint === true && (flags.why !== undefined || flags.whyOf !== undefined)) {
        throw new RrError("USAGE", "--why says what an image is made of; a checkpoint is a machine's memory", { hint: "rr bake --why without --checkpoint", exitCode: 2 });
      }
      const rc = flags.rc ?? defaults.bake.rc;
      const { readLaunchFile } = rc === undefined ? {} : await import("../../config/launch-file.js");
      const result = await withProgress(
        async (progress) => {
          const launch = await readLaunchFile?.(rc ?? "", (text) => progress({ kind: "warn", text }));
          const options = {
            config,
            configFile: flags.configFile,
            commands: flags.modify,
            out: resolve(out),
            apps,
            rootfs: flags.rootfs ?? defaults.bake.rootfs,
            env: { ...defaults.bake.env, ...flags.env },
            // Defaults of the project are for the project's program, not for what a file names.
            args: after ?? (launch === undefined ? defaults.bake.args : undefined),
            launch,
            compress: flags.compress,
            prefix: prefixDirectory(flags.prefix ?? defaults.prefix),
            dryRun: flags.dryRun,
            progress,
          };
          if (flags.checkpoint === true) {
            const { bakeCheckpoint } = await import("../../checkpoint/index.js");
            return bakeCheckpoint({ ...options, memoryMb: flags.memory });
          }
          const { bake } = await import("../../bake/index.js");
          return bake({ ...options, why: flags.whyOf ?? flags.why });
        },
        { quiet: flags.quiet ?? false },
      );
      if (flags.json === true) {
        return writeJson(result);
      }
      const asksWhy = flags.why === true || flags.whyOf !== undefined;
      const lines = [...(flags.dryRun === true ? planLines(result.plan) : bakeLines(result)), ...(asksWhy ? whyLines(result.why) : [])];
      lines.forEach(writeResult);
    });
}
