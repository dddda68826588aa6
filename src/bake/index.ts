export { bake, outputPath } from "./bake.js";
export { IMAGE_CHECKSUM_AT, IMAGE_MEMORY_AT } from "./image-format.js";
export { assemble, type Piece } from "./layout.js";
export { sealImage } from "./seal.js";
export { writePieces } from "./write-image.js";
export { bakeCached, type CachedBakeOptions } from "./cached.js";
export type { BakedCall, BakeOptions, BakePlan, BakeResult, Sizes, StubKind, WhyChain, WhyReport } from "./types.js";
