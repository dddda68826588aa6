import type { Series } from "./types.js";

/**
 * Measure all variants in turns (A B C A B C ...), so that what else the machine does hits them alike; one round before
 * the counted ones warms caches. A variant that fails is left out from then on, and its series says why.
 */
export async function inTurns<V extends string>(
  variants: Readonly<Partial<Record<V, () => Promise<number>>>>,
  count: number,
  say: (text: string) => void,
): Promise<Record<V, Series>> {
  const names = Object.keys(variants) as V[];
  const one = names.map((name) => [name, async (): Promise<{ value: number }> => ({ value: (await variants[name]?.()) ?? NaN })] as const);
  return (await figuresInTurns<V, "value">(["value"], Object.fromEntries(one) as Record<V, () => Promise<{ value: number }>>, count, say)).value;
}

/** The same where a measurement gives several figures: a series of each variant for each. */
export async function figuresInTurns<V extends string, F extends string>(
  figures: readonly F[],
  variants: Readonly<Partial<Record<V, () => Promise<Readonly<Record<F, number>>>>>>,
  count: number,
  say: (text: string) => void,
): Promise<Record<F, Record<V, Series>>> {
  const names = Object.keys(variants) as V[];
  const samples = new Map<V, Readonly<Record<F, number>>[]>(names.map((name) => [name, []]));
  const failures = new Map<V, string>();
  for (let round = -1; round < count; round++) {
    say(round < 0 ? `warm-up: ${names.join(", ")}` : `round ${round + 1} of ${count}`);
    for (const name of names) {
      const measure = variants[name];
      if (measure === undefined || failures.has(name)) {
        continue;
      }
      try {
        const value = await measure();
        if (round >= 0) {
          samples.get(name)?.push(value);
        }
      } catch (error) {
        failures.set(name, (error as Error).message);
        say(`${name}: ${(error as Error).message}`);
      }
    }
  }
  const of = (figure: F): Record<V, Series> => Object.fromEntries(names.map((name) => {
    const failed = failures.get(name);
    return [name, failed === undefined ? series((samples.get(name) ?? []).map((sample) => sample[figure])) : { failed }] as const;
  })) as Record<V, Series>;
  return Object.fromEntries(figures.map((figure) => [figure, of(figure)])) as Record<F, Record<V, Series>>;
}

export function series(samples: readonly number[]): Series {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
  return { samples, median, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN };
}

export function median(of: Series | undefined): number | undefined {
  return of === undefined || "failed" in of ? undefined : of.median;
}

/** undefined when one of them is. */
export function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}
