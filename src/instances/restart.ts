import { RrError } from "../errors/rr-error.js";
import type { RestartPolicy } from "./types.js";

const FIRST_MS = 100;
const LONGEST_MS = 60_000;
/** Who ran so long did not fail at once: the next pause is the first one again. */
const STEADY_MS = 10_000;

/** no, on-failure, on-failure:N, always. Throws RUN_BAD_OPTION. */
export function parseRestart(text: string): RestartPolicy {
  const match = /^(?:(no|always)|on-failure(?::(\d{1,6}))?)$/.exec(text);
  if (match === null) {
    throw new RrError("RUN_BAD_OPTION", `unknown restart policy "${text}"`, { exitCode: 2, hint: "one of: no, on-failure, on-failure:N (at most N times), always" });
  }
  const [, plain, most] = match;
  if (plain === "no" || plain === "always") {
    return { when: plain };
  }
  return { when: "on-failure", ...(most === undefined ? {} : { most: Number(most) }) };
}

/** Whether the machine is started once more after its program ended with `exitCode`, having been so `restarts` times. */
export function restartsAgain(policy: RestartPolicy, exitCode: number, restarts: number): boolean {
  return policy.when === "always" || (policy.when === "on-failure" && exitCode !== 0 && restarts < (policy.most ?? Infinity));
}

/** The pause before the next start, ms: twice as long each time, when the last run lasted `ranMs` after a pause of `before`. */
export function nextDelay(before: number, ranMs: number): number {
  return before === 0 || ranMs >= STEADY_MS ? FIRST_MS : Math.min(before * 2, LONGEST_MS);
}
