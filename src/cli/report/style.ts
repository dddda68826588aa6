import type { ChalkInstance } from "chalk";

/** Colours for `stream`, or none: no terminal, NO_COLOR (https://no-color.org), or a terminal that has none. */
export async function styleFor(stream: NodeJS.WriteStream): Promise<ChalkInstance> {
  const { Chalk } = await import("chalk");
  return new Chalk({ level: hasColour(stream, process.env) ? 1 : 0 });
}

/** Whether lines may be redrawn: a terminal that can move its cursor, with a person in front of it. */
export function canRedraw(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  // A terminal that does not know its size (0 columns) would wrap after every character.
  return stream.isTTY === true && stream.columns >= 20 && environment["TERM"] !== "dumb" && !environment["CI"];
}

function hasColour(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  if (environment["NO_COLOR"]) {
    return false;
  }
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") {
    return forced !== "0";
  }
  return stream.isTTY === true && environment["TERM"] !== "dumb";
}
