import { describe, expect, it } from "vitest";
import { hasTrace } from "./traces.js";

const code = (...bytes: number[]): { bytes: Buffer; executable: boolean }[] => [{ bytes: Buffer.from(bytes), executable: true }];
const netlink = { arguments: { 1: "16", 2: "2,3" } };

describe("traces in a program", () => {
  it("are texts, in code and data", () => {
    const data = [{ bytes: Buffer.from("x\0/proc/net/dev\0"), executable: false }];
    expect(hasTrace(data, { text: "/proc/net" })).toBe(true);
    expect(hasTrace(data, { text: "/proc/sys" })).toBe(false);
  });

  it("are constants as a call's arguments, in either order, flags passed over", () => {
    expect(hasTrace(code(0xbf, 16, 0, 0, 0, 0x41, 0x56, 0xbe, 3, 0, 8, 0, 0xe8), netlink)).toBe(true);
    expect(hasTrace(code(0xbe, 2, 0, 0, 0, 0x6a, 16, 0x5f, 0xe8), netlink)).toBe(true);
    expect(hasTrace(code(0xbe, 0x33, 0x89, 0, 0), { arguments: { 2: "0x8910-0x8970" } })).toBe(true);
    expect(hasTrace(code(0x31, 0xd2, 0xbe, 3, 0, 0, 0), { arguments: { 2: "3", 3: "0" } })).toBe(true);
  });

  it("are neither other constants, nor far apart, nor data, nor cut off at the end", () => {
    expect(hasTrace(code(0xbf, 2, 0, 0, 0, 0xbe, 3, 0, 0, 0), netlink)).toBe(false);
    expect(hasTrace(code(0xbf, 16, 0, 0, 0, ...Array<number>(100).fill(0x90), 0xbe, 3, 0, 0, 0), netlink)).toBe(false);
    expect(hasTrace([{ bytes: Buffer.from([0xbf, 16, 0, 0, 0, 0xbe, 3, 0, 0, 0]), executable: false }], netlink)).toBe(false);
    expect(hasTrace(code(0xbf, 16, 0, 0, 0, 0xbe, 3, 0), netlink)).toBe(false);
  });
});
