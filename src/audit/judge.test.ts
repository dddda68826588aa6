import { describe, expect, test } from "vitest";
import { CHECKS, RANDOM } from "./checks.js";
import { judge, type Evidence } from "./judge.js";

/** A boot in which all is well, but for `changes`. */
function boot(number: number, changes: Readonly<Record<string, string>> = {}): { output: string; ending: string } {
  const checks = [...CHECKS.map(({ name }) => name), "pages-user"].filter((name) => !RANDOM.includes(name) && name !== "image-wx" && name !== "canary-libos-checked");
  const lines = [
    ...RANDOM.map((name) => `fact\t${name}\t${changes[name] ?? `0x${number + 16}`}`),
    ...checks.filter((name) => changes[name] !== "absent").map((name) => `check\t${name}\t${changes[name] ?? "holds"}\tseen`),
  ];
  return { output: `${lines.join("\n")}\ndone\n`, ending: "exit code 0" };
}

const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  writableCode: [], boots: [boot(1), boot(2), boot(3)], smash: { inLibos: true, message: "stack smashed: ...", ending: "killed by SIGABRT" }, ...changes,
});
const states = (of: Evidence): Record<string, string> => Object.fromEntries(judge(of).map(({ name, state }) => [name, state]));

describe("what the boots have shown", () => {
  test("all holds", () => {
    expect(new Set(Object.values(states(evidence())))).toEqual(new Set(["holds"]));
  });

  test("one protection that does not hold", () => {
    expect(states(evidence({ boots: [boot(1, { "nx-heap": "fails" }), boot(2)] }))).toMatchObject({ "nx-heap": "fails", "nx-data": "holds" });
  });

  test("what was not seen does not hold", () => {
    const early = { output: "check\tcr0-wp\tholds\tCR0\n", ending: "killed by SIGSEGV" };
    const found = judge(evidence({ boots: [early, early] }));
    expect(found.find(({ name }) => name === "cr0-wp")).toMatchObject({ state: "holds", evidence: "CR0" });
    expect(found.find(({ name }) => name === "nx-data")).toMatchObject({ state: "fails", evidence: "the audit ended early: killed by SIGSEGV" });
    expect(states(evidence({ boots: [] }))["aslr-mmap"]).toBe("fails");
  });

  test("what guards against ring 3 is needed when something is there", () => {
    expect(states(evidence({ boots: [boot(1, { smep: "fails" }), boot(2)] })).smep).toBe("not needed");
    expect(states(evidence({ boots: [boot(1, { smep: "fails", "pages-user": "fails" }), boot(2)] })).smep).toBe("fails");
  });

  test("places that are the same in each boot are not random; some chance is", () => {
    const same = (number: number) => boot(number, { "aslr-brk": "0x5000" });
    expect(states(evidence({ boots: [same(1), same(2), same(3)] }))["aslr-brk"]).toBe("fails");
    expect(states(evidence({ boots: [same(1), same(2), boot(3)] }))["aslr-brk"]).toBe("holds");
  });

  test("a canary nobody looks at, a segment that may do everything", () => {
    expect(states(evidence({ smash: { inLibos: false, message: "", ending: "exit code 1" } }))["canary-libos-checked"]).toBe("fails");
    expect(judge(evidence({ writableCode: ["0x1000"] }))[0]).toMatchObject({ name: "image-wx", state: "fails", evidence: "0x1000" });
  });
});
