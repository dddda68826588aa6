import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exec } from "../process/exec.js";
import { identify } from "../process/identity.js";
import { packageRoot } from "../workspace/paths.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { createNetwork, inspectNetwork, joinNetwork, leaveNetwork, listNetworks, removeNetwork } from "./registry.js";

const failure = (code: string, text = ""): unknown => expect.objectContaining({ code, message: expect.stringContaining(text) as string });
const removeDamaged = (state: string): Promise<void> => rm(join(state, "networks", "shop"), { recursive: true });
const silent = async (): Promise<void> => {};

describe("private networks", () => {
  it("are made, shown, removed", () => withTemporaryDirectory(async (state) => {
    expect(await listNetworks(state)).toEqual([]);
    expect(await createNetwork("Shop", undefined, state)).toEqual({ name: "shop", subnet: "10.88.0.0/24", members: [] });
    expect(await createNetwork("lab", "10.5.0.0/24", state)).toMatchObject({ subnet: "10.5.0.0/24" });
    expect((await listNetworks(state)).map(({ name }) => name)).toEqual(["lab", "shop"]);
    await expect(createNetwork("SHOP", undefined, state)).rejects.toEqual(failure("NETWORK_EXISTS", "shop"));
    await expect(createNetwork("third", "10.88.0.0/25", state)).rejects.toEqual(failure("NETWORK_SUBNET", "of the network \"shop\""));
    await expect(createNetwork("a/b", undefined, state)).rejects.toEqual(failure("NETWORK_NAME", "a/b"));
    await expect(createNetwork("..", undefined, state)).rejects.toEqual(failure("NETWORK_NAME"));
    await expect(inspectNetwork("shopp", state)).rejects.toEqual(expect.objectContaining({ code: "NETWORK_UNKNOWN", hint: expect.stringContaining('"shop"') as string }));
    await removeNetwork("shop", state);
    await expect(removeNetwork("shop", state)).rejects.toEqual(failure("NETWORK_UNKNOWN"));
    expect((await listNetworks(state)).map(({ name }) => name)).toEqual(["lab"]);
  }));

  it("give each member a name and an address of its own", () => withTemporaryDirectory(async (state) => {
    await createNetwork("shop", "10.1.1.0/29", state);
    const [web, db] = [await joinNetwork("shop", "Web", silent, state), await joinNetwork("shop", "db", silent, state)];
    expect([web.self.address, db.self.address]).toEqual(["10.1.1.2", "10.1.1.3"]);
    expect(db.others.map(({ name }) => name)).toEqual(["web"]);
    await expect(joinNetwork("shop", "WEB", silent, state)).rejects.toEqual(failure("NETWORK_MEMBER", "10.1.1.2"));
    await expect(removeNetwork("shop", state)).rejects.toEqual(failure("NETWORK_IN_USE", "web, db"));
    // One that cannot listen is not there.
    await expect(joinNetwork("shop", "c", () => Promise.reject(new Error("no")), state)).rejects.toThrow("no");
    expect((await inspectNetwork("shop", state)).members).toHaveLength(2);
    await leaveNetwork("shop", web.self, state);
    await leaveNetwork("shop", web.self, state);
    // The address that became free rests.
    expect((await joinNetwork("shop", "web", silent, state)).self.address).toBe("10.1.1.4");
    for (const name of ["c", "d", "e"]) await joinNetwork("shop", name, silent, state);
    await expect(joinNetwork("shop", "f", silent, state)).rejects.toEqual(failure("NETWORK_FULL", "10.1.1.0/29"));
    await expect(joinNetwork("shp", "f", silent, state)).rejects.toEqual(failure("NETWORK_UNKNOWN", "shp"));
  }));

  it("forget members whose process has gone, and their sockets", () => withTemporaryDirectory(async (state) => {
    await createNetwork("shop", undefined, state);
    const { self } = await joinNetwork("shop", "gone", silent, state);
    const file = join(state, "networks", "shop", "network.json");
    // The number is used again, by a process of another time; and one of another boot.
    const stored = JSON.parse(await readFile(file, "utf8")) as { members: (typeof self)[] };
    const now = identify(process.pid);
    stored.members = [{ ...self, process: { ...self.process, start: 1 } }, { ...self, name: "other", address: "10.88.0.3", process: { ...self.process, start: now?.start ?? 0, boot: "before" } }];
    await writeFile(file, JSON.stringify(stored));
    await writeFile(join(state, "networks", "shop", "10.88.0.2.socket"), "");
    expect((await inspectNetwork("shop", state)).members).toEqual([]);
    await joinNetwork("shop", "gone", silent, state);
    expect(await readdir(join(state, "networks", "shop"))).toEqual(["network.json"]);
  }));

  it("say so when their file is not theirs", () => withTemporaryDirectory(async (state) => {
    await createNetwork("shop", undefined, state);
    for (const text of ["", "{}", "[]", "null", '{"version":2,"name":"shop","subnet":"10.88.0.0/24","members":[]}', '{"version":1,"name":"shop","subnet":"x","members":[]}']) {
      await writeFile(join(state, "networks", "shop", "network.json"), text);
      await expect(inspectNetwork("shop", state)).rejects.toEqual(failure("NETWORK_FILE", "network.json"));
    }
    // A folder without a file is no network.
    await mkdir(join(state, "networks", "empty"));
    await expect(inspectNetwork("empty", state)).rejects.toEqual(failure("NETWORK_UNKNOWN"));
    await removeDamaged(state);
    expect(await createNetwork("empty", undefined, state)).toMatchObject({ name: "empty" });
  }));

  it("are changed by one rr at a time", () => withTemporaryDirectory(async (state) => {
    const names = Array.from({ length: 6 }, (_, index) => `net${index}`);
    const rr = join(packageRoot(), "bin", "rr");
    await Promise.all(names.map((name) => exec(rr, ["network", "create", name], { env: { RR_STATE: state } })));
    const networks = await listNetworks(state);
    expect(networks.map(({ name }) => name)).toEqual(names);
    expect(new Set(networks.map(({ subnet }) => subnet)).size).toBe(names.length);
  }), 60_000);
});
