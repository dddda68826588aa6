/** Images on private networks: real machines that find each other by name, and nobody else. */
import { spawn, type ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createNetwork, inspectNetwork } from "../src/private-network/index.js";
import { scratch } from "./bake-fixture.js";
import { RR, rr } from "./cli/rr.js";
import { bakeProbe, ran, Running } from "./names/machines.js";

describe("private networks", async () => {
  const directory = await scratch();
  const state = join(directory, "state");
  let image: string;
  const server = async (network: string, name: string): Promise<Running> => {
    const machine = new Running({ image, args: ["serve"], name, nets: [`private:${network}`], state });
    await machine.says("listening");
    return machine;
  };

  beforeAll(async () => {
    ({ image } = await bakeProbe("probe", directory));
  });

  it("one server, two clients, by name; one that starts later is found, one that has ended is not", async () => {
    await createNetwork("shop", undefined, state);
    const web = await server("shop", "web");
    const client = { image, nets: ["private:shop"], state };
    const watcher = new Running({ ...client, args: ["watch", "late"], name: "watcher" });
    try {
      await watcher.says("watching");
      expect(await ran({ ...client, args: ["ask", "web"], name: "client" })).toEqual({ output: "web: I am web\n", exitCode: 0 });
      expect(await ran({ ...client, args: ["ask", "web.shop"] })).toEqual({ output: "web.shop: I am web\n", exitCode: 0 });
      const late = await server("shop", "late");
      await watcher.says("late: I am late\n");
      expect((await inspectNetwork("shop", state)).members.map(({ name }) => name)).toEqual(["web", "watcher", "late"]);
      await late.end();
      expect((await watcher.ended).exitCode).toBe(0);
      expect(watcher.output).toBe("watching\nlate: I am late\nlate is gone\n");
      expect(await ran({ ...client, args: ["ask", "late"] })).toEqual({ output: "late: EAI_AGAIN\n", exitCode: 1 });
    } finally {
      await Promise.all([web.end(), watcher.end()]);
    }
    expect((await inspectNetwork("shop", state)).members).toEqual([]);
  });

  it("two networks are apart, though a machine may be on both, and on the user network", async () => {
    await createNetwork("left", undefined, state);
    await createNetwork("right", "172.20.3.0/28", state);
    const [left, right] = await Promise.all([server("left", "one"), server("right", "two")]);
    try {
      const address = (await inspectNetwork("right", state)).members[0]?.address;
      expect(address).toBe("172.20.3.2");
      // By its address neither: there is no way there.
      expect(await ran({ image, args: ["ask", "172.20.3.2"], nets: ["private:left"], state })).toEqual({ output: "172.20.3.2: no answer\n", exitCode: 1 });
      for (const name of ["one", "two"]) {
        expect(await ran({ image, args: ["ask", name], nets: ["private:left", "user", "private:right"], state })).toEqual({ output: `${name}: I am ${name}\n`, exitCode: 0 });
      }
      const { output } = await ran({ image, args: ["files"], name: "both", nets: ["private:left", "user", "private:right"], state, addHosts: ["db:192.0.2.1"], machine: "q35" });
      expect(output).toMatch(/^host name both\n[^]*\t(both both\.left)\n[^]*\tone one\.left\n[^]*\tboth both\.right\n[^]*\ttwo two\.right\n[^]*192\.0\.2\.1\tdb\n[^]*nameserver /);
      expect(output).not.toContain("127.0.1.1");
    } finally {
      await Promise.all([left.end(), right.end()]);
    }
  });

  it("a member that is killed is forgotten, and its name free again", async () => {
    await createNetwork("killed", undefined, state);
    const victim = startCli(["run", "qemu", "-i", "--timeout", "100", "--network", "killed", "--name", "web", image, "--", "serve"]);
    try {
      await says(victim, "listening");
      const watcher = new Running({ image, args: ["watch", "web"], nets: ["private:killed"], state });
      await watcher.says("web: I am web\n");
      const taken = await rr(["run", "qemu", "-i", "--net", "private:killed", "--hostname", "web", image], { env: { RR_STATE: state } });
      expect(taken).toMatchObject({ exitCode: 125, stderr: expect.stringMatching(/the network "killed" has a member "web" already: 10\.88\.\d+\.2, process \d+\nnext: .*--hostname/) as string });
      const member = (await inspectNetwork("killed", state)).members.find(({ name }) => name === "web");
      process.kill(member?.process.pid ?? 0, "SIGKILL");
      await watcher.says("web is gone\n");
      await watcher.ended;
      // Its socket was left behind, and is cleared away when the next one comes.
      expect(await readdir(join(state, "networks", "killed"))).toContain(`${member?.address}.socket`);
      expect(await ran({ image, args: ["files"], nets: ["private:killed"], name: "web", state })).toMatchObject({ exitCode: 0, output: expect.stringContaining("host name web\n") as string });
      expect((await inspectNetwork("killed", state)).members).toEqual([]);
      expect(await rr(["network", "rm", "killed"], { env: { RR_STATE: state } })).toMatchObject({ exitCode: 0, stdout: "killed\n" });
    } finally {
      victim.kill("SIGKILL");
    }
  });

  it("IPv6 reaches the others by link-local addresses", async () => {
    await createNetwork("six", undefined, state);
    const card = { image, nets: ["private:six"], state };
    const hearer = new Running({ ...card, args: ["hear"], name: "hearer" });
    try {
      await hearer.says("listening");
      expect(await ran({ ...card, args: ["shout"], name: "shouter" })).toEqual({ output: "answer: here by the link\n", exitCode: 0 });
      expect(hearer.output).toMatch(/^listening\n(call: hello by the link\n)+$/);
    } finally {
      await hearer.end();
    }
  });

  it("in the background, too", async () => {
    const env = { RR_STATE: state };
    await createNetwork("back", undefined, state);
    expect(await rr(["run", "qemu", "--detach", "--name", "web", "--network", "back", image, "--", "serve"], { env })).toMatchObject({ exitCode: 0 });
    try {
      const { stdout } = await rr(["network", "inspect", "back"], { env });
      expect(stdout).toMatch(/^network {2}back\nsubnet {3}10\.88\.\d+\.0\/24\nmembers {2}web {3,}10\.88\.\d+\.2 {2}process \d+\n$/);
      const busy = await rr(["network", "rm", "back"], { env });
      expect(busy).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('the network "back" is in use by web') as string });
      // It may not listen yet: its program has begun, no more.
      const asked = new Running({ image, args: ["watch", "web"], nets: ["private:back"], state });
      await asked.says("web: I am web\n");
      await asked.end();
    } finally {
      await rr(["stop", "--time", "1", "web"], { env });
      await rr(["rm", "--force", "web"], { env });
    }
    expect((await inspectNetwork("back", state)).members).toEqual([]);
  });

  it.each([
    [["--net", "private:nowhere"], 'there is no private network "nowhere"', "rr network create nowhere"],
    [["--net", "private"], "which private network?", "rr network ls"],
    [["--net", "private:a/b"], '"a/b" cannot name a network', "letters"],
    [["--net", "privat:shop"], 'unknown network "privat:shop"', '"private"'],
    [["--network", "shop", "--net", "private:SHOP"], 'the private network "shop" is named twice', "one card"],
    [["--network", "shop", "--name", "under_score"], '"under_score" cannot be a name on a private network', "--hostname"],
  ])("says what is wrong with %j", async (flags, message, hint) => {
    const ended = await rr(["run", "qemu", "-i", ...flags, image], { env: { RR_STATE: state } });
    expect(ended, ended.stderr).toMatchObject({ exitCode: 125, stdout: "" });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).toContain(hint);
  });

  function startCli(args: readonly string[]): ChildProcess {
    return spawn(RR, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, RR_STATE: state } });
  }

  function says(child: ChildProcess, text: string): Promise<void> {
    let output = "";
    return new Promise((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes(text)) resolve();
      });
      child.once("exit", () => reject(new Error(`it ended: ${output}`)));
    });
  }
});
