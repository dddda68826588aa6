import { CommanderError } from "commander";
import { RrError } from "../../errors/rr-error.js";
import { styleFor } from "./style.js";

/** Wrong arguments. */
export const EXIT_USAGE = 2;
/** A bug of rr, as EX_SOFTWARE in sysexits.h. */
export const EXIT_BUG = 70;
/** `rr run` itself failed, as for container launchers; everything below belongs to the program. */
export const EXIT_RUN_FAILED = 125;

/** An error as the user sees it. */
export interface Failure {
  exitCode: number;
  /** Undefined when everything has been said already (help, version). */
  message?: string;
  hint?: string | undefined;
  /** Set for a bug: where it happened. */
  stack?: string | undefined;
}

/** What `error`, caught at the top, means to the user; `help` is the command that shows the right usage. */
export function failureOf(error: unknown, help: string): Failure {
  if (error instanceof RrError) {
    return { exitCode: error.exitCode, message: error.message, hint: error.hint };
  }
  if (error instanceof CommanderError) {
    return usageFailure(error, help);
  }
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === "uv_cwd") {
    return { exitCode: 1, message: "the current folder does not exist any more", hint: "cd somewhere else" };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: EXIT_BUG, message: "this is a bug of rr", hint: "report it with the lines above and your command line", stack };
}

/** Write `failure` to standard error: stack, message, next step. */
export async function writeFailure(failure: Failure): Promise<void> {
  if (failure.message === undefined) {
    return;
  }
  const style = await styleFor(process.stderr);
  const lines = [
    ...(failure.stack === undefined ? [] : [failure.stack]),
    `${style.red("rr:")} ${failure.message}`,
    ...(failure.hint === undefined ? [] : [`${style.cyan("next:")} ${failure.hint}`]),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** commander's message carries its suggestion in a second line: that is the next step. */
function usageFailure(error: CommanderError, help: string): Failure {
  if (error.exitCode === 0) {
    return { exitCode: 0 };
  }
  // `rr` alone and `rr run` alone print their help: nothing to add.
  if (error.code === "commander.help") {
    return { exitCode: EXIT_USAGE };
  }
  const [first = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const hint = suggestion === undefined ? help : suggestion.replace(/^\((.*)\)$/, "$1").replace(/^Did you mean/, "did you mean");
  return { exitCode: EXIT_USAGE, message: first, hint };
}
