import { describe, expect, test } from "vitest";
import type { Manifest } from "../component/manifest.js";
import { headerComponents, implementedCalls } from "./libos.js";

function manifest(name: string, more: Partial<Manifest> = {}): Manifest {
  return { name, layer: "base", summary: "For a test.", needs: [], wants: [], joins: [], traces: [], syscalls: {}, ...more };
}

describe("headerComponents", () => {
  test("own headers come first, then those needed, directly and by needed headers", () => {
    const all = [manifest("base"), manifest("memory", { needs: ["base"] }), manifest("vfs", { needs: ["memory", "base"] }), manifest("other")];
    expect(headerComponents(all[2] as Manifest, all)).toEqual(["vfs", "memory", "base"]);
  });

  test("a cycle of needs ends", () => {
    const all = [manifest("a", { needs: ["b"] }), manifest("b", { needs: ["a"] })];
    expect(headerComponents(all[0] as Manifest, all)).toEqual(["a", "b"]);
  });
});

test("implementedCalls orders by number, whoever implements them", () => {
  const all = [manifest("x", { syscalls: { getppid: { leaf: true }, read: {} } }), manifest("y", { syscalls: { write: {} } })];
  expect(implementedCalls(all)).toEqual([
    { number: 0, name: "read", leaf: false },
    { number: 1, name: "write", leaf: false },
    { number: 110, name: "getppid", leaf: true },
  ]);
});
