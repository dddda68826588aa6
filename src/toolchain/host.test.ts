import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { inspectCompiler } from "./host.js";

describe("inspectCompiler", () => {
  test("accepts the host's gcc", async () => {
    expect((await inspectCompiler("gcc")).identity).toContain("gcc version");
  });

  test("a missing compiler is an error that names the package", async () => {
    await expect(inspectCompiler("no-such-gcc")).rejects.toMatchObject({ code: "HOST_PACKAGE_MISSING", hint: "apt-get install gcc" });
  });

  test.each([
    ["Target: x86_64-linux-gnu\ngcc version 9.4.0 (old)", "is gcc 9"],
    ["Target: aarch64-linux-gnu\ngcc version 12.2.0", "aarch64-linux-gnu"],
    ["Target: x86_64-linux-gnu\nother compiler", "is not gcc"],
  ])("what cannot work is refused: %j", async (says, words) => {
    await withTemporaryDirectory(async (directory) => {
      const compiler = join(directory, "gcc");
      await writeFile(compiler, `#!/bin/sh\nprintf '%s\\n' '${says}' >&2\n`);
      await chmod(compiler, 0o755);
      await expect(inspectCompiler(compiler)).rejects.toMatchObject({ code: "COMPILER_UNSUPPORTED", message: expect.stringContaining(words) });
    });
  });
});
