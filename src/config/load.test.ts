import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { RrError } from "../errors/rr-error.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { loadConfig } from "./index.js";

/** Run `work` in a folder that holds `files`. */
async function inFolder<T>(files: Record<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  return withTemporaryDirectory(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return work(folder);
  });
}

async function failure(files: Record<string, string>): Promise<RrError> {
  return inFolder(files, async (folder) => {
    const error: unknown = await loadConfig(folder).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RrError);
    return error as RrError;
  });
}

describe("where a config is found", () => {
  test.each([
    ["rr.config.json", '{"jobs": 3}'],
    ["rr.config.yaml", "jobs: 3\n"],
    ["rr.config.js", "module.exports = { jobs: 3 };"],
    ["rr.config.mjs", "export default { jobs: 3 };"],
    [".rrrc", "jobs: 3\n"],
    ["package.json", '{"name": "x", "rr": {"jobs": 3}}'],
  ])("%s", async (name, content) => {
    await inFolder({ [name]: content }, async (folder) => {
      expect(await loadConfig(folder)).toMatchObject({ jobs: 3 });
    });
  });

  test("no file: empty defaults", async () => {
    await inFolder({}, async (folder) => expect(await loadConfig(folder)).toEqual({ bake: {}, run: {} }));
  });

  test("an empty file: empty defaults", async () => {
    await inFolder({ ".rrrc": "" }, async (folder) => expect(await loadConfig(folder)).toMatchObject({ bake: {}, run: {} }));
  });

  test("up to the project's root and not above", async () => {
    const files = { "rr.config.json": '{"jobs": 1}', "project/package.json": "{}", "project/a/b/c.c": "", "other/a/b/c.c": "" };
    await inFolder(files, async (folder) => {
      expect((await loadConfig(join(folder, "project/a/b"))).jobs).toBeUndefined();
      await writeFile(join(folder, "project/.rrrc"), "jobs: 2");
      expect((await loadConfig(join(folder, "project/a/b"))).jobs).toBe(2);
      expect((await loadConfig(join(folder, "other/a/b"))).jobs).toBeUndefined();
    });
  });

  test("paths are relative to the file", async () => {
    await inFolder({ "rr.config.json": '{"prefix": "out", "bake": {"rootfs": "root"}}', "package.json": "{}", "a/b.c": "" }, async (folder) => {
      expect(await loadConfig(join(folder, "a"))).toMatchObject({ prefix: join(folder, "out"), bake: { rootfs: join(folder, "root") } });
    });
  });
});

describe("what is wrong is said with file, key and value", () => {
  test("an unknown key, with the nearest known one", async () => {
    const error = await failure({ "rr.config.json": '{"run": {"memroy": 64}}' });
    expect(error.code).toBe("CONFIG_UNKNOWN_KEY");
    expect(error.message).toMatch(/rr\.config\.json: unknown key run\.memroy$/);
    expect(error.hint).toBe("did you mean run.memory?");
  });

  test("a value of the wrong type", async () => {
    const error = await failure({ "rr.config.yaml": "run:\n  memory: lots\n" });
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/rr\.config\.yaml: run\.memory: .*number.*"lots"/);
  });

  test("a value out of range, and one that is no choice", async () => {
    expect((await failure({ ".rrrc": "jobs: 0" })).message).toMatch(/jobs: .*not 0$/);
    expect((await failure({ ".rrrc": "run: {machine: i440}" })).message).toMatch(/run\.machine: .*"microvm".*not "i440"$/);
  });

  test("a file that does not parse", async () => {
    expect((await failure({ "rr.config.json": "{jobs" })).message).toContain("rr.config.json");
    expect((await failure({ "rr.config.yaml": "a: [" })).message).toContain("rr.config.yaml");
    expect((await failure({ "rr.config.mjs": "export default {" })).message).toContain("rr.config.mjs");
  });

  test("not an object", async () => {
    expect((await failure({ "rr.config.json": "[1]" })).message).toMatch(/the top level: .*\[1\]/);
  });
});
