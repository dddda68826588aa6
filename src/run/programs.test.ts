import { describe, expect, test } from "vitest";
import type { RcCommand } from "../config/index.js";
import type { ImageFacts } from "./image.js";
import { chooseProgram } from "./programs.js";

const several: ImageFacts = { kind: "image", programs: ["one", "two", "rr-rc"], end: 0, checkpointMb: 0, network: false, defaults: {} };
const single: ImageFacts = { kind: "image", programs: ["one"], end: 0, checkpointMb: 0, network: false, defaults: {} };
const command = (bin: string, more: Partial<RcCommand> = {}): RcCommand => ({ bin, args: [], runmode: "", ...more });

describe("what the guest is told to run", () => {
  test("nothing in particular: the image knows", () => {
    expect(chooseProgram({ image: "i" }, several)).toEqual({ args: undefined });
    expect(chooseProgram({ image: "i", args: ["x"] }, several)).toEqual({ args: ["x"] });
  });

  test("a program by name, without the arguments of another", () => {
    expect(chooseProgram({ image: "i", program: "two" }, several)).toEqual({ program: "two", args: [] });
    expect(chooseProgram({ image: "i", program: "two", args: ["x"] }, several)).toEqual({ program: "two", args: ["x"] });
    expect(chooseProgram({ image: "i", launch: { program: "two", args: ["f"] } }, several)).toEqual({ program: "two", args: ["f"] });
    // The only one: there is nothing in the guest that would choose.
    expect(chooseProgram({ image: "i", program: "one" }, single)).toEqual({ args: [] });
  });

  test("several by rc; one alone is process 1 itself", () => {
    const rc = [command("one", { runmode: "|" }), command("two")];
    expect(chooseProgram({ image: "i", launch: { rc } }, several)).toEqual({ rc });
    expect(chooseProgram({ image: "i", launch: { rc: [command("two", { args: ["a"] })] } }, several)).toEqual({ program: "two", args: ["a"] });
    expect(chooseProgram({ image: "i", launch: { rc: [command("one", { args: ["a"] })] } }, single)).toEqual({ args: ["a"] });
    const background = [command("one", { runmode: "&" })];
    expect(chooseProgram({ image: "i", launch: { rc: background } }, several)).toEqual({ rc: background });
  });

  test.each([
    ["a name that is not there", { program: "tow" }, several, "PROGRAM_UNKNOWN", 'did you mean "two"?'],
    ["rr's own program is no answer", { program: "rr-rc" }, several, "PROGRAM_UNKNOWN", "it has: one, two"],
    ["a name in rc", { launch: { rc: [command("one"), command("three")] } }, several, "PROGRAM_UNKNOWN", "it has: one, two"],
    ["two answers", { program: "one", launch: { rc: [command("two")] } }, several, "RUN_BAD_OPTION", "leave out --program"],
    ["several in an image of one", { launch: { rc: [command("one"), command("one")] } }, single, "RC_UNABLE", "bake it with all"],
  ] as const)("%s", (_what, options, facts, code, hint) => {
    expect(() => chooseProgram({ image: "i", ...options }, facts)).toThrow(expect.objectContaining({ code, hint: expect.stringContaining(hint) as string }) as Error);
  });

  test("a path, and a kernel that is not rr's, are not looked into", () => {
    const rc = [command("/opt/x"), command("one")];
    expect(chooseProgram({ image: "i", launch: { rc } }, several)).toEqual({ rc });
    expect(() => chooseProgram({ image: "k", program: "x" }, { kind: "kernel", programs: [], end: 0, checkpointMb: 0, network: false, defaults: {} })).not.toThrow();
  });
});
