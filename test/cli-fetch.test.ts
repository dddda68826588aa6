/** `rr fetch`, with the archive that building the platform has brought into the cache. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rr } from "./cli/rr.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-fetch-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("lists what is pinned", async () => {
  const { exitCode, stdout } = await rr(["fetch", "--list", "--json"]);
  expect(exitCode).toBe(0);
  expect((JSON.parse(stdout) as { name: string }[]).map((source) => source.name)).toEqual(expect.arrayContaining(["musl", "lua", "sqlite", "zstd"]));
});

test("unpacks without the archive's top folder, and says where", async () => {
  const target = join(directory, "new", "musl");
  expect(await rr(["fetch", "-q", "musl", target])).toMatchObject({ exitCode: 0, stdout: `${target}\n`, stderr: "" });
  expect(existsSync(join(target, "configure"))).toBe(true);
});

test("a folder that holds something stays as it is", async () => {
  const target = join(directory, "full");
  await mkdir(target);
  await writeFile(join(target, "mine"), "");
  const { exitCode, stderr } = await rr(["fetch", "-q", "musl", target]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(target) });
  expect(stderr).not.toContain("bug");
  expect(readdirSync(target)).toEqual(["mine"]);
});

test("an unknown name is answered with the nearest", async () => {
  expect(await rr(["fetch", "sqlit"])).toMatchObject({ exitCode: 1, stderr: 'rr: no source called "sqlit" is pinned\nnext: known: sqlite\n' });
});
