import { describe, expect, test } from "vitest";
import { RrError } from "../errors/rr-error.js";
import { parseLaunchFile, readLaunchFile } from "./launch-file.js";

const parse = (value: unknown, warnings: string[] = []) => parseLaunchFile(value, "f.json", (text) => warnings.push(text));

describe("a launch file", () => {
  test("Rumprun's configuration is taken", () => {
    const warnings: string[] = [];
    const file = parse({
      rc: [{ bin: "one", args: ["-n", "a b"], runmode: "&" }, { bin: "two", argv: ["x"], runmode: "|" }, { bin: "three" }],
      env: { FOO: "BAR" }, hostname: "box", net: { if: "vioif0", type: "inet", method: "dhcp" }, blk: {},
    }, warnings);
    expect(file).toEqual({
      rc: [{ bin: "one", args: ["-n", "a b"], runmode: "&" }, { bin: "two", args: ["x"], runmode: "|" }, { bin: "three", args: [], runmode: "" }],
      env: { FOO: "BAR" }, hostname: "box", net: [{ if: "eth0", method: "dhcp" }],
    });
    expect(warnings).toEqual(['f.json: "blk" has no effect yet']);
  });

  test("one program with arguments, and each way to write an environment", () => {
    expect(parse({ program: "two", args: ["a"], cwd: "/tmp", env: "A=b=c" })).toEqual({ program: "two", args: ["a"], cwd: "/tmp", env: { A: "b=c" } });
    expect(parse({ cmdline: "name a  b", env: ["A=1", "B="] })).toEqual({ args: ["a", "b"], env: { A: "1", B: "" } });
  });

  test("the JSON itself in place of a file's name", async () => {
    expect(await readLaunchFile(' {"args": ["a"]}', () => {})).toEqual({ args: ["a"] });
    await expect(readLaunchFile("{x", () => {})).rejects.toThrow(/^--rc: /);
    await expect(readLaunchFile("/no/such/file.json", () => {})).rejects.toMatchObject({ code: "FILE_MISSING" });
  });

  test.each<[string, unknown, RegExp]>([
    ["no object", [], /top level must be an object/],
    ["an unknown key", { hostnam: "x" }, /unknown key "hostnam"/],
    ["no program in rc", { rc: [] }, /"rc" must be a list of one or more/],
    ["a program without a name", { rc: [{ args: [] }] }, /rc\[0\]\.bin is missing/],
    ["an unknown runmode", { rc: [{ bin: "a", runmode: "&&" }] }, /rc\[0\]\.runmode is "&&"/],
    ["an unknown key of a program", { rc: [{ bin: "a", arg: [] }] }, /unknown key "arg"/],
    ["a pipe into nothing", { rc: [{ bin: "a" }, { bin: "b", runmode: "|" }] }, /rc\[1\] has the runmode "\|"/],
    ["a number as argument", { args: [1] }, /args\[0\] must be a string/],
    ["a variable without a value", { env: { A: 1 } }, /env\.A must be a string/],
    ["two answers to what is run", { rc: [{ bin: "a" }], args: [] }, /"rc" says what is run/],
  ])("%s is said", (_what, value, message) => {
    expect(() => parse(value)).toThrow(message);
    expect(() => parse(value)).toThrow(RrError);
  });
});
