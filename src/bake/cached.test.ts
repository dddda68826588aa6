import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bakeCached } from "./index.js";
import { buildPlatform, buildProgram, scratch } from "../../test/bake-fixture.js";

describe("programs run without baking", async () => {
  const directory = await scratch();
  const prefix = join(directory, "prefix");
  const cache = join(directory, "cache");
  let app: string;

  beforeAll(async () => {
    await buildPlatform(prefix);
    app = await buildProgram(directory, "hello", ["write"]);
  }, 60_000);

  it("are baked once, also by two at a time, and again when they change", async () => {
    const both = await Promise.all([bakeCached({ app, prefix, cache }), bakeCached({ app, prefix, cache })]);
    expect(both[0].image).toBe(both[1].image);
    expect(existsSync(both[0].debug)).toBe(true);
    const again = await bakeCached({ app, prefix, cache });
    expect(again).toEqual({ ...both[0], reused: true });
    await writeFile(app, await readFile(await buildProgram(directory, "other", ["write", "getpid"])));
    const changed = await bakeCached({ app, prefix, cache });
    expect(changed.reused).toBe(false);
    expect(changed.image).not.toBe(again.image);
  });

  it("are forgotten two weeks after their last use", async () => {
    const first = await bakeCached({ app, prefix, cache });
    const old = new Date(Date.now() - 15 * 24 * 3600 * 1000);
    await utimes(dirname(first.image), old, old);
    expect((await bakeCached({ app, prefix, cache })).reused).toBe(true);
    expect(Date.now() - (await stat(dirname(first.image))).mtimeMs).toBeLessThan(60_000);
    await utimes(dirname(first.image), old, old);
    await bakeCached({ app, prefix, cache, config: "hw_small" });
    expect(existsSync(first.image)).toBe(false);
  });

  it("leave no image when they cannot be baked", async () => {
    await writeFile(join(directory, "text"), "no program");
    await expect(bakeCached({ app: join(directory, "text"), prefix, cache })).rejects.toMatchObject({ code: "NOT_ELF" });
  });
});
