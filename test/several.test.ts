import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot, prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { command, RR, rr, type Ended } from "./cli/rr.js";

/** Several programs in one image: how they are baked, chosen and run. */
const NAMES = ["say", "upper", "serve", "spawn"];

interface Command {
  bin: string;
  args?: string[];
  runmode?: string;
}

describe("several programs in one image", async () => {
  const directory = await scratch();
  const installed = join(prefixDirectory(), "x86_64-hw");
  const image = join(directory, "several.bin");
  const apps = NAMES.map((name) => join(directory, name));

  beforeAll(async () => {
    for (const name of NAMES) {
      const source = join(packageRoot(), "test/fixtures/several", `${name}.c`);
      const compiled = await command(join(installed, "bin/x86_64-rumprun-linux-musl-gcc"), ["-O1", "-g", "-Wall", "-o", join(directory, name), source]);
      expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    }
    const baked = await rr(["bake", "hw_generic", image, ...apps]);
    expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
  });

  const run = (...args: string[]): Promise<Ended> => rr(["run", "qemu", "-i", "--timeout", "60", ...args]);

  async function launchFile(name: string, content: unknown): Promise<string> {
    const path = join(directory, `${name}.json`);
    await writeFile(path, JSON.stringify(content));
    return path;
  }

  /** The program that runs `rc` is an ordinary one: the same commands by it on the host. */
  function onHost(rc: readonly Command[]): Promise<Ended> {
    const words = rc.flatMap(({ bin, args = [], runmode = "" }) => [runmode, String(1 + args.length), `./${bin}`, ...args]);
    return command(join(installed, "libos/programs/rr-rc"), words, { cwd: directory });
  }

  describe("baking", () => {
    test("lists the programs, and rr's own that runs them, with their calls", async () => {
      const { stdout } = await rr(["bake", "-n", "--json", "hw_generic", image, ...apps]);
      const { plan } = JSON.parse(stdout) as { plan: { programs: { name: string; own?: boolean; calls: { name: string }[] }[]; components: { name: string }[] } };
      expect(plan.programs.map(({ name, own }) => [name, own ?? false])).toEqual([...NAMES.map((name) => [name, false]), ["rr-rc", true]]);
      expect(plan.programs[3]?.calls.map(({ name }) => name)).toContain("execve");
      expect(plan.components.map(({ name }) => name)).toContain("rc");
      const people = await rr(["bake", "-n", "hw_generic", image, ...apps]);
      for (const name of NAMES) {
        expect(people.stdout).toContain(`\n  ${name}`);
      }
    });

    test("an image of one program has nothing of it", async () => {
      const { stdout } = await rr(["bake", "-n", "--json", "hw_generic", join(directory, "one.bin"), apps[0] ?? ""]);
      expect(stdout).not.toMatch(/"rr-rc"|"name": "rc"/);
    });

    test("--why: each program's bytes, and what is there for one of them alone", async () => {
      const { stdout } = await rr(["bake", "-n", "--why=spawn", "hw_generic", image, ...apps]);
      for (const name of NAMES) {
        expect(stdout).toMatch(new RegExp(`^${name} +program +\\d+`, "m"));
      }
      expect(stdout).toMatch(/why spawn:\n {2}spawn {2}\(given to bake\)\n {4}fork \(57\) {2}\(sys-process\)/);
    });

    test("gives the same bytes each time, debug information of each program beside it", async () => {
      const again = join(directory, "again.bin");
      await rr(["bake", "hw_generic", again, ...apps]);
      expect(await readFile(again)).toEqual(await readFile(image));
      const sections = await command("readelf", ["-SW", `${image}.debug`]);
      expect(sections.stdout.match(/\.rr_program\.\d/g)).toEqual([0, 1, 2, 3, 4].map((n) => `.rr_program.${n}`));
    });

    test("a name can be there once", async () => {
      const { exitCode, stderr } = await rr(["bake", "hw_generic", join(directory, "twice.bin"), apps[0] ?? "", `${directory}/./say`]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/would both be \/bin\/say\nnext: rename one of them/);
    });

    test("there is a limit, and it is said", async () => {
      const { exitCode, stderr } = await rr(["bake", "hw_generic", join(directory, "many.bin"), ...Array.from({ length: 256 }, () => apps[0] ?? "")]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining("256 programs were given; one image holds at most 255") as string });
    });

    test("rumprun-bake takes the same arguments", async () => {
      const out = join(directory, "rumprun.bin");
      const baked = await command(join(installed, "bin/rumprun-bake"), ["hw_generic", out, ...apps]);
      expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
      expect(await readFile(out)).toEqual(await readFile(image));
    });
  });

  describe("one of them", () => {
    test("the first by default, and all are in /bin", async () => {
      expect(await run(image, "files")).toEqual({ exitCode: 0, stdout: [...NAMES, "rr-rc"].sort().join("\n") + "\n", stderr: "" });
    });

    test("another by name, with its own arguments", async () => {
      expect(await run("--program", "spawn", image, "/bin/say", "status", "7")).toMatchObject({ exitCode: 0, stdout: "/bin/say: status 7\n" });
    });

    test("a name that is not there", async () => {
      const { exitCode, stderr } = await run("--program", "spwan", image);
      expect(exitCode).toBe(125);
      expect(stderr).toMatch(/has no program "spwan"\nnext: did you mean "spawn"\?/);
    });

    test("a crash names the program that crashed, whoever started last", async () => {
      const child = await run("--program", "spawn", image, "/bin/say", "crash");
      expect(child.stdout).toBe("/bin/say: signal 11\n");
      expect(child.stderr).toMatch(/#0 .*crash_here at .*say\.c:\d+ in say/);
      const parent = await run("--program", "spawn", image, "then-crash", "/bin/say", "status", "0");
      expect(parent.stderr).toMatch(/#0 .*spawns_own_crash at .*spawn\.c:\d+ in spawn/);
      expect(parent.exitCode).toBe(139);
    });
  });

  describe("rc", () => {
    const cases: Readonly<Record<string, { rc: Command[]; status: number }>> = {
      "one after another, the last one's status": { rc: [{ bin: "say", args: ["a", "b c"] }, { bin: "say", args: ["status", "5"] }], status: 5 },
      "a pipeline": { rc: [{ bin: "say", args: ["x y"], runmode: "|" }, { bin: "upper", runmode: "|" }, { bin: "upper" }], status: 0 },
      "a failure ends the sequence": { rc: [{ bin: "say", args: ["status", "3"] }, { bin: "say", args: ["never"] }], status: 3 },
      "the status of a pipeline is its last one's": { rc: [{ bin: "say", args: ["status", "3"], runmode: "|" }, { bin: "upper" }, { bin: "say", args: ["on"] }], status: 0 },
      "death by a signal is 128 + N": { rc: [{ bin: "say" }, { bin: "say", args: ["signal", "15"] }], status: 143 },
      "all in the background: waits for all": { rc: [{ bin: "say", args: ["status", "4"], runmode: "&" }, { bin: "say", args: ["status", "6"], runmode: "&" }], status: 6 },
    };

    test.each(Object.entries(cases))("%s", async (name, { rc, status }) => {
      const file = await launchFile(name.replaceAll(/\W+/g, "-"), { rc });
      const guest = await run("--rc", file, image);
      const host = await onHost(rc);
      expect(guest.exitCode, guest.stderr).toBe(status);
      // Names differ: on the host they are paths.
      expect(guest).toEqual({ ...host, stdout: host.stdout.replaceAll("./", "") });
    });

    test("what works in the background is asked to end when the foreground has; it finds no input", async () => {
      const file = await launchFile("background", { rc: [{ bin: "serve", runmode: "&" }, { bin: "say", args: ["done"] }] });
      const child = await command("sh", ["-c", `echo input | ${RR} run qemu -i --timeout 60 --rc ${file} ${image}`]);
      expect(child).toEqual({ exitCode: 0, stdout: "say done\nasked by 15, no input\n", stderr: "" });
    });

    test("a program that is not there is said before anything boots; by path, by the guest", async () => {
      const missing = await run("--rc", await launchFile("missing", { rc: [{ bin: "say" }, { bin: "nothing" }] }), image);
      expect(missing).toMatchObject({ exitCode: 125, stdout: "" });
      expect(missing.stderr).toContain('has no program "nothing"');
      const path = await run("--rc", await launchFile("path", { rc: [{ bin: "/opt/nothing" }, { bin: "say" }] }), image);
      expect(path.exitCode).toBe(127);
      expect(path.stderr).toBe("rr-rc: /opt/nothing: No such file or directory\n");
    });

    test("as JSON on the command line", async () => {
      expect(await run("--rc", JSON.stringify({ rc: [{ bin: "say", args: ["x"], runmode: "|" }, { bin: "upper" }] }), image)).toEqual({ exitCode: 0, stdout: "SAY X\n", stderr: "" });
    });

    test("environment and host name come from the same file; flags win", async () => {
      const file = await launchFile("env", { rc: [{ bin: "say", args: ["env", "A"] }, { bin: "say", args: ["env", "B"] }], env: { A: "file", B: "file" } });
      expect(await run("-e", "B=flag", "--rc", file, image)).toMatchObject({ exitCode: 0, stdout: "file\nflag\n" });
    });

    test("can be baked in; arguments or a program choose otherwise", async () => {
      const out = join(directory, "baked.bin");
      const file = await launchFile("baked", { rc: [{ bin: "say", args: ["one"], runmode: "|" }, { bin: "upper" }, { bin: "spawn", args: ["/bin/say", "status", "2"] }] });
      const baked = await rr(["bake", "--rc", file, "hw_generic", out, ...apps]);
      expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
      expect(await run(out)).toMatchObject({ exitCode: 0, stdout: "SAY ONE\n/bin/say: status 2\n" });
      expect(await run(out, "two")).toMatchObject({ exitCode: 0, stdout: "say two\n" });
      expect(await run("--program", "say", out)).toMatchObject({ exitCode: 0, stdout: "say\n" });
    });

    test("Rumprun's way, without rr: the configuration as QEMU's module", async () => {
      const file = await launchFile("rumprun", { rc: [{ bin: "say", args: ["by", "hand"], runmode: "|" }, { bin: "upper" }], env: { X: "y" } });
      const { stdout } = await command("qemu-system-x86_64", [
        "-M", "microvm,acpi=off,rtc=off,pit=off,pic=off", "-accel", "tcg", "-cpu", "max", "-m", "64", "-nodefaults", "-no-user-config", "-display", "none",
        "-no-reboot", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0x501,iosize=4", "-kernel", image, "-initrd", file,
      ]);
      expect(stdout).toBe("SAY BY HAND\n");
    });

    test("a signal to rr ends them all, and nothing more is started", async () => {
      const file = await launchFile("signal", { rc: [{ bin: "serve", args: ["back"], runmode: "&" }, { bin: "serve", args: ["front"] }, { bin: "say", args: ["never"] }] });
      const child = spawn(RR, ["run", "qemu", "-i", "--timeout", "60", "--rc", file, image], { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
      await new Promise<void>((resolve) => {
        child.stdout.on("data", (chunk: Buffer) => {
          output += chunk.toString();
          if (output.includes("back\n") && output.includes("front\n")) resolve();
        });
      });
      child.kill("SIGTERM");
      expect(await ended).toBe(3);
      expect(output.split("\n").filter((line) => line === "asked by 15, and done")).toHaveLength(2);
      expect(output).not.toContain("never");
    });
  });

  test("an image of one program cannot run several", async () => {
    const one = join(directory, "one.bin");
    await rr(["bake", "hw_generic", one, apps[0] ?? ""]);
    const file = await launchFile("unable", { rc: [{ bin: "say" }, { bin: "say" }] });
    expect((await run("--rc", file, one)).stderr).toMatch(/was baked to run one program\nnext: bake it with all the programs, or with --rc/);
    // One that is there needs nobody to run it.
    expect(await run("--rc", await launchFile("single", { rc: [{ bin: "say", args: ["me"] }] }), one)).toMatchObject({ exitCode: 0, stdout: "say me\n" });
  });
});
