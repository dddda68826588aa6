import { existsSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exec } from "../../src/process/exec.js";
import { withTemporaryDirectory } from "../../src/workspace/temporary.js";
import { gcc, GCC, program, ROOT, stubNumbers, SYSROOT, tool, TUPLE } from "./tools.js";

const HELLO = program("hello");
const FILES: Record<string, string> = {
  "twice.c": "int twice(int x) { return 2 * x; }\n",
  "main.c": '#include <stdio.h>\nint twice(int);\nint main(void) { printf("%d\\n", twice(21)); return 0; }\n',
};

/** A folder with a small project of two files. */
async function inProject(work: (directory: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    for (const [name, text] of Object.entries(FILES)) {
      await writeFile(join(directory, name), text);
    }
    await work(directory);
  });
}

async function output(file: string): Promise<string> {
  return (await exec(file, [])).stdout;
}

describe("questions about the toolchain", () => {
  test.each([
    ["-dumpmachine", TUPLE],
    ["-print-sysroot", SYSROOT],
    ["-print-multiarch", ""],
    ["-print-file-name=libc.a", `${SYSROOT}/lib/libc.a`],
    ["-print-file-name=crt1.o", `${SYSROOT}/lib/crt1.o`],
    ["-print-prog-name=ld", `${ROOT}/libexec/ld`],
  ])("%s", async (question, answer) => {
    expect((await exec(GCC, [question])).stdout).toBe(`${answer}\n`);
  });

  test("what belongs to gcc itself is answered by gcc", async () => {
    expect((await exec(GCC, ["-print-file-name=libgcc.a"])).stdout).toMatch(/^\/.*\/libgcc\.a\n$/);
    expect((await exec(GCC, ["-dumpversion"])).stdout).toMatch(/^\d+/);
    const folders = (await exec(GCC, ["-print-search-dirs"])).stdout.match(/^libraries: =(.*)$/m)?.[1]?.split(":");
    expect(folders?.[0]).toBe(`${SYSROOT}/lib/`);
    expect(folders?.every((folder) => folder.startsWith(SYSROOT) || folder.includes("/gcc/"))).toBe(true);
  });
});

describe("compiling", () => {
  test("headers are this toolchain's, whatever the host has", async () => {
    await withTemporaryDirectory(async (directory) => {
      for (const flags of [[], ["-I/usr/include"], ["-isystem", "/usr/include"], ["-I", "/usr/include"]]) {
        const { stdout } = await gcc(directory, "-M", ...flags, HELLO);
        const headers = stdout.split(/[\s\\]+/).filter((path) => path.endsWith(".h"));
        expect(headers.length).toBeGreaterThan(1);
        expect(headers.filter((path) => !path.startsWith(SYSROOT) && !path.includes("/gcc/"))).toEqual([]);
      }
    });
  });

  test("-E, -S, -c, -MMD and -save-temps write what they name", async () => {
    await inProject(async (directory) => {
      expect((await gcc(directory, "-E", "main.c")).stdout).toContain("int printf");
      await gcc(directory, "-S", "main.c");
      await gcc(directory, "-MMD", "-c", "main.c");
      expect(await readFile(join(directory, "main.s"), "utf8")).toContain("call\tprintf");
      expect(await readFile(join(directory, "main.d"), "utf8")).toContain("main.o: main.c");
      expect((await gcc(directory, "-save-temps", "-o", "both", "main.c", "twice.c")).exitCode).toBe(0);
      expect(await output(join(directory, "both"))).toBe("42\n");
      expect(existsSync(join(directory, "both-twice.i"))).toBe(true);
    });
  });

  test("source from standard input, from other names, and assembly", async () => {
    await inProject(async (directory) => {
      await writeFile(join(directory, "twice.S"), '#include <sys/syscall.h>\n.globl twice\ntwice: lea (%rdi,%rdi),%eax\nret\n.section .note.GNU-stack,"",@progbits\n');
      const run = await exec(GCC, ["-x", "c", "-", "-x", "none", "twice.S", "-o", "mixed"], { cwd: directory, input: FILES["main.c"] as string });
      expect(run.exitCode).toBe(0);
      expect(await output(join(directory, "mixed"))).toBe("42\n");
    });
  });

  test("Linux' own headers compile, and those glibc programs expect", async () => {
    await withTemporaryDirectory(async (directory) => {
      const headers = ["linux/futex.h", "linux/if_tun.h", "linux/input.h", "linux/perf_event.h", "asm/unistd.h", "asm-generic/ioctls.h",
        "mtd/mtd-user.h", "sound/asound.h", "scsi/sg.h", "rdma/ib_user_verbs.h", "sys/cdefs.h", "sys/queue.h"];
      const text = headers.map((header) => `#include <${header}>\n`).join("");
      await writeFile(join(directory, "headers.c"), `#include <stdint.h>\n#include <sys/types.h>\n#include <time.h>\n${text}`);
      expect((await gcc(directory, "-c", "-Wall", "-Werror", "headers.c")).stderr).toBe("");
    });
  });
});

describe("linking", () => {
  test.each([
    ["with -g", ["-g", "-O0"]],
    ["for size", ["-Os", "-s"]],
    ["with LTO", ["-O2", "-flto"]],
    ["position-independent code", ["-fPIC"]],
    ["flags for dynamic programs", ["-fPIE", "-pie", "-rdynamic", "-Wl,-E", "-Wl,-z,now", "-Wl,-rpath,/x", "-Wl,--as-needed"]],
    ["-static-pie", ["-static-pie"]],
    ["other linkers' names", ["-fuse-ld=gold"]],
    ["libraries that are part of libc", ["-pthread", "-lpthread", "-lm", "-ldl", "-lrt", "-lcrypt", "-lutil", "-lresolv", "-lxnet"]],
    ["gcc's own libraries", ["-latomic", "-lgcc"]],
    ["coverage", ["--coverage"]],
    ["a stack protector", ["-fstack-protector-all"]],
  ])("%s: runs, static, with stubs", async (_, flags) => {
    await inProject(async (directory) => {
      expect((await gcc(directory, "-o", "program", "main.c", "twice.c", ...flags)).stderr).toBe("");
      const file = join(directory, "program");
      expect(await output(file)).toBe("42\n");
      expect((await stubNumbers(file)).length).toBeGreaterThan(5);
      const headers = (await exec("readelf", ["-hlW", file])).stdout;
      expect(headers).toContain("EXEC (Executable file)");
      expect(headers).not.toMatch(/INTERP|DYNAMIC/);
      expect(headers).not.toMatch(/GNU_STACK.*RWE/);
    });
  });

  test("static archives, with and without LTO", async () => {
    for (const flags of [[], ["-flto"]]) {
      await inProject(async (directory) => {
        await gcc(directory, "-c", ...flags, "main.c", "twice.c");
        await exec(tool("ar"), ["rcs", "libtwice.a", "twice.o"], { cwd: directory });
        await exec(tool("ranlib"), ["libtwice.a"], { cwd: directory });
        await gcc(directory, ...flags, "-o", "program", "main.o", "-L.", "-ltwice");
        expect(await output(join(directory, "program"))).toBe("42\n");
      });
    }
  });

  test("response files, blanks in names", async () => {
    await inProject(async (directory) => {
      await writeFile(join(directory, "args"), "-O2 -o 'a program' main.c \"twice.c\"\n-DNAME=\\\"x\\\"\n");
      expect((await gcc(directory, "@args")).stderr).toBe("");
      expect(await output(join(directory, "a program"))).toBe("42\n");
    });
  });

  test("a link map the user asked for is left as it is; no other file stays", async () => {
    await inProject(async (directory) => {
      await gcc(directory, "-Wl,-Map=my.map", "-o", "program", "main.c", "twice.c");
      expect(await readFile(join(directory, "my.map"), "utf8")).toContain("Linker script and memory map");
      const names = (await exec("ls", ["-A"], { cwd: directory })).stdout.trim().split("\n");
      expect(names).toEqual(["main.c", "my.map", "program", "twice.c"]);
    });
  });

  test("any name is one for a program, also what would be an option behind -o", async () => {
    await inProject(async (directory) => {
      for (const name of ["u", "ut", "f", "m"]) {
        expect((await gcc(directory, "-o", name, "main.c", "twice.c")).stderr).toBe("");
        expect(await output(join(directory, name))).toBe("42\n");
      }
    });
  });

  test("-o /dev/null only asks whether it links", async () => {
    await inProject(async (directory) => {
      expect((await gcc(directory, "-o", "/dev/null", "main.c", "twice.c")).stderr).toBe("");
      expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
      expect((await gcc(directory, "-o", "/dev/null", "main.c")).exitCode).toBe(1);
    });
  });

  test("-r joins objects that link later; unused sections are dropped then", async () => {
    await inProject(async (directory) => {
      await writeFile(join(directory, "twice.c"), `${FILES["twice.c"]}int unused(int x) { return x; }\n`);
      await gcc(directory, "-c", "main.c", "twice.c");
      expect((await gcc(directory, "-r", "-o", "all.o", "main.o", "twice.o")).stderr).toBe("");
      await gcc(directory, "-o", "program", "all.o");
      expect(await output(join(directory, "program"))).toBe("42\n");
      expect((await exec("nm", [join(directory, "program")])).stdout).not.toContain("unused");
    });
  });

  test("an undefined symbol fails as with any compiler, and nothing is left", async () => {
    await inProject(async (directory) => {
      const result = await gcc(directory, "-o", "program", "main.c");
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain("undefined reference to `twice'");
      const names = (await exec("ls", ["-A"], { cwd: directory })).stdout.trim().split("\n");
      expect(names).toEqual(["main.c", "twice.c"]);
    });
  });

  test("hello is small", async () => {
    await withTemporaryDirectory(async (directory) => {
      await gcc(directory, "-O2", "-s", "-o", "hello", HELLO);
      expect((await stat(join(directory, "hello"))).size).toBeLessThan(22_000);
    });
  });
});

describe("what cannot work says so in a sentence", () => {
  test.each([
    [["-shared", "-fPIC"], "shared libraries (-shared) come in a later release"],
    [["-Wl,-shared"], "shared libraries (-shared) come in a later release"],
    [["-m32"], "programs are 64-bit"],
    [["-fsanitize=address"], "sanitizers need glibc"],
    [["-pg"], "profiling with -pg needs glibc"],
  ])("%j", async (flags, words) => {
    await withTemporaryDirectory(async (directory) => {
      const result = await gcc(directory, ...flags, "-o", "program", HELLO);
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(words);
      expect(existsSync(join(directory, "program"))).toBe(false);
    });
  });

  test("-m32 fails when only compiling, too; C++ names the release", async () => {
    await withTemporaryDirectory(async (directory) => {
      expect((await gcc(directory, "-m32", "-c", HELLO)).exitCode).toBe(1);
      const result = await exec(tool("g++"), ["x.cc"], { okCodes: [1] });
      expect(result.stderr).toContain("C++ comes in a later release");
    });
  });
});

describe("the other tools", () => {
  test.each(["ar", "as", "nm", "objcopy", "objdump", "ranlib", "readelf", "size", "strings", "strip", "cpp", "ld"])("%s is there and works", async (name) => {
    expect((await exec(tool(name), ["--version"])).stdout).toMatch(/GNU|Free Software Foundation/);
  });

  test("cc is gcc; cpp finds this toolchain's headers; ld links by hand", async () => {
    await inProject(async (directory) => {
      await exec(tool("cc"), ["-c", "main.c", "twice.c"], { cwd: directory });
      expect((await exec(tool("cpp"), ["main.c"], { cwd: directory })).stdout).toContain(`${SYSROOT}/include/stdio.h`);
      const library = join(SYSROOT, "lib");
      const start = ["crt1.o", "crti.o", "rr_note.o"].map((file) => join(library, file));
      await exec(tool("ld"), ["-o", "program", ...start, "main.o", "twice.o", "-lc", join(library, "crtn.o")], { cwd: directory });
      expect(await output(join(directory, "program"))).toBe("42\n");
    });
  });

  test("pkg-config sees what is installed for the target, not the host's packages", async () => {
    await withTemporaryDirectory(async (directory) => {
      await mkdir(join(directory, "pc"));
      await writeFile(join(directory, "pc/mine.pc"), "Name: mine\nDescription: x\nVersion: 3\nLibs: -lmine\nLibs.private: -lm\n");
      const found = await exec(tool("pkg-config"), ["--libs", "mine"], { env: { PKG_CONFIG_PATH: join(directory, "pc") } });
      expect(found.stdout.trim()).toBe("-lmine -lm");
      const hosts = (await exec("pkg-config", ["--list-all"])).stdout.split("\n").map((line) => basename(line.split(" ")[0] ?? "")).filter(Boolean);
      const ours = (await exec(tool("pkg-config"), ["--list-all"])).stdout;
      expect(hosts.filter((name) => ours.includes(`${name} `))).toEqual([]);
    });
  });
});
