import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exec } from "../../src/process/exec.js";
import { environmentFor } from "../../src/toolchain/environment.js";
import { fetchSource, unpackSource } from "../../src/toolchain/sources.js";
import { cacheDirectory, prefixDirectory } from "../../src/workspace/paths.js";
import { withTemporaryDirectory } from "../../src/workspace/temporary.js";
import { GCC, program, ROOT, stubNumbers, tool, TUPLE } from "./tools.js";

/** What `eval "$(rr env)"` leaves in a shell. */
const environment = environmentFor(prefixDirectory());

async function runs(file: string, ...args: string[]): Promise<string> {
  expect((await stubNumbers(file)).length).toBeGreaterThan(5);
  return (await exec(file, args)).stdout;
}

describe("a Makefile", () => {
  test("that includes rr.mk compiles with the wrapper, and knows how to bake and run", async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, "hello.c"), await readFile(program("hello")));
      await writeFile(join(directory, "Makefile"),
        "RR_PROGRAMS = hello\ninclude $(RR_PREFIX)/x86_64-hw/share/rr/rr.mk\nhello: hello.o\n");
      const make = async (...args: string[]) => (await exec("make", args, { cwd: directory, env: environment })).stdout;
      expect(await make()).toContain(`${GCC} `);
      expect(await runs(join(directory, "hello"))).toBe("Hello 1!\n");
      expect(await make("-n", "bake")).toContain(`${ROOT}/bin/rr bake hw_generic hello.bin hello`);
      expect(await make("-n", "run", "ARGS=a b", "RR_CONFIG=mine")).toMatch(/rr bake mine hello\.bin hello[^]*rr run qemu -i hello\.bin -- a b/);
      expect(await make("-s", "run")).toMatch(/^Hello 1!\n$/m);
      expect(await make("-s", "run-hello", "ARGS=a 'b c'")).toBe("Hello 3!\n");
      // The user's own compiler wins.
      expect(await make("-n", "-B", "CC=mine")).toContain("mine ");
    });
  });

  test("with CC only is enough", async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, "hello.c"), await readFile(program("hello")));
      await exec("make", ["hello", `CC=${TUPLE}-gcc`], { cwd: directory, env: environment });
      expect(await runs(join(directory, "hello"))).toBe("Hello 1!\n");
    });
  });
});

test("CMake: checks run, the host's libraries stay out of sight, an image can be asked for", async () => {
  await withTemporaryDirectory(async (directory) => {
    await writeFile(join(directory, "hello.c"), await readFile(program("hello")));
    await writeFile(join(directory, "part.c"), "int part;\n");
    await writeFile(join(directory, "CMakeLists.txt"), `
      cmake_minimum_required(VERSION 3.13)
      project(hello C)
      include(CheckFunctionExists)
      include(CheckCSourceRuns)
      check_function_exists(getrandom HAVE_GETRANDOM)
      check_function_exists(no_such_function HAVE_NONSENSE)
      check_c_source_runs("int main(void) { return 0; }" RUNS)
      find_package(Threads REQUIRED)
      find_package(ZLIB)
      message(STATUS "found: \${HAVE_GETRANDOM} \${HAVE_NONSENSE} \${RUNS} \${ZLIB_FOUND} \${CMAKE_CROSSCOMPILING}")
      add_library(part part.c)
      add_executable(hello hello.c)
      target_link_libraries(hello part Threads::Threads m)
      rr_add_image(hello)
    `);
    const options = { cwd: directory, env: environment };
    const configured = await exec("cmake", ["-S", ".", "-B", "build", `-DCMAKE_TOOLCHAIN_FILE=${ROOT}/share/rr/rr-toolchain.cmake`], options);
    expect(configured.stdout).toContain("found: 1  1 FALSE TRUE");
    await exec("cmake", ["--build", "build", "--target", "hello"], options);
    expect(await runs(join(directory, "build/hello"))).toBe("Hello 1!\n");
    expect((await exec("cmake", ["--build", "build", "--target", "hello-run"], options)).stdout).toContain("Hello 1!\n");
    expect(existsSync(join(directory, "build/hello.bin"))).toBe(true);
  });
});

describe("autoconf and libtool, by SQLite's own configure", () => {
  let archive = "";
  beforeAll(async () => {
    archive = await fetchSource("sqlite", { cacheDir: cacheDirectory() });
  });

  test.each([
    ["as a native build", { CC: `${TUPLE}-gcc` }, [], "no"],
    ["by --host", {}, [`--host=${TUPLE}`, "--build=x86_64-pc-linux-gnu"], "yes"],
  ])("%s", async (_, variables, options, crossCompiling) => {
    await withTemporaryDirectory(async (directory) => {
      // Without --disable-readline this configure takes a header it finds by its path for a sign that the library is there.
      const source = join(directory, "source");
      const build = join(directory, "build");
      await unpackSource(archive, source);
      await mkdir(build);
      await exec(join(source, "configure"), [...options, "--disable-tcl", "--disable-readline", "-q"], { cwd: build, env: { ...environment, ...variables }, timeout: 120_000 });
      const log = await readFile(join(build, "config.log"), "utf8");
      expect(log.match(/checking whether we are cross compiling\n[^]*?result: (\w+)/)?.[1]).toBe(crossCompiling);
      const settings = log.slice(log.indexOf("Output variables"));
      expect(settings).toContain(`\nCC='${TUPLE}-gcc'`);
      expect(log).toContain("ac_cv_func_usleep=yes");
      // On this host, perhaps; not for this target.
      expect(log).toMatch(/ac_cv_header_zlib_h=no|ac_cv_search_deflate=no/);
      // A program that the build makes to run itself: with the wrapper, or with the host's compiler when there are two.
      await exec("make", ["lemon"], { cwd: build, env: environment });
      expect((await exec(join(build, "lemon"), ["-x"])).stdout).toContain("Lemon version");
      expect((await stubNumbers(join(build, "lemon"))).length > 0).toBe(crossCompiling === "no");
    });
  });
});

describe("Rumprun's commands", () => {
  test("rumprun-bake and rumprun translate", async () => {
    const bin = join(ROOT, "bin");
    expect((await exec(join(bin, "rumprun-bake"), [], { okCodes: [2] })).stdout).toContain("rumprun-bake list");
    expect((await exec(join(bin, "rumprun-bake"), ["list"])).stdout).toContain("hw_generic");
    expect((await exec(join(bin, "rumprun"), ["xen", "x"], { okCodes: [2] })).stderr).toContain("no counterpart");
    const missing = await exec(join(bin, "rumprun"), ["-S", "-T", "/tmp", "qemu", "-i", "/no/such/image"], { okCodes: [125] });
    expect(missing.stderr).toContain("/no/such/image");
    expect(existsSync(join(bin, "rr"))).toBe(true);
  });
});

test("every tool answers when called by its path alone", async () => {
  expect((await exec(tool("gcc"), ["-dumpmachine"], { env: { PATH: "/usr/bin:/bin" } })).stdout.trim()).toBe(TUPLE);
});
