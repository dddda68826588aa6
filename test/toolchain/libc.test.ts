import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exec } from "../../src/process/exec.js";
import { withTemporaryDirectory } from "../../src/workspace/temporary.js";
import { compile, ROOT, stubNumbers } from "./tools.js";

const EXPECTED: Record<string, { output: string; signal?: number }> = {
  cancel: { output: "blocked: cancelled\ndisabled: read 1 x\ndisabled: cancelled\nat any moment: 300\ndetached: ok\n" },
  processes: { output: "posix_spawn 2\nvfork 3\nfork 4\nclone 7\nsystem 5\nhandler 1\n", signal: 6 },
  syscall: { output: "constant 1\nvariable 1\npointer 1\nnested 1\nerror -1 1\nfork 1\nunknown -1 1\nnegative 1\n" },
  ifunc: { output: "42 1\n" },
};

// Here the build host's kernel is behind the stubs.
describe.each(["-O0", "-O2", "-O2 -flto"])("libc on the host, %s", (flags) => {
  test.each(Object.entries(EXPECTED))("%s", async (name, { output, signal }) => {
    await withTemporaryDirectory(async (directory) => {
      const file = await compile(name, join(directory, name), ...flags.split(" "));
      // A shell tells a signal as 128+N.
      const result = await exec("sh", ["-c", '"$0"; exit $?', file], { timeout: 60_000, okCodes: [signal === undefined ? 0 : 128 + signal] });
      expect(result.stdout).toBe(output);
    });
  });

  test("a constant number keeps its stub, a variable one does not", async () => {
    await withTemporaryDirectory(async (directory) => {
      const numbers = await stubNumbers(await compile("syscall", join(directory, "syscall"), ...flags.split(" ")));
      const GETTID = 186, DUP = 32, GETPRIORITY = 140, GETUID = 102, ANY = 0xffffffff;
      expect(numbers).toEqual(expect.arrayContaining([GETTID, DUP, GETPRIORITY, ANY]));
      expect(numbers).not.toContain(GETUID);
    });
  });
});

// And here the libOS. Programs that start others have tests of their own.
test.each(["cancel", "syscall", "ifunc"])("%s gives the same output baked", async (name) => {
  await withTemporaryDirectory(async (directory) => {
    const file = await compile(name, join(directory, name), "-O2");
    const rr = join(ROOT, "bin/rr");
    await exec(rr, ["bake", "-q", "hw_generic", `${file}.bin`, file]);
    const result = await exec(rr, ["run", "qemu", "-i", "--timeout", "60", `${file}.bin`], { timeout: 90_000 });
    expect(result.stdout).toBe(EXPECTED[name]?.output);
  });
});
