import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDirectory } from "./directory.js";
import { withTemporaryDirectory } from "./temporary.js";

test("makes what is missing, and again", async () => {
  await withTemporaryDirectory(async (directory) => {
    const path = join(directory, "a", "b", "c");
    await makeDirectory(path);
    await makeDirectory(path);
    expect(existsSync(path)).toBe(true);
    await makeDirectory("/");
  });
});

test("several at once", async () => {
  await withTemporaryDirectory(async (directory) => {
    await Promise.all([1, 2, 3, 4].map((n) => makeDirectory(join(directory, "a", "b", String(n % 2)))));
    expect(existsSync(join(directory, "a", "b", "1"))).toBe(true);
  });
});

test("a file in the way is named", async () => {
  await withTemporaryDirectory(async (directory) => {
    await writeFile(join(directory, "file"), "");
    await expect(makeDirectory(join(directory, "file"))).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
    await expect(makeDirectory(join(directory, "file", "below"))).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
  });
});

test("a place that takes no folders: an error, not an endless loop", async () => {
  await expect(makeDirectory("/proc/x/y")).rejects.toMatchObject({ code: "NO_PERMISSION", message: expect.stringContaining("/proc/x") });
});
