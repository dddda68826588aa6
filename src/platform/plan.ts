import { fingerprint } from "../toolchain/fingerprint.js";
import type { PlatformInputs, PlatformPlan, PlatformState } from "./types.js";

/** Compare what is wanted with what is there. Pure: the same inputs and state give the same plan. */
export function planPlatform(inputs: PlatformInputs, state: PlatformState): PlatformPlan {
  const [components = [], programs = []] = [inputs.components, inputs.programs].map((each) => [...each].sort(([a], [b]) => (a < b ? -1 : 1)));
  const hash = fingerprint(inputs.libc, ...components.flat(), ...programs.flat(), ...inputs.rest).slice(0, 32);
  if (state.installed === hash) {
    return { hash, upToDate: true, libc: false, components: [], programs: [] };
  }
  const missing = (parts: readonly [string, string][]): string[] => parts.filter(([, key]) => !state.cached.has(key)).map(([name]) => name);
  return {
    hash,
    upToDate: false,
    libc: !state.cached.has(inputs.libc),
    components: missing(components),
    programs: missing(programs),
  };
}
