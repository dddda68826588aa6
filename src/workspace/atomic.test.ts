import { existsSync } from "node:fs";
import { mkdir, readFile, readlink, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RrError } from "../errors/rr-error.js";
import { linkAtomically, replaceAtomically, writeFileAtomically } from "./atomic.js";
import { withTemporaryDirectory } from "./temporary.js";

describe("replaceAtomically", () => {
  test("the old content stays until the new is complete", async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "image");
      await writeFile(path, "old");
      await replaceAtomically(path, async (temporary) => {
        await writeFile(temporary, "new");
        expect(await readFile(path, "utf8")).toBe("old");
      });
      expect(await readFile(path, "utf8")).toBe("new");
      expect(await readdir(directory)).toEqual(["image"]);
    });
  });

  test("a failure leaves the old content and nothing else", async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "image");
      await writeFile(path, "old");
      const failing = replaceAtomically(path, async (temporary) => {
        await writeFile(temporary, "half");
        throw new Error("linker died");
      });
      await expect(failing).rejects.toThrow("linker died");
      expect(await readFile(path, "utf8")).toBe("old");
      expect(await readdir(directory)).toEqual(["image"]);
    });
  });

  test("a full disk is a clear error that names the file", async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "image");
      // /dev/full refuses every write the way a full file system does.
      const error: unknown = await replaceAtomically(path, () => writeFile("/dev/full", "data")).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(RrError);
      expect((error as RrError).code).toBe("NO_SPACE");
      expect((error as RrError).message).toContain(path);
      expect((error as RrError).hint).toBeDefined();
      expect(await readdir(directory)).toEqual([]);
    });
  });

  test("a missing folder is named unless asked to be made", async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "a", "b");
      await expect(writeFileAtomically(path, "x")).rejects.toMatchObject({ code: "FILE_MISSING" });
      expect(existsSync(join(directory, "a"))).toBe(false);
      await writeFileAtomically(path, "x", { parents: true, mode: 0o755 });
      expect((await stat(path)).mode & 0o111).not.toBe(0);
    });
  });

  test("a folder is never replaced by a file", async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "folder");
      await mkdir(path);
      await expect(writeFileAtomically(path, "x")).rejects.toMatchObject({ code: "IS_A_DIRECTORY" });
      expect(await readdir(directory)).toEqual(["folder"]);
    });
  });

  test("a link moves from one target to another without a moment in between", async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "current");
      await linkAtomically(path, "one");
      await linkAtomically(path, "two");
      expect(await readlink(path)).toBe("two");
    });
  });
});
