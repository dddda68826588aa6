import { isSignalReturn } from "../dwarf/signal-frame.js";
import type { UnwoundFrame } from "../dwarf/unwind.js";
import { callName } from "../component/linux-calls.js";
import { RrError } from "../errors/rr-error.js";
import { exec } from "../process/exec.js";
import type { DebugModule } from "./debug-file.js";
import type { Frame } from "./types.js";

/** Part of what addr2line says for one address; inlined functions first. */
interface Place {
  function?: string;
  file?: string;
  line?: number;
}

/** Names and lines for the frames of several stacks, with one call of addr2line per module. `notes` gets what is missing. */
export async function symbolise(stacks: readonly (readonly UnwoundFrame[])[], modules: readonly DebugModule[], notes: string[]): Promise<Frame[][]> {
  const places = new Map<UnwoundFrame, Place[]>();
  for (const { code, file } of modules) {
    const frames = stacks.flat().filter(({ module }) => module === code);
    if (frames.length > 0) {
      const answers = await lookUp(file, frames.map(instruction), notes);
      frames.forEach((frame, index) => places.set(frame, answers?.[index] ?? [symbolOnly(frame)]));
    }
  }
  return stacks.map((stack) => stack.flatMap((frame) => expand(frame, places.get(frame) ?? [{}])));
}

/** The address whose line is wanted: behind a call the line may be another already. */
function instruction(frame: UnwoundFrame): bigint {
  return frame.isReturn ? frame.pc - 1n : frame.pc;
}

function symbolOnly(frame: UnwoundFrame): Place {
  const found = frame.module?.functionAt(instruction(frame));
  return found === undefined ? {} : { function: found.name };
}

function expand(frame: UnwoundFrame, found: readonly Place[]): Frame[] {
  const places = isSignalReturn(frame.module, frame.pc) ? [{ function: "(signal handler called)" }] : found;
  return places.map((place, index) => ({
    pc: frame.pc,
    ...place,
    ...(place.function === undefined ? {} : { function: readable(place.function) }),
    inlined: index < places.length - 1,
    by: frame.by,
    ...(frame.module === undefined ? {} : { module: frame.module.name }),
  }));
}

/** A stub's symbol has only the number of its call. */
function readable(name: string): string {
  const stub = /^__rr_sys_(\d+)$/.exec(name);
  return stub === null ? name : `${callName(Number(stub[1]))} (system call)`;
}

async function lookUp(file: string, addresses: readonly bigint[], notes: string[]): Promise<Place[][] | undefined> {
  try {
    const { stdout } = await exec("addr2line", ["-a", "-f", "-i", "-C", "-e", file, ...addresses.map((address) => `0x${address.toString(16)}`)], { timeout: 30_000 });
    return parseAnswers(stdout);
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    notes.push(`no files and lines, for addr2line did not answer (package binutils): ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

/** For each address a line with it (-a), then two lines per function: its name, and file:line. */
export function parseAnswers(text: string): Place[][] {
  const answers: Place[][] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length - 1; ) {
    if (/^0x[0-9a-f]+$/.test(lines[at] ?? "")) {
      answers.push([]);
      at++;
    } else {
      answers.at(-1)?.push(parsePlace(lines[at] ?? "", lines[at + 1] ?? ""));
      at += 2;
    }
  }
  return answers;
}

function parsePlace(name: string, where: string): Place {
  const found = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(where);
  const file = found?.[1];
  const line = Number(found?.[2]);
  return {
    ...(name === "??" ? {} : { function: name }),
    // Without line information addr2line may still give the name of an object file, which helps nobody.
    ...(file !== undefined && file !== "??" && line > 0 ? { file, line } : {}),
  };
}
