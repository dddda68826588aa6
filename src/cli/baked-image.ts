import type { Progress } from "../model/progress.js";

export interface BakedImageOptions {
  /** Bake config for a program that is not baked yet. */
  config: string;
  prefix: string;
  cache: string;
  progress: Progress;
}

/**
 * The image to boot for `path`: itself when it is one, else the program baked into the cache, where a second run finds
 * it again. Throws what `inspectImage` and `bakeCached` throw.
 */
export async function bakedImage(path: string, options: BakedImageOptions): Promise<string> {
  const { inspectImage } = await import("../run/index.js");
  if ((await inspectImage(path)).kind !== "executable") {
    return path;
  }
  const { bakeCached } = await import("../bake/index.js");
  return (await bakeCached({ app: path, ...options })).image;
}
