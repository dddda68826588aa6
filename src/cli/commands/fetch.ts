import { resolve } from "node:path";
import type { Command } from "commander";
import { cacheDirectory } from "../../workspace/paths.js";
import type { CliContext } from "../context.js";
import { columns, writeJson, writeResult } from "../report/results.js";
import { withProgress } from "../report/progress.js";

interface Flags {
  list?: boolean;
  json?: boolean;
  quiet?: boolean;
}

export function registerFetch(program: Command, context: CliContext): void {
  program
    .command("fetch")
    .summary("get the source of a program that rr knows, verified")
    .description(
      "Get a released source archive that is pinned by version and checksum (the ones the examples are built from): from the cache, " +
        "else the distribution's mirrors, else upstream. Prints the archive's path; with a directory, unpacks it there.",
    )
    .usage("[options] <name> [directory]")
    .argument("[name]", "which source: `rr fetch --list` shows them")
    .argument("[directory]", "where to unpack it, without the archive's top folder; missing or empty")
    .option("--list", "list the sources")
    .option("--json", "report as JSON")
    .option("-q, --quiet", "no progress")
    .addHelpText(
      "after",
      `
Examples:
  rr fetch --list
  rr fetch lua lua-5.4        ready to be configured in ./lua-5.4
  rr fetch zstd               only into the cache`,
    )
    .action(async (name: string | undefined, directory: string | undefined, flags: Flags) => {
      const config = await context.config();
      const { fetchSource, findSource, loadSources, unpackSource } = await import("../../toolchain/sources.js");
      if (flags.list === true || name === undefined) {
        const sources = await loadSources();
        return flags.json === true ? writeJson(sources) : columns(sources.map((each) => [each.name, each.version, each.file])).forEach(writeResult);
      }
      const source = await findSource(name);
      const target = directory === undefined ? undefined : resolve(directory);
      const archive = await withProgress(
        async (progress) => {
          const path = await fetchSource(source, { cacheDir: cacheDirectory(config.cache), progress });
          if (target !== undefined) {
            await unpackSource(path, target);
          }
          return path;
        },
        { quiet: flags.quiet ?? false },
      );
      if (flags.json === true) {
        return writeJson({ name: source.name, version: source.version, archive, directory: target ?? null });
      }
      writeResult(target ?? archive);
    });
}
