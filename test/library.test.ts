/** rr as a library: the three steps from TypeScript, by the package's own name. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bake, buildPlatform, prefixDirectory, RrError, run, type ProgressEvent } from "rr";
import { command } from "./cli/rr.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-library-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("buildPlatform, bake, run", async () => {
  const platform = await buildPlatform({ platform: "hw", prefix: prefixDirectory() });
  await writeFile(join(directory, "hello.c"), '#include <stdio.h>\nint main(void) { puts("Hello, library!"); return 3; }\n');
  const app = join(directory, "hello");
  expect(await command(join(platform.directory, "bin", platform.cc), ["-o", app, `${app}.c`])).toMatchObject({ exitCode: 0 });

  const events: ProgressEvent[] = [];
  const image = await bake({ config: "hw_generic", out: `${app}.bin`, apps: [app], prefix: platform.prefix, progress: (event) => events.push(event) });
  expect(image.plan.programs[0]?.calls.map((call) => call.name)).toContain("exit_group");
  expect(events.length).toBeGreaterThan(0);

  const stdout = new PassThrough();
  const [result, output] = await Promise.all([run({ image: image.out, stdout }).finally(() => stdout.end()), text(stdout)]);
  expect(result.exitCode).toBe(3);
  expect(output).toBe("Hello, library!\n");
});

test("an expected failure is an RrError with a code that stays", async () => {
  const error: unknown = await bake({ config: "hw_generic", out: join(directory, "x.bin"), apps: ["/no/such/program"], prefix: prefixDirectory() }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RrError);
  expect(error).toMatchObject({ code: "FILE_MISSING", message: expect.stringContaining("/no/such/program") });
});
