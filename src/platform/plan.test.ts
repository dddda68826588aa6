import { describe, expect, test } from "vitest";
import { planPlatform } from "./plan.js";
import type { PlatformInputs } from "./types.js";

const inputs = (changes: Partial<PlatformInputs> = {}): PlatformInputs => ({
  libc: "libc1",
  components: new Map([["vfs", "vfs1"], ["base", "base1"]]),
  programs: new Map([["rc", "rc1"]]),
  rest: ["wrappers1"],
  ...changes,
});
const nothing = { installed: undefined, cached: new Set<string>() };

describe("planPlatform", () => {
  test("from nothing, everything is built", () => {
    expect(planPlatform(inputs(), nothing)).toMatchObject({ upToDate: false, libc: true, components: ["base", "vfs"], programs: ["rc"] });
  });

  test("the same inputs need no work, whatever the cache holds", () => {
    const { hash } = planPlatform(inputs(), nothing);
    expect(planPlatform(inputs(), { ...nothing, installed: hash })).toMatchObject({ upToDate: true, libc: false, components: [], programs: [] });
  });

  test("one changed component is the only one built", () => {
    const before = planPlatform(inputs(), nothing).hash;
    const changed = inputs({ components: new Map([["vfs", "vfs2"], ["base", "base1"]]) });
    const plan = planPlatform(changed, { installed: before, cached: new Set(["libc1", "base1", "vfs1", "rc1"]) });
    expect(plan).toMatchObject({ upToDate: false, libc: false, components: ["vfs"], programs: [] });
    expect(plan.hash).not.toBe(before);
  });

  test("a changed wrapper installs anew without compiling", () => {
    const plan = planPlatform(inputs({ rest: ["wrappers2"] }), { installed: "x", cached: new Set(["libc1", "base1", "vfs1", "rc1"]) });
    expect(plan).toMatchObject({ upToDate: false, libc: false, components: [], programs: [] });
  });

  test("the order in which components are found does not matter", () => {
    const other = inputs({ components: new Map([["base", "base1"], ["vfs", "vfs1"]]) });
    expect(planPlatform(other, nothing).hash).toBe(planPlatform(inputs(), nothing).hash);
  });
});
