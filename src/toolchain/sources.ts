import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RrError, nearest } from "../errors/rr-error.js";
import { silent, type Progress } from "../model/progress.js";
import { exec } from "../process/exec.js";
import { replaceAtomically } from "../workspace/atomic.js";
import { packageRoot } from "../workspace/paths.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { aptHelper, debianMirrors } from "./debian-mirrors.js";
import { makeDirectory } from "../workspace/directory.js";

/** One released archive, pinned; an entry of toolchains/sources.json. */
export interface Source {
  name: string;
  version: string;
  /** Its name in the cache: that of the Debian source package's archive. */
  file: string;
  sha256: string;
  /** Bytes. */
  size: number;
  /** Its path below a Debian mirror. */
  pool: string;
  /** Complete URLs, tried in order when no mirror has it. */
  upstream: string[];
}

export interface FetchOptions {
  /** rr's cache folder; archives are kept in its `sources`. */
  cacheDir: string;
  progress?: Progress;
  signal?: AbortSignal | undefined;
  /** Where to look instead of the host's mirrors and upstream. */
  urls?: readonly string[];
}

/** All pinned sources. */
export async function loadSources(): Promise<Source[]> {
  return JSON.parse(await readFile(join(packageRoot(), "toolchains/sources.json"), "utf8")) as Source[];
}

/** The pinned source called `name`. Throws SOURCE_UNKNOWN. */
export async function findSource(name: string): Promise<Source> {
  const sources = await loadSources();
  const source = sources.find((candidate) => candidate.name === name);
  if (source === undefined) {
    const names = sources.map((candidate) => candidate.name);
    throw new RrError("SOURCE_UNKNOWN", `no source called "${name}" is pinned`, { hint: `known: ${nearest(name, names) ?? names.join(", ")}` });
  }
  return source;
}

/**
 * The path of the released archive of `name` (or of a Source given in full): from the cache, else from the Debian
 * mirrors this host is configured for, else from upstream. It has the pinned size and checksum.
 * Throws SOURCE_UNKNOWN, SOURCE_CHECKSUM or SOURCE_UNAVAILABLE, and leaves no part of a file behind.
 */
export async function fetchSource(name: string | Source, options: FetchOptions): Promise<string> {
  const source = typeof name === "string" ? await findSource(name) : name;
  const progress = options.progress ?? silent;
  const folder = join(options.cacheDir, "sources");
  const path = join(folder, source.file);
  if (existsSync(path)) {
    if (await matches(path, source)) {
      return path;
    }
    progress({ kind: "warn", text: `${path} is damaged; fetching it again` });
    await rm(path);
  }
  const id = `fetch ${source.name}`;
  progress({ kind: "start", id, text: `fetch ${source.name} ${source.version}` });
  await makeDirectory(folder);
  try {
    const origin = await fetchFromAny(source, path, folder, options);
    progress({ kind: "done", id, text: `${source.name} ${source.version} from ${new URL(origin).host}` });
  } catch (error) {
    progress({ kind: "fail", id, text: `fetch ${source.name} ${source.version}` });
    throw error;
  }
  return path;
}

/**
 * Unpack an archive, without its top folder, as `directory`, which must be missing or empty; it appears only when
 * complete. Throws DIRECTORY_NOT_EMPTY, SOURCE_DAMAGED, HOST_PACKAGE_MISSING, NO_SPACE.
 */
export async function unpackSource(archive: string, directory: string): Promise<void> {
  if (existsSync(directory) && (!(await stat(directory)).isDirectory() || (await readdir(directory)).length > 0)) {
    throw new RrError("DIRECTORY_NOT_EMPTY", `${directory} exists and is not an empty folder`, { hint: "unpack to another place, or remove it" });
  }
  await replaceAtomically(directory, async (temporary) => {
    await mkdir(temporary);
    await exec("tar", ["-xf", archive, "-C", temporary, "--strip-components=1", "--no-same-owner"], { env: { LC_ALL: "C" } }).catch((error: unknown) => {
      if (error instanceof RrError && /xz: Cannot exec|gzip: Cannot exec/.test(error.message)) {
        throw new RrError("HOST_PACKAGE_MISSING", `cannot unpack ${archive}: xz is missing`, { hint: "apt-get install xz-utils", cause: error });
      }
      throw new RrError("SOURCE_DAMAGED", `cannot unpack ${archive}`, { hint: "free some space (df -h), or remove the file to have it fetched again", cause: error });
    });
  }, { parents: true });
}

/** Try every origin until one delivers the right bytes; returns its URL. */
async function fetchFromAny(source: Source, path: string, folder: string, options: FetchOptions): Promise<string> {
  const urls = options.urls ?? [...(await debianMirrors()).map((mirror) => `${mirror}/${source.pool}`), ...source.upstream];
  const failures: string[] = [];
  let wrong = false;
  for (const url of urls) {
    const failure = await withTemporaryDirectory(async (temporary) => {
      const download = join(temporary, "download");
      try {
        await transfer(url, download, source.size, options.signal);
      } catch (error) {
        options.signal?.throwIfAborted();
        return (error as Error).message.split("\n").at(-1) ?? "";
      }
      const difference = await differs(download, source);
      if (difference !== undefined) {
        wrong = true;
        return difference;
      }
      await rename(download, path);
      return undefined;
    }, { parent: folder, prefix: ".fetch-" });
    if (failure === undefined) {
      return url;
    }
    failures.push(`${url}: ${failure}`);
  }
  throw new RrError(wrong ? "SOURCE_CHECKSUM" : "SOURCE_UNAVAILABLE",
    `cannot get ${source.file} (${source.name} ${source.version})\n${failures.map((failure) => `  ${failure}`).join("\n")}`,
    { hint: `get it another way and put it at ${path} (sha256 ${source.sha256})` });
}

/** apt's own downloader where there is one: it knows this host's proxies and credentials. */
async function transfer(url: string, path: string, size: number, signal: AbortSignal | undefined): Promise<void> {
  const helper = aptHelper();
  if (helper !== undefined) {
    const asRoot = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : [];
    const limits = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30", "-o", "Acquire::https::Timeout=30"];
    await exec(helper, [...asRoot, ...limits, "download-file", url, path], {
      env: { LC_ALL: "C" }, timeout: 300_000, ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      const said = error instanceof RrError ? String((error.cause as { stderr?: unknown } | undefined)?.stderr ?? error.message) : String(error);
      const reason = /^E: Failed to fetch \S+ +(.*)$/m.exec(said)?.[1] ?? said.trim().split("\n").at(-1) ?? "";
      throw new Error(reason.trim(), { cause: error });
    });
    return;
  }
  const timeout = AbortSignal.timeout(300_000);
  const response = await fetch(url, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) }).catch((error: Error) => {
    throw new Error((error.cause as Error | undefined)?.message ?? error.message, { cause: error });
  });
  if (!response.ok || response.body === null) {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  let received = 0;
  const body = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
  await pipeline(body, async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > size) {
        throw new Error(`longer than the expected ${size} bytes`);
      }
      yield chunk;
    }
  }, createWriteStream(path));
}

async function matches(path: string, source: Source): Promise<boolean> {
  return (await differs(path, source)) === undefined;
}

/** How the file differs from what is pinned, in words; undefined when it does not. */
async function differs(path: string, source: Source): Promise<string | undefined> {
  const { size } = await stat(path);
  if (size !== source.size) {
    return `${size} bytes instead of ${source.size}`;
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const sum = hash.digest("hex");
  return sum === source.sha256 ? undefined : `wrong checksum: sha256 ${sum} instead of ${source.sha256}`;
}
