import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { RrError } from "../errors/rr-error.js";
import { exec } from "../process/exec.js";
import { bake, type BakeOptions, type BakeResult } from "./index.js";
import { readProgram } from "./program.js";
import { buildPlatform, buildProgram, scratch } from "../../test/bake-fixture.js";

describe("bake of what it cannot bake", async () => {
  const directory = await scratch();
  const prefix = join(directory, "prefix");
  const out = join(directory, "out.bin");
  const images = join(directory, "images");
  let hello: string;

  beforeAll(async () => {
    await mkdir(images);
    await buildPlatform(prefix);
    hello = await buildProgram(directory, "hello", ["write", "exit_group", "socket"]);
  }, 60_000);

  const baking = (more: Partial<BakeOptions>): Promise<BakeResult> => bake({ config: "hw_generic", out, apps: [hello], prefix, ...more });

  /** Bake must fail with `code`, name `value` in its sentence, offer a next step and leave nothing behind. */
  async function refused(more: Partial<BakeOptions>, code: string, value: string): Promise<RrError> {
    const error: unknown = await baking(more).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RrError);
    expect(error).toMatchObject({ code });
    expect((error as RrError).message).toContain(value);
    expect((error as RrError).hint ?? "").not.toBe("");
    expect(existsSync(out)).toBe(false);
    expect((await readdir(directory)).filter((name) => name.endsWith(".tmp") || name.endsWith(".debug"))).toEqual([]);
    return error as RrError;
  }

  /** A file made from the program by `change`. */
  async function changed(name: string, change: (bytes: Buffer) => Buffer | void): Promise<string> {
    const bytes = await readFile(hello);
    const path = join(directory, name);
    await writeFile(path, change(bytes) ?? bytes);
    return path;
  }

  async function compiled(name: string, flags: readonly string[], text = "int main(void) { return 0; }\n"): Promise<string> {
    const source = join(directory, `${name}.c`);
    await writeFile(source, text);
    await exec("gcc", [...flags, "-o", join(directory, name), source]);
    return join(directory, name);
  }

  it("no such file", () => refused({ apps: [join(directory, "nothing")] }, "FILE_MISSING", "nothing"));
  it("a folder", () => refused({ apps: [directory] }, "IS_A_DIRECTORY", directory));
  it("no program at all", () => refused({ apps: [] }, "APP_NONE", "no program"));

  it("an empty file, text, a script, an archive", async () => {
    const path = join(directory, "thing");
    await writeFile(path, "");
    await refused({ apps: [path] }, "APP_EMPTY", path);
    await writeFile(path, "hello\n");
    await refused({ apps: [path] }, "NOT_ELF", path);
    await writeFile(path, "#!/usr/bin/env lua\nprint(1)\n");
    await refused({ apps: [path] }, "APP_SCRIPT", "/usr/bin/env lua");
    await writeFile(path, "!<arch>\n");
    await refused({ apps: [path] }, "APP_ARCHIVE", path);
  });

  it("executables of other compilers, object files, images", async () => {
    await refused({ apps: [await compiled("dynamic", [])] }, "APP_DYNAMIC", "dynamic");
    await refused({ apps: [await compiled("static-foreign", ["-static", "-nostdlib", "-no-pie"], "void _start(void) {}\n")] }, "APP_FOREIGN", "static-foreign");
    await refused({ apps: [await compiled("object.o", ["-c"])] }, "APP_OBJECT", "object.o");
    const image = join(images, "image.img");
    await baking({ out: image });
    await refused({ apps: [image] }, "APP_BAKED", image);
  });

  it("another architecture, class, byte order", async () => {
    const arm = await changed("arm", (bytes) => void bytes.writeUInt16LE(183, 18));
    await refused({ apps: [arm] }, "ELF_MACHINE", "AArch64");
    await refused({ apps: [await changed("odd", (bytes) => void bytes.writeUInt16LE(9999, 18))] }, "ELF_MACHINE", "9999");
    await refused({ apps: [await changed("i386", (bytes) => void (bytes.writeUInt8(1, 4), bytes.writeUInt16LE(3, 18)))] }, "ELF_CLASS", "x86 (32-bit)");
    await refused({ apps: [await changed("big", (bytes) => void (bytes.writeUInt8(2, 5), bytes.writeUInt16BE(21, 18)))] }, "ELF_ENDIAN", "PowerPC64");
  });

  it("stubs of a later rr", async () => {
    const later = await changed("later", (bytes) => {
      const note = bytes.indexOf(Buffer.from([3, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0]));
      bytes.writeUInt32LE(2, note + 16);
    });
    await refused({ apps: [later] }, "APP_STUBS_VERSION", "version 2");
  });

  it("a stripped program is none of these", async () => {
    const stripped = await changed("stripped", () => {});
    await exec("strip", [stripped]);
    const result = await baking({ apps: [stripped], out: join(images, "stripped.img"), dryRun: true });
    expect(result.plan.programs[0]?.calls).toHaveLength(3);
  });

  it("a file truncated anywhere", async () => {
    const { length } = await readFile(hello);
    const path = join(directory, "short");
    for (const size of [1, 3, 4, 15, 16, 40, 63, 64, 100, 200, 300, 1000, 4096, 5000, length - 500, length - 1]) {
      await writeFile(path, await readFile(hello));
      await truncate(path, size);
      const error: unknown = await readProgram(path).then(() => undefined, (thrown: unknown) => thrown);
      expect(error, `at ${size} bytes`).toBeInstanceOf(RrError);
    }
  });

  it("several hundred randomly damaged files: an RrError or a valid image, nothing else", async () => {
    const original = await readFile(hello);
    // Damage where it matters: headers, note, stubs and section headers, besides anywhere.
    const random = generator(20261121);
    const places = [[0, 64], [64, 512], [original.indexOf(".rr") > 0 ? original.length - 2000 : 0, original.length], [0, original.length]] as const;
    const path = join(directory, "fuzz");
    let refusals = 0;
    for (let round = 0; round < 600; round++) {
      const bytes = Buffer.from(original);
      const [from, to] = places[round % places.length] ?? [0, bytes.length];
      for (let count = 1 + random(8); count > 0; count--) {
        bytes[from + random(to - from)] = random(4) === 0 ? 0xff : random(256);
      }
      await writeFile(path, random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
      const error: unknown = await baking({ apps: [path], out: join(images, "fuzz.img"), dryRun: round % 10 !== 0 }).then(() => undefined, (thrown: unknown) => thrown);
      if (error !== undefined) {
        refusals++;
        expect(error, `round ${round}: ${error instanceof Error ? error.stack : ""}`).toBeInstanceOf(RrError);
      }
    }
    expect(refusals).toBeGreaterThan(100);
  });

  it("unknown names, with the nearest known one", async () => {
    const error = await refused({ config: "hw_generc" }, "CONFIG_UNKNOWN", "hw_generc");
    expect(error.hint).toContain("hw_generic");
    expect((await refused({ commands: ["add nett"] }, "COMPONENT_UNKNOWN", "nett")).hint).toContain('"net"');
    await refused({ commands: ["frobnicate net"] }, "CONFIG_COMMAND", "frobnicate");
  });

  it("what the config forbids", async () => {
    const error = await refused({ config: "hw_small" }, "CONFIG_FORBIDS", '"net"');
    expect(error.message).toContain("implements socket");
    const allowed = await baking({ config: "hw_small", commands: ["add net"], out: join(images, "allowed.img"), dryRun: true });
    expect(allowed.plan.components.map(({ name }) => name)).toContain("net");
    await refused({ commands: ["remove net"] }, "CONFIG_FORBIDS", '"net"');
  });

  it("a config file of one's own, and a broken one", async () => {
    const file = join(directory, "mine.json");
    await writeFile(file, JSON.stringify({ name: "mine", extends: "hw_generic", drivers: [] }));
    const { plan } = await baking({ config: undefined, configFile: file, dryRun: true });
    expect(plan.config).toBe("mine");
    expect(plan.components.map(({ name }) => name)).not.toContain("console-uart");
    await writeFile(file, JSON.stringify({ name: "mine", platform: "hw", driver: [] }));
    expect(await baking({ configFile: file }).catch((error: unknown) => error)).toMatchObject({ code: "MANIFEST_INVALID", message: expect.stringContaining(file) });
    await writeFile(file, "{ nonsense");
    expect(await baking({ configFile: file }).catch((error: unknown) => error)).toMatchObject({ code: "MANIFEST_INVALID" });
  });

  it("components that need each other in a circle", async () => {
    const circle = join(directory, "circle");
    await buildPlatform(circle, [{ name: "files", layer: "fs", needs: ["identity"] }, { name: "identity", layer: "fs", needs: ["files"] }]);
    const error = await refused({ prefix: circle }, "COMPONENT_CYCLE", "identity");
    expect(error.message).toContain("files -> identity -> files");
  }, 60_000);

  it("no platform, or a damaged one", async () => {
    await refused({ prefix: join(directory, "nowhere") }, "PLATFORM_MISSING", "nowhere");
    const damaged = join(directory, "damaged");
    await buildPlatform(damaged);
    await exec("ar", ["d", join(damaged, "x86_64-hw", "libos", "boundary.a"), `entry_write.o`]);
    await refused({ prefix: damaged }, "PLATFORM_BROKEN", "rr_entry_1");
  }, 60_000);

  it("an output that cannot be written, or must not be", async () => {
    await refused({ out: join(directory, "missing", "out.bin") }, "FILE_MISSING", "missing");
    await refused({ out: directory }, "IS_A_DIRECTORY", directory);
    await refused({ out: "/dev/null" }, "OUT_NOT_A_FILE", "/dev/null");
    await symlink("hello", join(directory, "alias"));
    await refused({ out: join(directory, "alias") }, "OUT_IS_APP", "hello");
    expect((await readFile(hello)).length).toBeGreaterThan(1000);
  });

  it.skipIf(process.getuid?.() === 0)("an output folder without permission (root may write anywhere)", async () => {
    const folder = join(directory, "readonly");
    await mkdir(folder);
    await chmod(folder, 0o500);
    await refused({ out: join(folder, "out.bin") }, "NO_PERMISSION", folder);
  });

  it("two programs of one name, a name that is too long", async () => {
    await mkdir(join(directory, "other"), { recursive: true });
    const twin = await buildProgram(join(directory, "other"), "hello", ["write"]);
    await refused({ apps: [hello, twin] }, "APP_NAME", "/bin/hello");
    const long = join(directory, "x".repeat(64));
    await writeFile(long, await readFile(hello));
    await refused({ apps: [long] }, "APP_NAME", basename(long));
  });

  it("no space left", async (context) => {
    const small = join(directory, "small");
    await mkdir(small);
    const mounted = await exec("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", small]).then(() => true, () => false);
    context.skip(!mounted, "mounting a small tmpfs needs privileges");
    try {
      const error: unknown = await baking({ out: join(small, "out.bin") }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "NO_SPACE", message: expect.stringContaining(join(small, "out.bin")) });
      expect(await readdir(small)).toEqual([]);
    } finally {
      await exec("umount", [small]);
    }
  });
});

/** A small deterministic generator (xorshift32): numbers below `limit`. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
