import type { Outcome } from "./machines.js";
import type { Program } from "./program.js";

type Run = (programs: readonly Program[]) => Promise<Outcome[]>;

/** As many programs are run at once: starting a machine costs more than a program. */
const AT_ONCE = 40;

export function differs({ host, guest }: Outcome): boolean {
  return host !== guest;
}

/** A program that still differs and has no step to spare, by leaving out halves, quarters and so on down to single steps. */
export async function shrink(program: Program, run: Run): Promise<Program> {
  let smallest = program;
  for (let size = Math.ceil(program.length / 2); size >= 1; ) {
    const smaller = await firstDiffering(withoutEach(smallest, size), run);
    if (smaller !== undefined) {
      smallest = smaller;
    } else {
      size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  }
  return smallest;
}

/** The program without each run of `size` steps, from the end on. */
function withoutEach(program: Program, size: number): Program[] {
  const starts = Array.from({ length: Math.ceil(program.length / size) }, (_, index) => index * size).reverse();
  return starts.map((start) => [...program.slice(0, start), ...program.slice(start + size)]).filter(({ length }) => length > 0);
}

async function firstDiffering(candidates: readonly Program[], run: Run): Promise<Program | undefined> {
  for (let start = 0; start < candidates.length; start += AT_ONCE) {
    const some = candidates.slice(start, start + AT_ONCE);
    const outcomes = await run(some);
    const index = outcomes.findIndex(differs);
    if (index >= 0) {
      return some[index];
    }
  }
  return undefined;
}
