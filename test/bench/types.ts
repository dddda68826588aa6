/** What a row compares: the guest that does nothing, the image, a Linux guest, the program on the host. */
export const VARIANTS = ["floor", "rr", "linux", "native"] as const;
export type Variant = (typeof VARIANTS)[number];

/** What was measured of one variant, in the row's unit. */
export type Series = { samples: readonly number[]; median: number; least: number; most: number } | { failed: string };

export interface Result {
  /** For --only. */
  name: string;
  title: string;
  unit: "ms" | "ns" | "bytes" | "instructions" | "MB" | "%" | "/s" | "MB/s";
  values: Partial<Record<Variant, Series>>;
  goal?: Goal;
  notes?: readonly string[];
  /** Only in the JSON. */
  detail?: unknown;
}

/** The figure that is to be reached. */
export interface Goal {
  /** What `value` is, e.g. "rr / floor". */
  of: string;
  /** undefined: it could not be measured. */
  value: number | undefined;
  limit: number;
  is: "at most" | "at least";
  unit: "x" | "ms" | "bytes" | "MB" | "%";
}

/** Some rows that are measured together. */
export interface Measurement {
  rows: readonly string[];
  measure: (bench: Bench) => Promise<Result[]>;
}

/** All that measurements need. */
export interface Bench {
  /** Counted samples of each variant. */
  samples: number;
  /** SQLite's transactions and inserts. */
  transactions: number;
  /** The platform's prefix. */
  prefix: string;
  /** rr's cache; what is worth keeping. */
  cache: string;
  /** A folder of this run; removed in the end. */
  scratch: string;
  root: string;
  say: (text: string) => void;
}

export function meets(goal: Goal): boolean | undefined {
  if (goal.value === undefined) {
    return undefined;
  }
  return goal.is === "at most" ? goal.value <= goal.limit : goal.value >= goal.limit;
}
