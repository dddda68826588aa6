import type { Command } from "commander";
import { resolve } from "node:path";
import { RrError } from "../../errors/rr-error.js";
import { prefixDirectory } from "../../workspace/paths.js";
import { repeated, splitAtDashes, variable } from "../arguments.js";
import type { CliContext } from "../context.js";
import { bakeLines, planLines, whyLines } from "../report/bake.js";
import { withProgress } from "../report/progress.js";
import { writeJson, writeResult } from "../report/results.js";

interface Flags {
  rootfs?: string;
  env?: Record<string, string>;
  rc?: string;
  compress?: boolean;
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
      const { bake } = await import("../../bake/index.js");
      const rc = flags.rc ?? defaults.bake.rc;
      const { readLaunchFile } = rc === undefined ? {} : await import("../../config/launch-file.js");
      const result = await withProgress(
        async (progress) => {
          const launch = await readLaunchFile?.(rc ?? "", (text) => progress({ kind: "warn", text }));
          return bake({
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
            why: flags.whyOf ?? flags.why,
            progress,
          });
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
