import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../workspace/paths.js";
import { allStubs, renderStub, stubHeader } from "./stubs.js";

describe("the stubs of libc", () => {
  test("sorting their sections by name sorts them by number", () => {
    const stubs = allStubs();
    const byName = [...stubs].sort((a, b) => (a.section < b.section ? -1 : 1));
    expect(byName.map((stub) => stub.number)).toEqual(stubs.map((stub) => stub.number));
    expect(stubs.every((stub, i) => i === 0 || stub.number > (stubs[i - 1]?.number ?? 0))).toBe(true);
  });

  test("calls that return twice, and the return from a handler, have templates of their own", () => {
    const template = (number: number) => allStubs().find((stub) => stub.number === number)?.template;
    expect([0, 56, 57, 58, 435, 15].map(template)).toEqual(["call.s.in", "child.s.in", "call.s.in", "child.s.in", "child.s.in", "sigreturn.s.in"]);
  });

  test("a template is filled in completely", async () => {
    for (const stub of allStubs()) {
      const template = await readFile(join(packageRoot(), "toolchains/musl/stubs", stub.template), "utf8");
      const text = renderStub(stub, template);
      expect(text).not.toContain("@N");
      expect(text).toContain(`.long ${stub.number}\n`);
    }
  });

  test("unassigned numbers have none, and the header declares the numbered ones", () => {
    expect(allStubs().some((stub) => stub.number > 334 && stub.number < 424)).toBe(false);
    expect(stubHeader()).toContain("__rr_sys_0()");
    expect(stubHeader()).toContain("__rr_sys_462()");
    expect(stubHeader()).not.toContain("any");
  });
});
