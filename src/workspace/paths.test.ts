import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cacheDirectory, packageRoot, prefixDirectory } from "./paths.js";

describe("where things live", () => {
  test("the flag wins over every variable and becomes absolute", () => {
    expect(prefixDirectory("here", { RR_PREFIX: "/there", HOME: "/home/u" })).toBe(join(process.cwd(), "here"));
  });

  test("rr's own variables win over XDG's", () => {
    const environment = { RR_PREFIX: "/p", RR_CACHE: "/c", XDG_DATA_HOME: "/x", XDG_CACHE_HOME: "/x", HOME: "/home/u" };
    expect(prefixDirectory(undefined, environment)).toBe("/p");
    expect(cacheDirectory(undefined, environment)).toBe("/c");
  });

  test("XDG folders get an rr of their own; relative and empty ones are ignored", () => {
    expect(prefixDirectory(undefined, { XDG_DATA_HOME: "/x", HOME: "/home/u" })).toBe("/x/rr");
    expect(prefixDirectory(undefined, { XDG_DATA_HOME: "x", HOME: "/home/u" })).toBe("/home/u/.local/share/rr");
    expect(cacheDirectory(undefined, { RR_CACHE: "", XDG_CACHE_HOME: "", HOME: "/home/u" })).toBe("/home/u/.cache/rr");
  });

  test("the package root holds rr's own files", () => {
    expect(existsSync(join(packageRoot(), "package.json"))).toBe(true);
  });
});
