import type { Command } from "commander";
import { cacheDirectory, prefixDirectory } from "../../workspace/paths.js";
import { wholeNumber } from "../arguments.js";
import type { CliContext } from "../context.js";
import { withProgress } from "../report/progress.js";
import { writeJson, writeResult } from "../report/results.js";
import { shellWord } from "../report/shell.js";

interface Flags {
  prefix?: string;
  jobs?: number;
  cc?: string;
  json?: boolean;
  quiet?: boolean;
}

export function registerBuildPlatform(program: Command, context: CliContext): void {
  program
    .command("build-platform")
    .summary("build and install the toolchain and the libOS")
    .description("Build the compiler wrappers, libc and the library operating system, and install them. Quick when nothing changed.")
    .argument("<platform>", 'what images will boot on: "hw" (x86_64 virtual machines)')
    .option("--prefix <directory>", "install below it (default: $RR_PREFIX, else ~/.local/share/rr)")
    .option("-j, --jobs <n>", "compiler processes at once (default: the number of processors)", wholeNumber(1, 1024))
    .option("--cc <compiler>", "the gcc to build with and to wrap (default: gcc)")
    .option("--json", "report as JSON")
    .option("-q, --quiet", "no progress")
    .addHelpText(
      "after",
      `
Examples:
  rr build-platform hw                       build, or bring up to date
  rr build-platform hw -j 4 --prefix /opt/rr
  eval "$(rr env)"                           then put the tools in front of PATH`,
    )
    .action(async (platform: string, flags: Flags) => {
      const config = await context.config();
      const { buildPlatform } = await import("../../platform/index.js");
      const jobs = flags.jobs ?? config.jobs;
      const prefix = prefixDirectory(flags.prefix ?? config.prefix);
      const built = await withProgress(
        (progress) =>
          buildPlatform({
            platform,
            prefix,
            cache: cacheDirectory(config.cache),
            ...(jobs === undefined ? {} : { jobs }),
            ...(flags.cc === undefined ? {} : { compiler: flags.cc }),
            progress,
          }),
        { quiet: flags.quiet ?? false },
      );
      if (flags.json === true) {
        return writeJson(built);
      }
      writeResult(`>> toolchain tuple: ${built.tuple}`);
      writeResult(`>> cc wrapper: ${built.cc}`);
      writeResult(`>> installed to ${built.directory}${built.changed ? "" : " (was up to date)"}`);
      const wherever = prefix === prefixDirectory(config.prefix) ? "" : ` --prefix ${shellWord(flags.prefix ?? "")}`;
      writeResult(`>> eval "$(rr env${wherever})"`);
    });
}
