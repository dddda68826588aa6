import { expect, test } from "vitest";
import { parseTarget } from "./target.js";

test("a target goes by its full name or its platform's", () => {
  expect(parseTarget("hw")).toBe(parseTarget("x86_64-hw"));
  expect(parseTarget("hw").tuple).toBe("x86_64-rumprun-linux-musl");
});

test("a typing error is answered with the likely name", () => {
  expect(() => parseTarget("hv")).toThrow(expect.objectContaining({ code: "TARGET_UNKNOWN", hint: 'did you mean "hw"?', exitCode: 2 }));
});
