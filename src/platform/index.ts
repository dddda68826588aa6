export type { BuildPlatformOptions, BuiltPlatform, PlatformInputs, PlatformPlan, PlatformState } from "./types.js";
export { buildPlatform } from "./apply.js";
export { planPlatform } from "./plan.js";
