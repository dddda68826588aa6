/**
 * An expected failure: bad input, a missing tool, a full disk. It carries a stable code, a sentence with the
 * offending value, and the next step. Anything else that is thrown is a bug of rr.
 */
export class RrError extends Error {
  /** Stable, upper case with underscores, e.g. "COMPONENT_UNKNOWN". */
  readonly code: string;
  /** What the user can do next: a command or a sentence. */
  readonly hint: string | undefined;
  /** Process exit code the command line uses: 1 user error (default), 2 usage. */
  readonly exitCode: number;

  constructor(code: string, message: string, options: { hint?: string | undefined; exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RrError";
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The nearest of `known` to `given` by edit distance, if it is near enough to be a likely typing error. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(given, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance over UTF-16 code units. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
