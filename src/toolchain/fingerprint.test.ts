import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { fingerprint, fingerprintTree } from "./fingerprint.js";

test("where one string ends and the next begins matters", () => {
  expect(fingerprint("ab", "c")).not.toBe(fingerprint("a", "bc"));
  expect(fingerprint("ab", "c")).toBe(fingerprint("ab", "c"));
});

test("a tree's fingerprint changes with names and contents, not with times", async () => {
  await withTemporaryDirectory(async (directory) => {
    const tree = join(directory, "tree");
    await mkdir(join(tree, "sub"), { recursive: true });
    await writeFile(join(tree, "sub/file"), "one");
    const first = await fingerprintTree(tree);
    await writeFile(join(tree, "sub/file"), "one");
    expect(await fingerprintTree(tree)).toBe(first);
    await writeFile(join(tree, "sub/file"), "two");
    const second = await fingerprintTree(tree);
    expect(second).not.toBe(first);
    await rename(join(tree, "sub/file"), join(tree, "sub/other"));
    expect(await fingerprintTree(tree)).not.toBe(second);
    expect(await fingerprintTree(join(directory, "nothing"))).toBe(fingerprint());
  });
});
