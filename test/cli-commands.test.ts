/** Commands that need no platform, and what every command says when something it needs is not there. */
import { chmod, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withTemporaryDirectory } from "../src/workspace/temporary.js";
import { command, rr } from "./cli/rr.js";

describe("rr configs", () => {
  test("lists name, platform and summary", async () => {
    const { exitCode, stdout } = await rr(["configs"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^hw_generic\s+hw\s+\S/m);
    expect((await rr(["configs", "list"])).stdout).toBe(stdout);
  });

  test("as JSON", async () => {
    const configs: unknown = JSON.parse((await rr(["configs", "--json"])).stdout);
    expect(configs).toContainEqual(expect.objectContaining({ name: "hw_generic", platform: "hw", allow: ["*"] }));
  });

  test("describes a config and a component", async () => {
    expect((await rr(["configs", "describe", "hw_generic"])).stdout).toContain("every component");
    expect((await rr(["configs", "hw_generic"])).stdout).toContain("every component");
    expect((await rr(["configs", "describe", "base"])).stdout).toMatch(/^layer\s+base$/m);
  });

  test("lists components with their layers", async () => {
    expect((await rr(["configs", "--components"])).stdout).toMatch(/^base\s+base\s+\d+\s+\S/m);
    expect(JSON.parse((await rr(["configs", "--components", "--json"])).stdout)).toContainEqual(expect.objectContaining({ name: "base", layer: "base" }));
  });

  test("an unknown name: the nearest one, exit code 1", async () => {
    const { exitCode, stderr } = await rr(["configs", "describe", "hw_genric"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^rr: .*"hw_genric"\nnext: did you mean "hw_generic"/);
  });
});

describe("rr doctor", () => {
  test("everything needed is here: a table, exit code 0", async () => {
    const { exitCode, stdout } = await rr(["doctor"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^gcc\s+ok\s+\d+\.\d+.*\/gcc$/m);
    expect(stdout).toMatch(/^kvm\s+(ok|no)\s+\S/m);
    expect(stdout).toContain("Everything needed is here.");
  });

  test("what is missing or too old: exit code 1, the packages, the command that installs them", async () => {
    await withTemporaryDirectory(async (directory) => {
      for (const tool of ["env", "node", "make", "ld", "tar", "xz"]) {
        await symlink((await command("sh", ["-c", `command -v ${tool}`])).stdout.trim(), join(directory, tool));
      }
      await writeFile(join(directory, "gcc"), "#!/bin/sh\necho 'gcc (Debian 8.3.0-6) 8.3.0'\n");
      await chmod(join(directory, "gcc"), 0o755);
      const env = { PATH: directory, RR_CACHE: join(directory, "cache") };

      const { exitCode, stdout } = await rr(["doctor"], { env });
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^gcc\s+too old\s+8\.3\.0\s+package gcc: /m);
      expect(stdout).toMatch(/^qemu\s+missing\s+package qemu-system-x86: /m);
      expect(stdout).toMatch(/^cmake\s+no\s+package cmake: .*only for rr's own tests/m);
      expect(stdout).toMatch(/next: (sudo )?apt-get install gcc qemu-system-x86\n$/);

      const report = JSON.parse((await rr(["doctor", "--json"], { env })).stdout) as { ok: boolean; findings: unknown[]; kvm: unknown };
      expect(report.ok).toBe(false);
      expect(report.findings).toContainEqual(expect.objectContaining({ name: "qemu", state: "missing", package: "qemu-system-x86" }));
      expect(report.kvm).toMatchObject({ works: false });
    });
  });
});

describe("rr env", () => {
  test("shell code that survives odd characters in paths", async () => {
    await withTemporaryDirectory(async (directory) => {
      const prefix = join(directory, "it's a $prefix");
      const bin = join(prefix, "x86_64-hw", "bin");
      await mkdir(bin, { recursive: true });
      await writeFile(join(bin, "..", "platform.json"), "{}");
      await writeFile(join(bin, "some-tool"), "#!/bin/sh\necho found\n", { mode: 0o755 });
      const code = await rr(["env", "--prefix", prefix]);
      expect(code).toMatchObject({ exitCode: 0, stderr: "" });
      expect((await command("sh", ["-c", `set -e; ${code.stdout}\nsome-tool; printf %s "$RR_PREFIX"`])).stdout).toBe(`found\n${prefix}`);
      const again = await command("sh", ["-c", `unset PATH\n${code.stdout}\nprintf %s "$PATH"`]);
      expect(again.stdout).toBe(bin);
      expect(JSON.parse((await rr(["env", "--json", "--prefix", prefix])).stdout)).toMatchObject({ RR_PREFIX: prefix });
    });
  });

  test("no platform: the command that builds it", async () => {
    const { exitCode, stdout, stderr } = await rr(["env", "--prefix", "/no/such/prefix"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^rr: no platform is installed in \/no\/such\/prefix.*\nnext: rr build-platform hw\n$/);
  });
});

describe("the config file", () => {
  test("supplies defaults; the flag and its absence decide", async () => {
    await withTemporaryDirectory(async (cwd) => {
      await writeFile(join(cwd, "rr.config.yaml"), "prefix: of-the-file\n");
      const env = { RR_PREFIX: "/of/the/environment" };
      expect((await rr(["env"], { cwd, env })).stderr).toContain(join(cwd, "of-the-file"));
      expect((await rr(["env", "--prefix", "/of/the/flag"], { cwd, env })).stderr).toContain("/of/the/flag");
      expect((await rr(["env"], { cwd: "/", env })).stderr).toContain("/of/the/environment");
    });
  });

  test.each([
    ['{"run": {"memory": "64M"}}', /rr\.config\.json: run\.memory: .*"64M"\nnext: docs\/config\.md/],
    ['{"runn": {}}', /rr\.config\.json: unknown key runn\nnext: did you mean run\?/],
    ["{", /cannot read .*rr\.config\.json/],
  ])("%s is refused, by every command that reads it", async (content, sentence) => {
    await withTemporaryDirectory(async (cwd) => {
      await writeFile(join(cwd, "rr.config.json"), content);
      for (const [args, expected] of [[["configs"], 1], [["bake", "a", "b", "c"], 1], [["run", "qemu", "x"], 125]] as const) {
        const { exitCode, stderr } = await rr(args, { cwd });
        expect(exitCode).toBe(expected);
        expect(stderr).toMatch(sentence);
      }
    });
  });
});

describe("bad input, before anything is written", () => {
  test.each([
    ["no such file", undefined, /no such file or folder: .*app/],
    ["not an ELF file", "just text\n", /app.*ELF/],
    ["a truncated ELF file", Buffer.from("\u007fELF\u0002\u0001\u0001", "latin1"), /app/],
  ])("%s", async (_what, content, sentence) => {
    await withTemporaryDirectory(async (cwd) => {
      if (content !== undefined) {
        await writeFile(join(cwd, "app"), content);
      }
      for (const [args, expected] of [[["bake", "hw_generic", "out.bin", "app"], 1], [["run", "qemu", "-i", "app"], 125]] as const) {
        const ended = await rr(args, { cwd });
        expect({ exitCode: ended.exitCode, stdout: ended.stdout }).toEqual({ exitCode: expected, stdout: "" });
        expect(ended.stderr).toMatch(sentence);
        expect(ended.stderr).not.toMatch(/^\s+at /m);
      }
      expect(await readdir(cwd)).toEqual(content === undefined ? [] : ["app"]);
    });
  });
});
