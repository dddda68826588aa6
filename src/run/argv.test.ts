import { describe, expect, it } from "vitest";
import { INHERITED, planMachine, qemuArguments } from "./argv.js";
import { splitWords } from "./split-words.js";
import type { RunOptions } from "./types.js";

const MB = 1 << 20;
const argumentsFor = (options: Partial<RunOptions>, kvm = false): string => qemuArguments(planMachine({ image: "x.bin", ...options }, MB), { document: { text: "{}" }, kvm, channels: INHERITED }).join(" ");

describe("QEMU's arguments", () => {
  it("by default: the machine that starts fastest, and nothing it does not need", () => {
    expect(argumentsFor({})).toBe(
      "-M microvm,acpi=off,rtc=off,pit=off,pic=off -nodefaults -no-user-config -display none -no-reboot -accel tcg -cpu max -m 64M " +
        "-chardev socket,fd=3,id=console -chardev socket,fd=4,id=control -device isa-serial,chardev=console,index=0 " +
        "-device isa-serial,chardev=control,index=1 -device isa-debug-exit,iobase=0x501,iosize=4 -kernel x.bin -append {}",
    );
  });

  it("with everything asked for, the user's own last", () => {
    const text = argumentsFor({ memoryMb: 2, name: "box", machine: "pc", gdbPort: 1234, paused: true, qemuArgs: "-d 'int,cpu_reset'" }, true);
    for (const part of ["-M pc", "-m 2M", "-name box", "-gdb tcp:127.0.0.1:1234 -S", "-accel kvm"]) {
      expect(text).toContain(part);
    }
    expect(text.endsWith("-append {} -d int,cpu_reset")).toBe(true);
  });

  it("keeps memory barriers when there are devices", () => {
    expect(argumentsFor({ qemuArgs: "-device virtio-rng-device" })).toContain("-smp 1,maxcpus=2");
    expect(argumentsFor({ qemuArgs: "-device virtio-rng-device -smp 4" })).not.toContain("maxcpus=2");
    expect(argumentsFor({ qemuArgs: "-d int" })).not.toContain("-smp");
  });

  it("gives a large image memory beside it, and says when it cannot fit", () => {
    expect(planMachine({ image: "x" }, 100 * MB).memoryMb).toBe(164);
    expect(() => planMachine({ image: "x", memoryMb: 50 }, 100 * MB)).toThrow(expect.objectContaining({ code: "GUEST_MEMORY" }));
  });
});

describe("words", () => {
  it.each<[string, string[]]>([
    ["", []],
    ["  a  b ", ["a", "b"]],
    ["-x 'a b' \"c d\"", ["-x", "a b", "c d"]],
    ["a'b'\"c\"d", ["abcd"]],
    ["'' \"\"", ["", ""]],
    ["a\\ b \\' \\\\", ["a b", "'", "\\"]],
    ["\"a\\\"b\\n\\$c\"", ['a"b\\n$c']],
    ["'a\\b'", ["a\\b"]],
    ["a\tb\nc", ["a", "b", "c"]],
  ])("%j", (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it.each(["'a", 'a "b', "'"])("an open quote: %j", (text) => {
    expect(() => splitWords(text)).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });
});
