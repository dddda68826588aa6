import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot, prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { command, rr } from "./cli/rr.js";

/** System calls of real programs, as `rr run qemu --strace` and, where there is one, the host's strace show them. */
describe("--strace", async () => {
  const directory = await scratch();
  const app = join(directory, "calls");
  const image = `${app}.bin`;

  beforeAll(async () => {
    const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
    const compiled = await command(compiler, ["-O1", "-o", app, join(packageRoot(), "test/fixtures/strace/calls.c")]);
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    const baked = await rr(["bake", "hw_generic", image, app]);
    expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
  });

  /** Addresses, numbers of processes and columns differ from one system to another. */
  function normalised(lines: readonly string[], pids: readonly string[]): string[] {
    return lines.map((line) =>
      pids
        .reduce((text, pid, index) => text.replace(new RegExp(`^${pid}(?= )|(?<=\\bkill\\(|si_pid=|(?:fork|wait4).* = )${pid}\\b`, "g"), `PID${index + 1}`), line.replace(/^\[pid +(\d+)\] /, "$1 ").replace(/^(\d+) +/, "$1 "))
        .replaceAll(/0x[0-9a-f]{5,}/g, "ADDRESS").replaceAll(/, si_uid=0|, si_utime=\d+, si_stime=\d+/g, "").replace(/ \/\* \d+ vars \*\//, "").replaceAll("./calls", "calls").replace(/ +=/, " ="),
    );
  }

  /** Lines of one process after another: how they alternate is the scheduler's choice. */
  function byProcess(lines: readonly string[]): Record<string, string[]> {
    const result: Record<string, string[]> = {};
    for (const line of lines) {
      const [, pid = "PID1", text = line] = /^(PID\d) (.*)$/.exec(line) ?? [];
      // A call in two halves is one again.
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
      const own = (result[pid] ??= []);
      if (resumed !== undefined && own.at(-1)?.endsWith(" <unfinished ...>") === true) own.push((own.pop() ?? "").replace(/ <unfinished \.\.\.>$/, "") + resumed);
      else own.push(text.replace("strace: Process", "Process"));
    }
    return result;
  }

  async function trace(filter: string, ...more: string[]): Promise<string[]> {
    const file = join(directory, "guest.txt");
    expect(await rr(["run", "qemu", "-i", "--timeout", "60", `--strace=${filter}`, "--strace-file", file, ...more, image])).toEqual({ exitCode: 5, stdout: "", stderr: "" });
    return (await readFile(file, "utf8")).trimEnd().split("\n");
  }

  test("shows what strace shows on the host", async ({ skip }) => {
    const filter = "%file,%process,%signal,%memory,%desc,umask,setitimer,nanosleep,clock_nanosleep";
    const other = join(directory, "host.txt");
    const host = await command("strace", ["-f", "-o", other, "-e", `trace=${filter}`, "./calls"], { cwd: directory });
    if (host.exitCode !== 5 || !existsSync(other)) {
      skip("there is no strace that works here");
    }
    const hostLines = (await readFile(other, "utf8")).trimEnd().split("\n");
    const hostPids = [...new Set(hostLines.map((line) => line.split(" ")[0] ?? ""))];
    // What rr does not show: the first program's start, signals that are ignored, the way out of a handler.
    const shown = hostLines.slice(1).filter((line) => !/--- SIGCHLD|rt_sigreturn/.test(line));
    const expected = byProcess(normalised(shown, hostPids));
    const guestLines = (await trace(filter)).filter((line) => !line.startsWith("strace:"));
    expect(byProcess(normalised(guestLines, ["1", "2", "3"]))).toEqual(expected);
  });

  test("a filter by class, by name and by exclusion; who ended how", async () => {
    const lines = await trace("%process");
    // Where the machine is slow the parent's turn may be over before it waits: its child has ended then.
    const waited = lines.includes("[pid 1] wait4(-1,  <unfinished ...>");
    expect(lines).toEqual([
      "[pid 1] vfork( <unfinished ...>",
      "strace: Process 2 attached",
      expect.stringMatching(/^\[pid 2\] execve\("\.\/no such program", \["no", "such program"\], 0x\w+\) = -1 ENOENT \(No such file or directory\)$/),
      "[pid 2] exit_group(7)                           = ?",
      "[pid 2] +++ exited with 7 +++",
      "<... vfork resumed>)                    = 2",
      "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 2",
      "strace: Process 3 attached",
      "[pid 1] fork()                                  = 3",
      ...(waited ? ["[pid 1] wait4(-1,  <unfinished ...>"] : []),
      expect.stringMatching(/^\[pid 3\] execve\("calls", \["calls", "child"\], 0x\w+\) = 0$/),
      "[pid 3] exit_group(9)                           = ?",
      "[pid 3] +++ exited with 9 +++",
      `${waited ? "<... wait4 resumed>" : "wait4(-1, "}[{WIFEXITED(s) && WEXITSTATUS(s) == 9}], 0, NULL) = 3`,
      expect.stringMatching(/^wait4\(-1, 0x\w+, WNOHANG, NULL\) = -1 ECHILD \(No child processes\)$/),
      "exit_group(5)                           = ?",
      "+++ exited with 5 +++",
      // What the filter has nothing to do with.
    ].toSpliced(0, 0, "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=1, si_uid=0} ---"));
    expect((await trace("umask,mkdir")).filter((line) => !line.startsWith("---"))).toEqual(['mkdir("strace.dir", 0755)               = 0', "umask(022)                              = 022"]);
    const all = await trace("!%file,%desc", "--strace-relative");
    expect(all.filter((line) => /open|write/.test(line))).toEqual([]);
    expect(all[0]).toMatch(/^ {5}\d\.\d{6} arch_prctl\(ARCH_SET_FS, 0x\w+\) += 0$/);
  });

  test("standard error is where it goes by default; the program's arguments stay its own", async () => {
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", "--timeout", "60", "--strace", image, "--strace", "--strace=x"]);
    expect(exitCode).toBe(9);
    expect(stderr).toMatch(/^arch_prctl[^]*\nexit_group\(9\) += \?\n\+\+\+ exited with 9 \+\+\+\n$/);
  });

  test("a filter that asks for what there is not", async () => {
    const { exitCode, stderr } = await rr(["run", "qemu", "-i", "--strace=opne", image]);
    expect(exitCode).toBe(125);
    expect(stderr).toBe('rr: there is no system call "opne"\nnext: did you mean "open"?\n');
  });
});
