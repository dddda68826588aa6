import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { callNumber } from "../src/component/linux-calls.js";
import type { Manifest } from "../src/component/manifest.js";
import { exec } from "../src/process/exec.js";

/**
 * A platform of a few assembly lines and programs to match, built by the host's compiler: what bake does can be tested
 * without building musl or the libOS first.
 */
const FIXTURES = fileURLToPath(new URL("./fixtures/bake/", import.meta.url));

/** A directory that is gone after the tests of the file. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "rr-bake-test-"));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

type Part = Partial<Manifest> & { name: string };

const PARTS: readonly Part[] = [
  { name: "start", layer: "start", needs: ["base"] },
  { name: "base", layer: "base" },
  { name: "boundary", layer: "syscall", needs: ["base"] },
  { name: "console-uart", layer: "device", needs: ["base"], init: "rr_console_uart_init" },
  { name: "files", layer: "fs", needs: ["base"], init: "rr_files_init", syscalls: { read: {}, write: {}, openat: { partial: "No O_TMPFILE." } } },
  { name: "identity", layer: "process", needs: ["base"], syscalls: { getpid: { leaf: true }, exit_group: {} } },
  { name: "rc", layer: "process", needs: ["base"], init: "rr_rc_init" },
  { name: "net", layer: "net", needs: ["files"], init: "rr_net_init", syscalls: { socket: {} } },
];

/** Build the stand-in platform below `prefix`. `changes` replaces manifests by name. */
export async function buildPlatform(prefix: string, changes: readonly Part[] = []): Promise<void> {
  const libos = join(prefix, "x86_64-hw", "libos");
  await mkdir(join(libos, "configs"), { recursive: true });
  const manifests = PARTS.map((part) => ({ summary: "stand-in", ...part, ...changes.find(({ name }) => name === part.name) }));
  await writeFile(join(libos, "manifests.json"), JSON.stringify({ components: manifests }));
  await writeFile(join(libos, "libos.ld"), await readFixture("libos.ld"));
  await mkdir(join(libos, "programs"));
  await buildProgram(join(libos, "programs"), "rr-rc", ["getpid"]);
  await writeConfig(libos, { name: "hw_generic", summary: "all", platform: "hw", allow: ["*"], drivers: ["console-uart"] });
  await writeConfig(libos, { name: "hw_small", summary: "no network", extends: "hw_generic", deny: ["net"] });
  for (const manifest of manifests) {
    await archive(libos, manifest.name, manifest.name === "start" ? { "start.S": await readFixture("start.S") } : sources(manifest, manifests));
  }
}

/** Write a program with stubs for `calls` (names); its last segment starts with a message. Returns its path. */
export async function buildProgram(directory: string, name: string, calls: readonly string[], extra: BuildExtra = {}): Promise<string> {
  const stubs = calls.map((call) => ({ call, n: callNumber(call) ?? 0 })).sort((a, b) => a.n - b.n);
  const source = join(directory, `${name}.S`);
  await writeFile(source, programSource(stubs, `${name} has its data\\n`, extra.why ?? ""));
  const path = join(directory, name);
  await exec("gcc", ["-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096", ...(extra.flags ?? []), "-o", path, source]);
  return path;
}

export interface BuildExtra {
  /** Lines of .rr_why with \t and \n written out as in C. */
  why?: string;
  flags?: readonly string[];
}

async function readFixture(name: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(join(FIXTURES, name), "utf8");
}

async function writeConfig(libos: string, config: { name: string } & Record<string, unknown>): Promise<void> {
  await writeFile(join(libos, "configs", `${config.name}.json`), JSON.stringify(config));
}

/** A function for each call and init; `boundary` has the entries, each a member of its own. */
function sources(manifest: Part, all: readonly Part[]): Record<string, string> {
  const jump = (name: string, to: string): string => `.section .text.${name},"ax"\n.global ${name}\n.type ${name},@function\n${name}: jmp ${to}\n.size ${name},.-${name}\n`;
  const give = (name: string): string => `.section .text.${name},"ax"\n.global ${name}\n.type ${name},@function\n${name}: mov $-38,%rax\nret\n.size ${name},.-${name}\n`;
  if (manifest.name === "boundary") {
    const calls = all.flatMap(({ syscalls }) => Object.keys(syscalls ?? {}));
    return {
      "enosys.S": give("rr_entry_enosys"),
      ...Object.fromEntries(calls.map((call) => [`entry_${call}.S`, jump(`rr_entry_${callNumber(call)}`, `rr_sys_${call}`)])),
    };
  }
  const symbol = manifest.name.replaceAll("-", "_");
  return {
    [`${manifest.name}.S`]: [
      ...(manifest.init === undefined ? [] : [give(manifest.init)]),
      ...Object.keys(manifest.syscalls ?? {}).map((call) => jump(`rr_sys_${call}`, `helper_${symbol}`)),
      // The helper has a table, so that there is read-only and writable data to account for.
      `.section .text.helper,"ax"\n.type helper_${symbol},@function\nhelper_${symbol}: mov table_${symbol}(%rip),%rax\nret\n.size helper_${symbol},.-helper_${symbol}\n`,
      `.section .data.table,"aw"\n.type table_${symbol},@object\ntable_${symbol}: .quad 1,2\n.size table_${symbol},16\n`,
      `.section .text.unused,"ax"\n.skip 5000\n`,
    ].join(""),
  };
}

async function archive(libos: string, name: string, files: Record<string, string>): Promise<void> {
  const directory = join(libos, `${name}.objects`);
  await mkdir(directory, { recursive: true });
  const names = Object.keys(files);
  for (const file of names) {
    await writeFile(join(directory, file), files[file] ?? "");
  }
  await exec("gcc", ["-c", ...names], { cwd: directory });
  await rm(join(libos, `${name}.a`), { force: true });
  await exec("ar", ["rcsD", join(libos, `${name}.a`), ...names.map((file) => join(directory, file.replace(/S$/, "o")))]);
}

function programSource(stubs: readonly { call: string; n: number }[], message: string, why: string): string {
  return [
    `.text\n.global _start\n_start:\n`,
    ...stubs.map(({ n }) => `call __rr_sys_${n}\n`),
    `hlt\n`,
    // In an input section of this name, without a linker script of its own, the stubs stay together in .text's segment.
    `.section .rr_stubs,"ax",@progbits\n.balign 32\nstubs:\n`,
    ...stubs.map(({ n }) => `__rr_sys_${n}: mov $${n},%eax\nmov %rcx,%r10\nsyscall\nret\n.org __rr_sys_${n}+24\n.long ${n}\n.short ${KINDS[n] ?? 0},0x7272\n`),
    `.section .note.rr,"a",@note\n.balign 4\n.long 3,32,1\n.asciz "rr"\n.balign 4\n.long 1,${stubs.length}\n.quad stubs,0,0\n`,
    `.data\n.global message\nmessage: .asciz "${message}"\n`,
    `.bss\n.skip 10000\n`,
    why === "" ? "" : `.section .rr_why,"",@progbits\n.ascii "${why}"\n`,
    `.section .note.GNU-stack,"",@progbits\n`,
  ].join("");
}

const KINDS: Readonly<Record<number, number>> = { 15: 1, 56: 2, 58: 2, 435: 2, 0xffffffff: 3 };
