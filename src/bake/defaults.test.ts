import { describe, expect, test } from "vitest";
import { checkProgramNames, effectiveLaunch, launchDocument } from "./defaults.js";

const rc = [{ bin: "one", args: ["x"], runmode: "&" }, { bin: "two", args: [], runmode: "" }] as const;

describe("what an image runs by itself", () => {
  test("flags win over the file", () => {
    expect(effectiveLaunch({ launch: { args: ["file"], env: { A: "file", B: "file" }, hostname: "h" }, args: ["flag"], env: { B: "flag" } }))
      .toEqual({ args: ["flag"], env: { A: "file", B: "flag" }, hostname: "h" });
  });

  test("several programs; one that is waited for needs nobody to run it", () => {
    expect(effectiveLaunch({ launch: { rc } })).toEqual({ rc, env: {} });
    expect(effectiveLaunch({ launch: { rc: [{ bin: "one", args: ["x"], runmode: "" }] } })).toEqual({ program: "one", args: ["x"], env: {} });
    const background = [{ bin: "one", args: [], runmode: "&" }] as const;
    expect(effectiveLaunch({ launch: { rc: background } })).toEqual({ rc: background, env: {} });
  });

  test("arguments beside an rc contradict it", () => {
    expect(() => effectiveLaunch({ launch: { rc }, args: [] })).toThrow(expect.objectContaining({ code: "LAUNCH_CONFLICT" }) as Error);
  });

  test("what is to run must be there", () => {
    expect(() => checkProgramNames({ rc }, ["one", "two"])).not.toThrow();
    expect(() => checkProgramNames({ rc: [{ bin: "/opt/three", args: [], runmode: "" }] }, ["one"])).not.toThrow();
    expect(() => checkProgramNames({ rc }, ["one"])).toThrow('the image is to run "two", which is none of its programs');
    expect(() => checkProgramNames({ program: "three" }, ["one"])).toThrow("three");
  });

  test("the document in the image", () => {
    expect(launchDocument({}, true)).toBeUndefined();
    expect(launchDocument({ env: {}, args: [] }, false)).toBeUndefined();
    expect(JSON.parse(launchDocument({ program: "two", args: ["x"] }, true) ?? "")).toEqual({ program: "two", args: ["x"] });
    expect(JSON.parse(launchDocument({ program: "one", args: ["x"] }, false) ?? "")).toEqual({ args: ["x"] });
    expect(JSON.parse(launchDocument({ rc, cwd: "/" }, true) ?? "")).toEqual({ rc, cwd: "/" });
  });
});
