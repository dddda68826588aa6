import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { environmentFor } from "./environment.js";

test("the tools come first in PATH, once", async () => {
  await withTemporaryDirectory(async (prefix) => {
    expect(() => environmentFor(prefix)).toThrow(expect.objectContaining({ code: "PLATFORM_MISSING", hint: "rr build-platform hw" }));
    await mkdir(join(prefix, "x86_64-hw"));
    await writeFile(join(prefix, "x86_64-hw/platform.json"), "{}");
    const bin = join(prefix, "x86_64-hw/bin");
    const first = environmentFor(prefix, "hw", { PATH: "/usr/bin:/bin" });
    expect(first["PATH"]).toBe(`${bin}:/usr/bin:/bin`);
    expect(environmentFor(prefix, "hw", first)["PATH"]).toBe(first["PATH"]);
    expect(first["RR_PREFIX"]).toBe(prefix);
  });
});
