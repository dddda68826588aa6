import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exec } from "../../src/process/exec.js";
import { withTemporaryDirectory } from "../../src/workspace/temporary.js";
import { compile, section, stubNumbers, tool } from "./tools.js";

const READ = 0, WRITE = 1, CLONE = 56, VFORK = 58, RT_SIGRETURN = 15;
const UNMAPSELF = 0xfffffff0, ANY = 0xffffffff;

describe("the stubs of a program", () => {
  test("lie as docs/interfaces.md says, and the note points to them", async () => {
    await withTemporaryDirectory(async (directory) => {
      const hello = await compile("hello", join(directory, "hello"), "-O2");
      const stubs = await section(hello, ".rr_stubs");
      const numbers = await stubNumbers(hello);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      for (const [i, number] of numbers.entries()) {
        const stub = stubs.subarray(32 * i, 32 * i + 32);
        const code = Buffer.from("b8000000004989ca0f05c3", "hex");
        code.writeUInt32LE(number, 1);
        expect(stub.subarray(0, code.length)).toEqual(code);
        expect([stub.readUInt16LE(28), stub.readUInt16LE(30)]).toEqual([0, 0x7272]);
      }
      const note = await section(hello, ".note.rr");
      expect([note.readUInt32LE(0), note.readUInt32LE(4), note.readUInt32LE(8)]).toEqual([3, 32, 1]);
      expect(note.subarray(12, 16).toString("latin1")).toBe("rr\0\0");
      expect([note.readUInt32LE(16), note.readUInt32LE(20)]).toEqual([1, numbers.length]);
      const address = (await exec("nm", [hello])).stdout.match(/^(\w+) \w __rr_stubs_start$/m)?.[1];
      expect(note.readBigUInt64LE(24)).toBe(BigInt(`0x${address}`));
    });
  });

  test("are those of the calls the program can make, and no others", async () => {
    await withTemporaryDirectory(async (directory) => {
      const hello = await stubNumbers(await compile("hello", join(directory, "hello")));
      expect(hello.length).toBeLessThanOrEqual(14);
      expect(hello).not.toContain(READ);
      expect(hello).not.toContain(ANY);
      const cancel = await stubNumbers(await compile("cancel", join(directory, "cancel")));
      expect(cancel).toEqual(expect.arrayContaining([READ, WRITE, CLONE, RT_SIGRETURN, UNMAPSELF]));
      const processes = await compile("processes", join(directory, "processes"));
      const kinds = new Map<number, number>();
      const stubs = await section(processes, ".rr_stubs");
      for (const [i, number] of (await stubNumbers(processes)).entries()) {
        kinds.set(number, stubs.readUInt16LE(32 * i + 28));
      }
      expect([kinds.get(CLONE), kinds.get(VFORK), kinds.get(RT_SIGRETURN), kinds.get(READ)]).toEqual([2, 2, 1, 0]);
    });
  });

  test("hold the program's only system-call instructions; nothing halts", async () => {
    await withTemporaryDirectory(async (directory) => {
      for (const name of ["processes", "cancel", "syscall"]) {
        const file = await compile(name, join(directory, name));
        const code = (await exec("objdump", ["-d", "-j", ".text", "-j", ".init", "-j", ".fini", file])).stdout;
        expect(code).not.toMatch(/\t(syscall|hlt|int +\$0x80|sysenter)/);
      }
    });
  });

  test("survive strip; the linker's record of who needs what is beside them until then", async () => {
    await withTemporaryDirectory(async (directory) => {
      const hello = await compile("hello", join(directory, "hello"));
      const why = (await section(hello, ".rr_why")).toString();
      expect(why).toMatch(/^libc\.a\(printf\.o\)\t\(compiled here\)\tprintf$/m);
      expect(why).toMatch(/^libc\.a\(rr_sys_231\.o\)\tlibc\.a\(\S+\)\t__rr_sys_231$/m);
      const stripped = join(directory, "stripped");
      await copyFile(hello, stripped);
      await exec(tool("strip"), [stripped]);
      expect(await stubNumbers(stripped)).toEqual(await stubNumbers(hello));
      expect((await exec(stripped, [])).stdout).toBe("Hello 1!\n");
      expect((await section(stripped, ".note.rr")).length).toBe(48);
    });
  });

  test("equal sources give equal programs, wherever they are compiled", async () => {
    await withTemporaryDirectory(async (directory) => {
      const sums = [];
      for (const name of ["one", "two"]) {
        const output = await compile("hello", join(directory, name));
        sums.push((await exec("sha256sum", [output])).stdout.slice(0, 64));
      }
      expect(sums[0]).toBe(sums[1]);
    });
  });
});
