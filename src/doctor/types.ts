/** Something rr uses on the host: an entry of bin/requirements.json, which bin/setup.js reads as well. */
export interface Requirement {
  name: string;
  /** A program in PATH ... */
  command?: string;
  /** ... or a file ... */
  file?: string;
  /** ... or a file with * in its folder's name. */
  glob?: string;
  /** Least version, as far as it matters: "10" or "2.35". */
  minimum?: string;
  /** The Debian or Ubuntu package that brings it. */
  package: string;
  /** needed: rr does not work without; optional: a part of it does not; tests: only to work on rr itself; bench: only to measure it. */
  use: "needed" | "optional" | "tests" | "bench";
  /** What for. */
  why: string;
}

export type State = "ok" | "missing" | "too old";

/** A requirement and what was found. */
export interface Finding {
  name: string;
  use: Requirement["use"];
  state: State;
  /** As the program says it; absent for files and missing programs. */
  version?: string;
  /** Where it is. */
  path?: string;
  package: string;
  why: string;
}
