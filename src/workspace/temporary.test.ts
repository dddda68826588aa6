import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTemporaryDirectory } from "./temporary.js";

test("the folder exists during the work, is private, and is gone afterwards", async () => {
  const seen = await withTemporaryDirectory(async (directory) => {
    await writeFile(join(directory, "file"), "content");
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    return directory;
  });
  expect(existsSync(seen)).toBe(false);
});

test("it is gone after a failure too, and the failure comes through", async () => {
  let seen = "";
  await expect(
    withTemporaryDirectory(async (directory) => {
      seen = directory;
      throw new Error("the work failed");
    }),
  ).rejects.toThrow("the work failed");
  expect(existsSync(seen)).toBe(false);
});

test("a parent that does not exist is named", async () => {
  await expect(withTemporaryDirectory(async () => {}, { parent: "/no/such/parent" })).rejects.toThrow("/no/such/parent");
});

test("folders do not collide, and can be put beside a target", async () => {
  await withTemporaryDirectory(async (outer) => {
    const names = await Promise.all([1, 2, 3].map(() => withTemporaryDirectory(async (d) => d, { parent: outer, prefix: "part-" })));
    expect(new Set(names).size).toBe(3);
    expect(names.every((name) => name.startsWith(join(outer, "part-")))).toBe(true);
  });
});
