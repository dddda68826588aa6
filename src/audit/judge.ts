import { AGAINST_RING_3, CHECKS, NO_RING_3, RANDOM, type Check } from "./checks.js";

/** One boot of the auditing program. */
export interface Boot {
  /** What it printed. */
  output: string;
  /** How the machine ended, for an audit that did not come to its end. */
  ending: string;
}

/** The boot in which the libOS's canary was overwritten. */
export interface SmashBoot {
  /** The libOS itself reported a crash. */
  inLibos: boolean;
  message: string;
  ending: string;
}

export interface Finding extends Check {
  state: "holds" | "fails" | "not needed";
  /** What was seen. */
  evidence: string;
}

export interface Evidence {
  /** Parts of the image's file that are writable and executable. */
  writableCode: readonly string[];
  boots: readonly Boot[];
  smash: SmashBoot;
}

/** What the boots have shown. A check without a result fails: what could not be seen does not count. Pure. */
export function judge(evidence: Evidence): Finding[] {
  const [first = { output: "", ending: "nothing was booted" }] = evidence.boots;
  const seen = parse(first.output);
  const missing = first.output.trimEnd().endsWith("\ndone") ? "the audit has not looked at it" : `the audit ended early: ${first.ending}`;
  return CHECKS.map((check): Finding => {
    const result = special(check.name, evidence) ?? seen.checks.get(check.name);
    if (result === undefined) {
      return { ...check, state: "fails", evidence: missing };
    }
    const needless = !result.holds && AGAINST_RING_3.has(check.name) && seen.checks.get(NO_RING_3)?.holds === true;
    return { ...check, state: needless ? "not needed" : result.holds ? "holds" : "fails", evidence: needless ? `${result.evidence}: nothing runs at ring 3, no page is accessible to it` : result.evidence };
  });
}

interface Result {
  holds: boolean;
  evidence: string;
}

/** Checks that more than one boot, or none, decides. */
function special(name: string, { writableCode, boots, smash }: Evidence): Result | undefined {
  if (name === "image-wx") {
    return { holds: writableCode.length === 0, evidence: writableCode.length === 0 ? "its segments, and those of its programs" : writableCode.join(", ") };
  }
  if (name === "canary-libos-checked") {
    const found = smash.inLibos && smash.message.includes("stack smashed");
    return { holds: found, evidence: found ? smash.message : `the machine went on: ${smash.ending}` };
  }
  return RANDOM.includes(name) ? differing(boots.map(({ output }) => parse(output).facts.get(name))) : undefined;
}

function differing(values: readonly (string | undefined)[]): Result | undefined {
  const known = values.filter((value): value is string => value !== undefined);
  if (known.length < 2) {
    return undefined;
  }
  // Of few random bits two may be the same by chance, all hardly.
  const holds = new Set(known).size > 1 && !known.includes("0");
  return { holds, evidence: known.join(" ") };
}

function parse(output: string): { checks: Map<string, Result>; facts: Map<string, string> } {
  const checks = new Map<string, Result>();
  const facts = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [kind, name = "", value = "", evidence = ""] = line.split("\t");
    if (kind === "check") checks.set(name, { holds: value === "holds", evidence });
    if (kind === "fact") facts.set(name, value);
  }
  return { checks, facts };
}
