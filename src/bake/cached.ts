import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, realpath, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Progress } from "../model/progress.js";
import { asRrError } from "../workspace/system-error.js";
import { bake } from "./bake.js";
import { makeDirectory } from "../workspace/directory.js";

export interface CachedBakeOptions {
  app: string;
  /** "hw_generic" by default. */
  config?: string | undefined;
  /** Where platforms are installed. */
  prefix: string;
  /** As given by `cacheDirectory`. */
  cache: string;
  progress?: Progress | undefined;
}

const DAY_MS = 24 * 3600 * 1000;
const KEEP_DAYS = 14;

/**
 * The image of a program that was not baked: from the cache when the same program was baked for the same platform by this
 * rr, else baked into it. Safe for two at once: both may bake, each image appears whole. Throws as `bake`.
 */
export async function bakeCached({ app, config = "hw_generic", prefix, cache, progress }: CachedBakeOptions): Promise<{ image: string; debug: string; reused: boolean }> {
  const content = await readFile(app).catch((error: unknown) => {
    throw asRrError(error, app) ?? error;
  });
  const key = createHash("sha256").update(content).update(JSON.stringify([basename(app), config, await platformKey(prefix), await ownKey()])).digest("hex");
  const folder = join(cache, "images", key.slice(0, 32));
  const image = join(folder, `${basename(app)}.bin`);
  const debug = `${image}.debug`;
  if (existsSync(image) && existsSync(debug)) {
    // Its age counts from the last use. Failing to note that is no reason not to run.
    await utimes(folder, new Date(), new Date()).catch(() => {});
    return { image, debug, reused: true };
  }
  await makeDirectory(folder);
  try {
    await bake({ config, out: image, apps: [app], prefix, progress });
  } finally {
    await forgetUnused(dirname(folder));
  }
  return { image, debug, reused: false };
}

/** An install never changes in place: where its link points says which one it is. */
async function platformKey(prefix: string): Promise<string> {
  const installed = join(prefix, "x86_64-hw");
  const [target, manifests] = await Promise.all([
    realpath(installed).catch(() => installed),
    stat(join(installed, "libos", "manifests.json")).catch(() => undefined),
  ]);
  return `${target} ${manifests?.mtimeMs ?? 0}`;
}

/** A newer rr must not serve images of an older one, so its own files count. */
async function ownKey(): Promise<number> {
  const directory = dirname(fileURLToPath(import.meta.url));
  const stats = await Promise.all((await readdir(directory)).map((name) => stat(join(directory, name))));
  return Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
}

/** Remove images nobody used for two weeks. Best effort: somebody else may be doing the same. */
async function forgetUnused(images: string): Promise<void> {
  const limit = Date.now() - KEEP_DAYS * DAY_MS;
  for (const name of await readdir(images).catch(() => [])) {
    const folder = join(images, name);
    const age = await stat(folder).catch(() => undefined);
    if (age !== undefined && age.mtimeMs < limit) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }
}
