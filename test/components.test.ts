/**
 * Builds and runs the libOS's host-side tests: every components/<name>/test/*.c, an ordinary C program that links real component sources
 * (and fakes of the layers below) under AddressSanitizer and UndefinedBehaviorSanitizer, and fails by its exit status.
 *
 * The first line names the sources to link, the second the include directories, both relative to the test's folder:
 *
 *     // sources: ../src/tree.c
 *     // includes: ../include
 */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("..", import.meta.url));
const components = join(repository, "components");

const compilerFlags = ["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DRR_HOST_TEST"];

/** All test programs, sorted, as absolute paths. */
function findTests(): string[] {
  return readdirSync(components)
    .map((component) => join(components, component, "test"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => join(folder, name)))
    .sort();
}

/** The paths a header line such as `// sources: ../src/a.c` names; throws when line `index` is not that line. */
function headerPaths(file: string, index: number, key: string): string[] {
  const line = readFileSync(file, "utf8").split("\n")[index] ?? "";
  const prefix = `// ${key}:`;
  if (!line.startsWith(prefix)) throw new Error(`${relative(repository, file)}: line ${index + 1} must start with "${prefix}"`);
  const words = line.slice(prefix.length).split(" ").filter((word) => word !== "");
  return words.map((word) => resolve(dirname(file), word));
}

describe("host tests of the libOS's components", () => {
  it.each(findTests().map((file) => [relative(components, file), file]))("%s", async (_name, file) => {
    const folder = await mkdtemp(join(tmpdir(), "rr-component-test-"));
    try {
      const program = join(folder, "test");
      const sources = headerPaths(file, 0, "sources");
      const includes = headerPaths(file, 1, "includes").map((path) => `-I${path}`);
      await run("gcc", [...compilerFlags, ...includes, file, ...sources, "-o", program]);
      await expect(run(program, [], { cwd: folder, timeout: 60_000 }), relative(repository, file)).resolves.toBeDefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
