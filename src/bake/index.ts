export { bake } from "./bake.js";
export { bakeCached, type CachedBakeOptions } from "./cached.js";
export type { BakedCall, BakeOptions, BakePlan, BakeResult, Sizes, StubKind, WhyChain, WhyReport } from "./types.js";
