import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeKvm } from "../src/run/index.js";
import { buildGuest, runGuest } from "./run/guests.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-run-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const guest = (name: string, defines?: Record<string, string | number>): Promise<string> => buildGuest(directory, name, defines);

describe("a guest that ends", () => {
  it.each(["microvm", "q35", "pc"] as const)("prints and exits with its own status on %s", async (machine) => {
    const { exitCode, stdout, stderr, reason } = await runGuest(await guest("exit", { STATUS: 42 }), { machine });
    expect({ exitCode, stdout, stderr, reason }).toEqual({ exitCode: 42, stdout: "Hello!\n", stderr: "", reason: undefined });
  });

  it("killed by a signal: 128 + N, and says so", async () => {
    const { exitCode, signal, reason } = await runGuest(await guest("exit", { STATUS: 11, KIND: 1 }));
    expect({ exitCode, signal, reason }).toEqual({ exitCode: 139, signal: 11, reason: "killed by SIGSEGV" });
  });

  it("out of memory: 137, with the way out", async () => {
    const { exitCode, reason, hint } = await runGuest(await guest("exit", { STATUS: 0, KIND: 2 }));
    expect(exitCode).toBe(137);
    expect(reason).toMatch(/ran out of memory/);
    expect(hint).toMatch(/-M/);
  });

  it("without a word: 125 and an explanation", async () => {
    const { exitCode, reason } = await runGuest(await guest("silent"));
    expect(exitCode).toBe(125);
    expect(reason).toMatch(/without an exit status/);
  });

  it("by a triple fault: 125 and an explanation", async () => {
    const { exitCode, reason } = await runGuest(await guest("triple"));
    expect(exitCode).toBe(125);
    expect(reason).toMatch(/triple fault/);
  });

  it("whose exit leaves the machine running: ended, status kept", async () => {
    const { exitCode } = await runGuest(await guest("stuck-exit"));
    expect(exitCode).toBe(7);
  });

  it("that talks garbage on the control channel: reported, status kept", async () => {
    const { exitCode, stdout, events } = await runGuest(await guest("garbage"));
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: "still here\n" });
    const warnings = events.flatMap((event) => (event.kind === "warn" ? [event.text] : []));
    expect(warnings.join("\n")).toMatch(/are no frame/);
    expect(warnings.join("\n")).toMatch(/'C' of 4 bytes/);
    expect(warnings.join("\n")).toMatch(/unknown kind 9/);
  });
});

describe("input and output", () => {
  it("carries any bytes both ways, and the end of the input", async () => {
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7) & 0xff));
    const { exitCode, stdout } = await runGuest(await guest("echo"), { stdin: Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]) });
    expect(exitCode).toBe(0);
    expect(Buffer.from(stdout, "latin1").equals(bytes)).toBe(true);
  });

  it("an input that is empty ends at once", async () => {
    const { exitCode, stdout } = await runGuest(await guest("echo"), { stdin: Readable.from([]) });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  });

  it("keeps standard error apart", async () => {
    const { stdout, stderr } = await runGuest(await guest("split"));
    expect({ stdout, stderr }).toEqual({ stdout: "out 1\nout 2\n", stderr: "err 1\nerr 2\n" });
  });

  it("delivers all of a flood", async () => {
    const { exitCode, stdout } = await runGuest(await guest("flood"));
    expect(exitCode).toBe(0);
    expect(stdout.length).toBe(256 * 1024);
  });
});

describe("the launch document", () => {
  const launchOf = async (options: Parameters<typeof runGuest>[1]): Promise<string> =>
    Buffer.from((await runGuest(await guest("document"), options)).stdout, "latin1").toString();
  const documentOf = async (options: Parameters<typeof runGuest>[1]): Promise<Record<string, unknown>> =>
    JSON.parse(await launchOf(options)) as Record<string, unknown>;

  it("holds what the guest must know, and nothing else", async () => {
    const { time, ...rest } = await documentOf({ args: ["-x", "a b\"c'd"], env: { GREETING: "grüß, gott=1" }, name: "box" });
    expect(rest).toEqual({ args: ["-x", "a b\"c'd"], env: { GREETING: "grüß, gott=1" }, hostname: "box", tty: 8, split: true });
    expect(Math.abs(Number(time) / 1e6 - Date.now())).toBeLessThan(60_000);
  });

  it("is one word when there is nothing particular to say", async () => {
    const [, flags, time] = /^rr=([0-9a-f]+),([0-9a-f]+)$/.exec(await launchOf({ stdin: Readable.from([]) })) ?? [];
    expect(Number.parseInt(flags ?? "", 16)).toBe(16); // split; no terminal
    expect(Math.abs(Number(BigInt(`0x${time}`) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  });

  it("goes another way when it is long", async () => {
    const long = "x".repeat(100_000);
    expect(await documentOf({ args: [long] })).toMatchObject({ args: [long] });
  });
});

describe("errors before a guest runs", () => {
  it("no such image, not an image, a program, a truncated one", async () => {
    await expect(runGuest(join(directory, "nowhere"))).rejects.toMatchObject({ code: "FILE_MISSING" });
    await expect(runGuest(directory)).rejects.toMatchObject({ code: "NOT_A_FILE" });
    await expect(runGuest(fileURLToPath(import.meta.url))).rejects.toMatchObject({ code: "NOT_ELF" });
    await expect(runGuest("/bin/true")).rejects.toMatchObject({ code: "IMAGE_UNBAKED", hint: expect.stringContaining("rr bake") });
    const whole = await readFile(await guest("exit", { STATUS: 0 }));
    await writeFile(join(directory, "cut"), whole.subarray(0, 0x1040));
    await expect(runGuest(join(directory, "cut"))).rejects.toMatchObject({ code: "ELF_CORRUPT" });
  });

  it("values QEMU could not be started with", async () => {
    const image = await guest("exit", { STATUS: 0 });
    for (const wrong of [{ memoryMb: 0 }, { memoryMb: 1 }, { memoryMb: 2.5 }, { gdbPort: 70_000 }, { name: "a,b" }, { paused: true }, { qemuArgs: "'open" }]) {
      await expect(runGuest(image, wrong), JSON.stringify(wrong)).rejects.toMatchObject({ code: "RUN_BAD_OPTION", exitCode: 2 });
    }
    await expect(runGuest(image, { machine: "q53" as "q35" })).rejects.toMatchObject({ hint: expect.stringContaining("q35") });
  });

  it("more memory than the host has", async () => {
    await expect(runGuest(await guest("exit", { STATUS: 0 }), { memoryMb: 100_000_000 })).rejects.toMatchObject({ code: "GUEST_MEMORY" });
  });

  it("a debugger's port in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(runGuest(await guest("exit", { STATUS: 0 }), { gdbPort: port })).rejects.toMatchObject({ code: "PORT_IN_USE", message: expect.stringContaining(String(port)) });
    server.close();
  });

  it("arguments QEMU does not know: its words", async () => {
    await expect(runGuest(await guest("exit", { STATUS: 0 }), { qemuArgs: "-zork" })).rejects.toMatchObject({ code: "QEMU_FAILED", message: expect.stringContaining("-zork: invalid option") });
  });

  it("QEMU missing, or too old", async () => {
    const image = await guest("exit", { STATUS: 0 });
    await expect(runGuest(image, { hostEnv: { PATH: directory } })).rejects.toMatchObject({ code: "QEMU_MISSING", hint: expect.stringContaining("qemu-system-x86") });
    const bin = join(directory, "old");
    await mkdir(bin);
    const script = '#!/bin/sh\n[ "$1" = --version ] && { echo "QEMU emulator version 3.1.0"; exit 0; }\necho "qemu-system-x86_64: unsupported machine type" >&2; exit 1\n';
    await writeFile(join(bin, "qemu-system-x86_64"), script, { mode: 0o755 });
    await expect(runGuest(image, { hostEnv: { PATH: `${bin}:/usr/bin:/bin` } })).rejects.toMatchObject({ code: "QEMU_TOO_OLD", message: expect.stringContaining("3.1") });
  });

  it("KVM demanded where it does not work", async () => {
    await writeFile(join(directory, "kvm.json"), "nonsense");
    const probe = await probeKvm({ hostEnv: { ...process.env, RR_CACHE: directory } });
    if (!probe.works) {
      await expect(runGuest(await guest("exit", { STATUS: 0 }), { accel: "kvm", hostEnv: { ...process.env, RR_CACHE: directory } })).rejects.toMatchObject({ code: "KVM_UNUSABLE" });
    }
  });
});

describe("ends from outside", () => {
  it("a time limit", async () => {
    const { exitCode, reason, stdout, events } = await runGuest(await guest("hang"), { timeoutSeconds: 1 });
    expect(events.filter(({ kind }) => kind === "qemu")).toEqual([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: "asleep\n" });
    expect(reason).toMatch(/after 1 s/);
  });

  it("the caller's signal", async () => {
    const controller = new AbortController();
    const ran = runGuest(await guest("hang"), { signal: controller.signal, events: (event) => event.kind === "booted" && controller.abort() });
    expect(await ran).toMatchObject({ exitCode: 125, reason: "the caller ended the machine" });
  });

  it.each(["SIGKILL", "SIGTERM"] as const)("QEMU ended by %s", async (signal) => {
    let pid = 0;
    const ran = runGuest(await guest("hang"), {
      events: (event) => {
        if (event.kind === "started") pid = event.pid;
        if (event.kind === "booted") process.kill(pid, signal);
      },
    });
    expect(await ran).toMatchObject({ exitCode: 125, reason: expect.stringMatching(new RegExp(`ended from outside by ${signal}`)) });
  });

  it("KVM, which stops the guest and says so", async () => {
    const bin = join(directory, "kvm");
    await mkdir(bin);
    await writeFile(join(bin, "qemu-system-x86_64"), '#!/bin/sh\necho "KVM internal error. Suberror: 1" >&2\nexec sleep 60\n', { mode: 0o755 });
    const ran = await runGuest(await guest("hang"), { hostEnv: { PATH: `${bin}:/usr/bin:/bin` } });
    expect(ran).toMatchObject({ exitCode: 125, reason: expect.stringContaining("KVM gave up"), hint: "--accel tcg" });
  });

  it("a reader that goes away", async () => {
    const stdout = new PassThrough();
    stdout.once("data", () => stdout.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })));
    expect(await runGuest(await guest("flood"), { stdout })).toMatchObject({ exitCode: 141 });
  });

  it("a reader that is slow gets everything", async () => {
    const pieces: Buffer[] = [];
    const stdout = new Writable({
      highWaterMark: 64,
      write(chunk: Buffer, _encoding, done) {
        pieces.push(chunk);
        if (pieces.length < 200) setTimeout(done, 2);
        else done();
      },
    });
    expect((await runGuest(await guest("flood"), { stdout })).exitCode).toBe(0);
    expect(Buffer.concat(pieces).length).toBe(256 * 1024);
  });
});

describe("what the guest reports", () => {
  it("a crash: signal, exit code, and a backtrace by the image's debug file", async () => {
    const program = join(directory, "crashes");
    await execa("gcc", ["-O2", "-g", "-static", "-no-pie", "-o", program, fileURLToPath(new URL("fixtures/dwarf/crashes.c", import.meta.url))]);
    const { stdout } = await execa(program, ["segv"], { encoding: "buffer" });
    const blob = join(directory, "crash.blob");
    await writeFile(blob, Buffer.concat([stdout, Buffer.from([0x58, 0, 2, 0, 1, 11])]));
    const image = await guest("blob", { BLOB: blob });
    await execa("objcopy", ["--add-section", `.rr_program.0=${program}`, image, `${image}.debug`]);
    const { exitCode, crash, reason } = await runGuest(image);
    expect({ exitCode, reason }).toEqual({ exitCode: 139, reason: "killed by SIGSEGV" });
    expect(crash?.backtrace.slice(0, 5).map((frame) => frame.function)).toEqual(["innermost", "inlined", "middle", "outer", "main"]);
  });

  it("a crash without an exit status counts as killed", async () => {
    const payload = Buffer.alloc(192);
    payload.writeUInt32LE(6, 0);
    const blob = join(directory, "abort.blob");
    await writeFile(blob, Buffer.concat([Buffer.from([0x43, 0, 192, 0]), payload]));
    const { exitCode, crash } = await runGuest(await guest("blob", { BLOB: blob }));
    expect({ exitCode, signal: crash?.signal, notes: crash?.notes.length }).toEqual({ exitCode: 134, signal: 6, notes: 1 });
  });

  it("its system calls", async () => {
    const event = Buffer.alloc(80);
    event.writeUInt32LE(1, 8);
    event.writeUInt32LE(39, 12);
    event[16] = 2;
    event.writeBigInt64LE(77n, 72);
    const blob = join(directory, "strace.blob");
    await writeFile(blob, Buffer.concat([Buffer.from([0x53, 0, 80, 0]), event]));
    const { events } = await runGuest(await guest("blob", { BLOB: blob }), { strace: true });
    expect(events.flatMap((each) => (each.kind === "strace" ? [each.line.replace(/ +/g, " ")] : []))).toEqual(["getpid() = 77"]);
  });

  it("its boot", async () => {
    const { timeline } = await runGuest(await guest("exit", { STATUS: 0 }), { bootTimeline: true });
    expect(timeline?.map(({ name }) => name)).toEqual(expect.arrayContaining(["rr started", "run called", "QEMU started", "first instruction", "booted", "exit status", "QEMU ended"]));
    expect(timeline?.find(({ name }) => name === "booted")).toMatchObject({ where: "guest", guestMs: 1.5 });
  });
});

it("a paused machine waits for a debugger on its port", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const ran = runGuest(await guest("exit", { STATUS: 3 }), { paused: true, gdbPort: port });
  // The remote protocol's "continue", once the port is there.
  await expect.poll(() => new Promise<boolean>((resolve) => {
    const debuggerSocket = connect(port, "127.0.0.1", () => {
      debuggerSocket.write("$c#63");
      resolve(true);
    });
    debuggerSocket.on("error", () => resolve(false));
  }), { timeout: 20_000 }).toBe(true);
  expect(await ran).toMatchObject({ exitCode: 3, stdout: "Hello!\n" });
});
