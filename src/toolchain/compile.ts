import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { RrError } from "../errors/rr-error.js";
import { exec } from "../process/exec.js";

export interface CompileUnit {
  /** Absolute path of a .c, .s or .S file. */
  source: string;
  /** Absolute path of the object to write; its folder is created. */
  object: string;
  flags: readonly string[];
}

export interface CompileOptions {
  compiler: string;
  /** Compiler processes at once. */
  jobs: number;
  /** A folder for intermediate files on the file system of the objects. Its name does not get into the objects. */
  scratch: string;
  signal?: AbortSignal | undefined;
}

/** How many files one compiler process gets at most: enough to forget its start, few enough to keep all CPUs busy to the end. */
const BATCH = 12;

/**
 * Compile all units, several per compiler process and several processes at once. Throws RrError COMPILE_FAILED with
 * the compiler's own words for the first failure; objects already made stay.
 */
export async function compileAll(units: readonly CompileUnit[], options: CompileOptions): Promise<void> {
  await mkdir(options.scratch, { recursive: true });
  for (const folder of new Set(units.map((unit) => dirname(unit.object)))) {
    await mkdir(folder, { recursive: true });
  }
  await inParallel(batches(units), options.jobs, (batch) => compileBatch(batch, options));
}

/** Run `work` for every item, at most `limit` at a time; the first failure stops the start of further ones. */
export async function inParallel<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const item = items[next++] as T;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // Wait for all, so that no compiler still writes when the caller cleans up.
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  const rejected = results.find((result) => result.status === "rejected");
  if (rejected !== undefined) {
    throw rejected.reason;
  }
}

/** Units with equal flags share a process; gcc names objects after sources, so base names in a batch are distinct. */
function batches(units: readonly CompileUnit[]): CompileUnit[][] {
  const open = new Map<string, { names: Set<string>; units: CompileUnit[] }>();
  const result: CompileUnit[][] = [];
  for (const unit of units) {
    const key = unit.flags.join("\0");
    const name = objectName(unit.source);
    let batch = open.get(key);
    if (batch === undefined || batch.units.length >= BATCH || batch.names.has(name)) {
      batch = { names: new Set(), units: [] };
      open.set(key, batch);
      result.push(batch.units);
    }
    batch.names.add(name);
    batch.units.push(unit);
  }
  return result;
}

async function compileBatch(batch: readonly CompileUnit[], options: CompileOptions): Promise<void> {
  const folder = await mkdtemp(join(options.scratch, "batch-"));
  try {
    const flags = batch[0]?.flags ?? [];
    await exec(options.compiler, [...flags, `-ffile-prefix-map=${folder}=.`, "-c", ...batch.map((unit) => unit.source)], {
      cwd: folder,
      // Messages end up in errors and logs: in one language, with plain quotes.
      env: { LC_ALL: "C" },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }).catch((error: unknown) => {
      throw asCompileError(error, batch);
    });
    for (const unit of batch) {
      await rename(join(folder, objectName(unit.source)), unit.object);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function objectName(source: string): string {
  return `${basename(source, extname(source))}.o`;
}

function asCompileError(error: unknown, batch: readonly CompileUnit[]): unknown {
  if (!(error instanceof RrError) || error.code !== "PROGRAM_FAILED") {
    return error;
  }
  const words = String((error.cause as { stderr?: unknown } | undefined)?.stderr ?? error.message).trimEnd();
  const culprit = batch.find((unit) => words.includes(unit.source))?.source ?? batch.map((unit) => unit.source).join(" ");
  return new RrError("COMPILE_FAILED", `cannot compile ${culprit}\n${words.split("\n").slice(0, 40).join("\n")}`, {
    hint: "if the compiler is older than gcc 10, name a newer one with --cc",
    cause: error,
  });
}
