import { createHash } from "node:crypto";
import { readFile, readdir, mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exec } from "../process/exec.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { fetchSource, findSource, loadSources, unpackSource, type Source } from "./sources.js";

const content = Buffer.from("a released archive\n".repeat(1000));
const source: Source = {
  name: "thing", version: "1.0", file: "thing_1.0.orig.tar.gz", pool: "pool/thing", upstream: [],
  sha256: createHash("sha256").update(content).digest("hex"), size: content.length,
};

let server: Server;
let base = "";
let requests = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    if (request.url === "/good") {
      response.end(content);
    } else if (request.url === "/altered") {
      response.end(Buffer.from(content).fill("x", 10, 11));
    } else if (request.url === "/short") {
      response.end(content.subarray(0, 100));
    } else if (request.url === "/broken") {
      response.writeHead(200, { "content-length": String(content.length) });
      response.write(content.subarray(0, 100), () => response.destroy());
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe("fetchSource", () => {
  test("takes the first origin that delivers, then the cache", async () => {
    await withTemporaryDirectory(async (cacheDir) => {
      const options = { cacheDir, urls: [`${base}/missing`, `${base}/altered`, `${base}/good`] };
      const path = await fetchSource(source, options);
      expect(await readFile(path)).toEqual(content);
      const before = requests;
      expect(await fetchSource(source, options)).toBe(path);
      expect(requests).toBe(before);
      expect(await readdir(join(cacheDir, "sources"))).toEqual([source.file]);
    });
  });

  test.each([
    ["altered", "SOURCE_CHECKSUM", "wrong checksum"],
    ["short", "SOURCE_CHECKSUM", "100 bytes instead of"],
    ["broken", "SOURCE_UNAVAILABLE", ""],
    ["missing", "SOURCE_UNAVAILABLE", "404"],
  ])("%s: an error that names the file, and nothing is left", async (what, code, words) => {
    await withTemporaryDirectory(async (cacheDir) => {
      const error = await fetchSource(source, { cacheDir, urls: [`${base}/${what}`] }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code });
      expect((error as Error).message).toContain(source.file);
      expect((error as Error).message).toContain(words);
      expect(await readdir(join(cacheDir, "sources"))).toEqual([]);
    });
  });

  test("a damaged file in the cache is fetched again", async () => {
    await withTemporaryDirectory(async (cacheDir) => {
      await mkdir(join(cacheDir, "sources"));
      await writeFile(join(cacheDir, "sources", source.file), "half");
      const told: string[] = [];
      const path = await fetchSource(source, { cacheDir, urls: [`${base}/good`], progress: (event) => told.push(event.kind) });
      expect(await readFile(path)).toEqual(content);
      expect(told).toEqual(["warn", "start", "done"]);
    });
  });

  test("an unknown name is an error that lists the known ones", async () => {
    await expect(findSource("mussl")).rejects.toMatchObject({ code: "SOURCE_UNKNOWN", hint: expect.stringContaining("musl") });
  });

  test("every pinned source is pinned completely", async () => {
    for (const pinned of await loadSources()) {
      expect(pinned.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(pinned.size).toBeGreaterThan(0);
      expect(pinned.pool.endsWith(`/${pinned.file}`)).toBe(true);
      expect(pinned.upstream.every((url) => url.startsWith("https://"))).toBe(true);
    }
  });
});

describe("unpackSource", () => {
  test("leaves out the top folder, and leaves nothing of a damaged archive", async () => {
    await withTemporaryDirectory(async (directory) => {
      await mkdir(join(directory, "thing-1.0"));
      await writeFile(join(directory, "thing-1.0", "README"), "hello");
      await exec("tar", ["-czf", "good.tar.gz", "thing-1.0"], { cwd: directory });
      await unpackSource(join(directory, "good.tar.gz"), join(directory, "out/thing"));
      expect(await readFile(join(directory, "out/thing/README"), "utf8")).toBe("hello");

      const bytes = await readFile(join(directory, "good.tar.gz"));
      await writeFile(join(directory, "bad.tar.gz"), bytes.subarray(0, bytes.length / 2));
      await expect(unpackSource(join(directory, "bad.tar.gz"), join(directory, "out/bad"))).rejects.toMatchObject({ code: "SOURCE_DAMAGED" });
      expect(await readdir(join(directory, "out"))).toEqual(["thing"]);
    });
  });
});
