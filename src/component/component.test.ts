import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../workspace/paths.js";
import { closure } from "./closure.js";
import { changeConfig, findConfig, loadConfigs, type BakeConfig } from "./config.js";
import { componentGraph, initOrder } from "./graph.js";
import { callName, callNames, callNumber } from "./linux-calls.js";
import { loadManifests, type Layer, type Manifest } from "./manifest.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-component-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function manifest(name: string, layer: Layer, needs: string[] = [], more: Partial<Manifest> = {}): Manifest {
  return { name, layer, summary: name, needs, wants: [], joins: [], traces: [], syscalls: {}, ...more };
}

const config = (more: Partial<BakeConfig> = {}): BakeConfig => ({ name: "test", summary: "", platform: "hw", allow: ["*"], deny: [], drivers: [], file: "test.json", ...more });

async function tree(name: string, manifests: Record<string, unknown>): Promise<string> {
  const root = join(directory, name);
  for (const [component, content] of Object.entries(manifests)) {
    await mkdir(join(root, component), { recursive: true });
    await writeFile(join(root, component, "component.json"), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}

describe("the table of Linux calls", () => {
  it("knows each name by number and back", () => {
    for (const name of callNames) {
      expect(callName(callNumber(name) ?? -1)).toBe(name);
    }
    // Numbers that many programs have in their code.
    expect(["read", "exit_group", "futex", "openat", "getrandom", "statx", "clone3", "futex_waitv"].map(callNumber)).toEqual([0, 231, 202, 257, 318, 332, 435, 449]);
    expect(callName(400)).toBe("call_400");
  });
});

describe("manifests", () => {
  it("are read sorted, with defaults, and other folders passed over", async () => {
    const root = await tree("good", { b: { name: "b", layer: "fs", summary: "B", needs: ["a"] }, a: { name: "a", layer: "base", summary: "A" } });
    await mkdir(join(root, "configs"));
    expect(await loadManifests(root)).toMatchObject([{ name: "a", needs: [], syscalls: {} }, { name: "b", needs: ["a"] }]);
  });

  it.each([
    ["no JSON", "{", "MANIFEST_INVALID", "not valid JSON"],
    ["unknown key", { name: "a", layer: "base", summary: "A", need: [] }, "MANIFEST_INVALID", "need"],
    ["unknown layer", { name: "a", layer: "bottom", summary: "A" }, "MANIFEST_INVALID", "layer"],
    ["wrong type deep inside", { name: "a", layer: "base", summary: "A", syscalls: { read: { leaf: "yes" } } }, "MANIFEST_INVALID", "syscalls.read.leaf"],
    ["another folder's name", { name: "b", layer: "base", summary: "A" }, "MANIFEST_INVALID", "name"],
    ["a call Linux does not have", { name: "a", layer: "base", summary: "A", syscalls: { raed: {} } }, "CALL_UNKNOWN", "raed"],
    ["joining with a call Linux does not have", { name: "a", layer: "base", summary: "A", joins: ["clnoe"] }, "CALL_UNKNOWN", "clnoe"],
    ["a trace of nothing", { name: "a", layer: "base", summary: "A", traces: [{}] }, "MANIFEST_INVALID", "traces[0]"],
    ["a trace in no argument", { name: "a", layer: "base", summary: "A", traces: [{ arguments: { edi: "1" } }] }, "MANIFEST_INVALID", "edi"],
    ["a trace of no number", { name: "a", layer: "base", summary: "A", traces: [{ arguments: { 1: "3-1" } }] }, "MANIFEST_INVALID", "3-1"],
    ["an unknown need", { name: "a", layer: "base", summary: "A", needs: ["bse"] }, "COMPONENT_UNKNOWN", "bse"],
  ])("%s is an error that names file and key", async (title, content, code, part) => {
    const root = await tree(title.replaceAll(" ", "-"), { a: content });
    const error: unknown = await loadManifests(root).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
  });

  it("may not need a higher layer, nor implement a call twice", async () => {
    const upward = await tree("upward", { a: { name: "a", layer: "base", summary: "A", needs: ["b"] }, b: { name: "b", layer: "fs", summary: "B" } });
    await expect(loadManifests(upward)).rejects.toMatchObject({ code: "COMPONENT_LAYER" });
    const one = { layer: "fs", summary: "S", syscalls: { read: {} } };
    await expect(loadManifests(await tree("twice", { a: { name: "a", ...one }, b: { name: "b", ...one } }))).rejects.toMatchObject({ code: "CALL_TWICE" });
    const apart = await tree("apart", { a: { name: "a", ...one, platforms: ["hw"] }, b: { name: "b", ...one, platforms: ["xen"] } });
    expect(await loadManifests(apart)).toHaveLength(2);
  });
});

describe("the graph", () => {
  it("orders what is needed first, whatever the order of the names", () => {
    const manifests = [manifest("c", "fs", ["b", "a"]), manifest("b", "fs", ["a"]), manifest("a", "base"), manifest("z", "base")];
    const order = ["z", "c", "b", "a"].map((_, shift, names) => [...names.slice(shift), ...names.slice(0, shift)]);
    for (const names of order) {
      expect(initOrder(componentGraph(manifests, "hw"), names).map(({ name }) => name)).toEqual(["a", "z", "b", "c"]);
    }
  });

  it("reports a circle with its path, and a need of another platform", () => {
    const circle = [manifest("a", "fs", ["b"]), manifest("b", "fs", ["c"]), manifest("c", "fs", ["b"])];
    expect(() => componentGraph(circle, "hw")).toThrow("b -> c -> b");
    expect(() => componentGraph([manifest("a", "fs", ["x"]), manifest("x", "fs", [], { platforms: ["xen"] })], "hw")).toThrow('"x"');
  });
});

describe("the closure", () => {
  const manifests = [
    manifest("base", "base"),
    manifest("start", "start", ["base"]),
    manifest("platform-hw", "platform", ["base"], { platforms: ["hw"] }),
    manifest("platform-xen", "platform", ["base"], { platforms: ["xen"] }),
    manifest("vfs", "vfs", ["base"]),
    manifest("pipe", "fs", ["vfs"], { syscalls: { pipe: {}, read: { wants: ["uart"] } } }),
    manifest("net", "net", ["vfs"], { syscalls: { socket: {} }, wants: ["nic"] }),
    manifest("nic", "device", ["base"]),
    manifest("uart", "device", ["base"]),
    manifest("report", "fs", ["vfs"], { joins: ["pipe", "syscall"] }),
  ];
  const graph = componentGraph(manifests, "hw");
  const names = (calls: string[], more?: Partial<BakeConfig>): string[] => closure(graph, config(more), calls).components.map((each) => each.manifest.name);

  it("is what the calls, the drivers and every image need, on this platform", () => {
    expect(names([])).toEqual(["base", "platform-hw", "start"]);
    expect(names(["pipe"], { drivers: ["uart"] })).toEqual(["base", "platform-hw", "uart", "vfs", "pipe", "report", "start"]);
    expect(names(["socket"])).toContain("nic");
    expect(names(["pipe"])).not.toContain("uart");
    expect(names(["read"])).toContain("uart");
    expect(names(["read"], { deny: ["uart"] })).not.toContain("uart");
  });

  it("has components that join with calls others implement, or with the function for any number", () => {
    expect(names(["pipe"])).toContain("report");
    expect(names(["socket"])).not.toContain("report");
    expect(names(["pipe"], { deny: ["report"] })).not.toContain("report");
    const { components, missing } = closure(graph, config(), ["syscall"]);
    expect(components.find((each) => each.manifest.name === "report")?.because).toBe("joins syscall");
    expect(missing).toEqual([]);
  });

  it("has components that join only a program that shows a trace", () => {
    const picky = componentGraph([...manifests, manifest("raw", "net", ["net"], { joins: ["socket"], traces: [{ text: "a" }, { text: "b" }] })], "hw");
    const joined = (...shown: string[]): boolean =>
      closure(picky, config(), ["socket"], ({ text }) => shown.includes(text ?? "")).components.some(({ manifest: { name } }) => name === "raw");
    expect([joined("b"), joined(), joined("c")]).toEqual([true, false, false]);
    expect(closure(picky, config(), ["pipe"]).components.map(({ manifest: { name } }) => name)).not.toContain("raw");
  });

  it("says why, and what nobody implements", () => {
    const { components, missing } = closure(graph, config(), ["pipe", "ptrace"]);
    expect(components.find((each) => each.manifest.name === "vfs")?.because).toBe("needed by pipe");
    expect(missing).toEqual(["ptrace"]);
  });

  it("obeys the config: what is allowed with all it needs, less what is denied", () => {
    expect(names(["pipe"], { allow: ["pipe"] })).toContain("vfs");
    expect(() => names(["socket"], { allow: ["pipe"] })).toThrow('does not allow component "net"');
    expect(() => names(["pipe"], { deny: ["vfs"] })).toThrow("needed by pipe");
    expect(names(["socket"], { deny: ["nic"] })).not.toContain("nic");
    expect(() => names([], { drivers: ["urat"] })).toThrow('"urat"');
  });
});

describe("bake configs", () => {
  it("extend each other", async () => {
    const folder = join(directory, "configs");
    await mkdir(folder);
    await writeFile(join(folder, "a.json"), JSON.stringify({ name: "a", summary: "A", platform: "hw", allow: ["x"], drivers: ["d"] }));
    await writeFile(join(folder, "b.json"), JSON.stringify({ name: "b", summary: "B", extends: "a", drivers: [] }));
    const configs = await loadConfigs(folder);
    expect(findConfig(configs, "b")).toMatchObject({ summary: "B", platform: "hw", allow: ["x"], deny: [], drivers: [] });
    expect(() => findConfig(configs, "bb")).toThrow(expect.objectContaining({ code: "CONFIG_UNKNOWN" }));
    await writeFile(join(folder, "a.json"), JSON.stringify({ name: "a", extends: "b" }));
    await expect(loadConfigs(folder)).rejects.toMatchObject({ code: "CONFIG_CYCLE", message: expect.stringContaining("a -> b -> a") });
  });

  it("are changed by commands, the last one wins", () => {
    const changed = changeConfig(config({ drivers: ["d"] }), ["remove d", "add e", "remove f", "add  f"]);
    expect(changed).toMatchObject({ drivers: ["e", "f"], deny: ["d"] });
    expect(() => changeConfig(config(), ["add"])).toThrow(expect.objectContaining({ code: "CONFIG_COMMAND", exitCode: 2 }));
  });
});

describe("this repository's components", () => {
  it("have valid manifests, no circle, and configs that name them", async () => {
    const root = join(packageRoot(), "components");
    const graph = componentGraph(await loadManifests(root), "hw");
    const configs = await loadConfigs(join(root, "configs"));
    expect(configs.map(({ name }) => name)).toContain("hw_generic");
    for (const each of configs) {
      expect(closure(graph, each, []).components.length, each.name).toBeGreaterThan(0);
      expect((await readFile(each.file, "utf8")).length).toBeGreaterThan(0);
    }
  });
});
