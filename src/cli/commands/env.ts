import { delimiter } from "node:path";
import type { Command } from "commander";
import { prefixDirectory } from "../../workspace/paths.js";
import type { CliContext } from "../context.js";
import { writeJson, writeResult } from "../report/results.js";
import { shellWord } from "../report/shell.js";

interface Flags {
  prefix?: string;
  json?: boolean;
}

export function registerEnv(program: Command, context: CliContext): void {
  program
    .command("env")
    .summary("print shell code that puts the tools in front of PATH")
    .description("Print shell code (sh, bash, zsh) that puts the compiler wrappers and rr in front of PATH.")
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "the variables as JSON")
    .addHelpText(
      "after",
      `
Example:
  eval "$(rr env)"
  x86_64-rumprun-linux-musl-gcc --version`,
    )
    .action(async (flags: Flags) => {
      const config = await context.config();
      const prefix = prefixDirectory(flags.prefix ?? config.prefix);
      const { environmentFor } = await import("../../toolchain/environment.js");
      const { PATH, ...others } = environmentFor(prefix);
      if (flags.json === true) {
        return writeJson({ PATH, ...others });
      }
      // What comes behind our folder is left to the shell: the code may be kept in a profile.
      const bin = (PATH ?? "").split(delimiter)[0] ?? "";
      writeResult(`export PATH=${shellWord(bin)}"\${PATH:+:$PATH}"`);
      for (const [name, value] of Object.entries(others)) {
        writeResult(`export ${name}=${shellWord(value)}`);
      }
    });
}
