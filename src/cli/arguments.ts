import { InvalidArgumentError } from "commander";

/** commander parser: a whole number from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** commander parser: seconds, more than zero. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || text.trim() === "") {
    throw new InvalidArgumentError("It must be a number of seconds above zero.");
  }
  return value;
}

/** commander parser for a repeatable K=V option; the last of a name wins. */
export function variable(text: string, previous: Record<string, string> = {}): Record<string, string> {
  const separator = text.indexOf("=");
  if (separator < 1) {
    throw new InvalidArgumentError("It must look like NAME=VALUE.");
  }
  return { ...previous, [text.slice(0, separator)]: text.slice(separator + 1) };
}

/** commander parser for a repeatable option: all values in order. */
export function repeated(text: string, previous: string[] = []): string[] {
  return [...previous, text];
}

/** The command line before and after its first "--". */
export function splitAtDashes(argv: readonly string[]): { before: readonly string[]; after: readonly string[] | undefined } {
  const at = argv.indexOf("--");
  return at < 0 ? { before: argv, after: undefined } : { before: argv.slice(0, at), after: argv.slice(at + 1) };
}
