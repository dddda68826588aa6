import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { compileAll, inParallel, type CompileUnit } from "./compile.js";

describe("compileAll", () => {
  test("sources of the same name do not meet, and the objects do not depend on where they were made", async () => {
    await withTemporaryDirectory(async (directory) => {
      const sources: string[] = [];
      for (const name of ["one", "two"]) {
        const path = join(directory, `${name}-x.c`);
        await writeFile(path, `int ${name}(void) { return 1; }\n`);
        sources.push(path);
      }
      const make = async (out: string): Promise<Buffer[]> => {
        const units = sources.map((source, i): CompileUnit => ({ source, object: join(directory, out, String(i), "x.o"), flags: ["-g", `-ffile-prefix-map=${directory}=/x`] }));
        await compileAll(units, { compiler: "gcc", jobs: 2, scratch: join(directory, `scratch-${out}`) });
        expect(await readdir(join(directory, `scratch-${out}`))).toEqual([]);
        return Promise.all(units.map((unit) => readFile(unit.object)));
      };
      expect(await make("a")).toEqual(await make("another"));
    });
  });

  test("an error names the file and shows the compiler's words", async () => {
    await withTemporaryDirectory(async (directory) => {
      const good = join(directory, "good.c");
      const bad = join(directory, "bad.c");
      await writeFile(good, "int good;\n");
      await writeFile(bad, "int bad = nothing;\n");
      const units = [good, bad].map((source): CompileUnit => ({ source, object: `${source}.o`, flags: [] }));
      const error = await compileAll(units, { compiler: "gcc", jobs: 1, scratch: join(directory, "s") }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "COMPILE_FAILED" });
      expect((error as Error).message).toContain(`cannot compile ${bad}`);
      expect((error as Error).message).toContain("nothing");
    });
  });
});

test("inParallel keeps to its limit, and stops starting after a failure", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const work = async (item: number): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (item === 4) {
      throw new Error("four");
    }
    done.push(item);
  };
  await expect(inParallel([1, 2, 3, 4, 5, 6, 7, 8, 9], 2, work)).rejects.toThrow("four");
  expect(most).toBe(2);
  expect(done).not.toContain(9);
});
