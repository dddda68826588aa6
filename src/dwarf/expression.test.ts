import { describe, expect, it } from "vitest";
import { evaluate } from "./expression.js";
import { MemoryImage } from "./memory.js";
import { RSP } from "./registers.js";

const memory = new MemoryImage();
memory.add(0x1000n, Buffer.from("8877665544332211aabb", "hex"));
const registers = new Map([[RSP, 0x1000n]]);
const run = (hex: string, initial: readonly bigint[] = []): bigint | undefined => evaluate(Buffer.from(hex, "hex"), registers, memory, initial);

describe("DWARF expressions", () => {
  it.each<[string, string, bigint | undefined]>([
    ["lit5", "35", 5n],
    ["const1s -1", "09ff", 0xffffffffffffffffn],
    ["constu 300", "10ac02", 300n],
    ["breg7 0; deref", "770006", 0x1122334455667788n],
    ["breg7 8; deref_size 2", "77089402", 0xbbaan],
    ["breg7 8; deref: not all known", "770806", undefined],
    ["breg0: unknown register", "7000", undefined],
    ["lit9; lit2; minus", "39321c", 7n],
    ["lit1; lit2; swap; minus", "3132161c", 1n],
    ["lit1; lit2; lit3; rot; plus; shl", "31323317 22 24".replaceAll(" ", ""), 24n],
    ["lit8; const1s -2; div", "3809fe1b", 0xfffffffffffffffcn],
    ["lit1; lit0; div: no trap", "31301b", 0n],
    ["lit1; bra +1; lit7; lit8", "31280100" + "37" + "38", 8n],
    ["entry value: not for unwinding", "a301", undefined],
  ])("%s", (_, hex, value) => {
    expect(run(hex)).toBe(value);
  });

  it("the PLT's: rsp + 8 + ((rip & 15) >= 11) * 8", () => {
    const plt = new Map([[7, 0x1000n], [16, 0x40100bn]]);
    expect(evaluate(Buffer.from("770880003f1a3b2a332422", "hex"), plt, memory, [])).toBe(0x1010n);
  });

  it("an endless loop and a missing operand are errors, not hangs", () => {
    expect(() => run("2ffdff")).toThrow(expect.objectContaining({ code: "DWARF_CORRUPT" }));
    expect(() => run("22")).toThrow(expect.objectContaining({ code: "DWARF_CORRUPT" }));
    expect(() => run("0c0000")).toThrow(expect.objectContaining({ code: "DWARF_CORRUPT" }));
  });
});
