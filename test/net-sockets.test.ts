/** Sockets whose other side is another host: an image and Linux, in the same place, must see the same (test/net/programs/errors.c). */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boot, build } from "./net/guest.js";
import { command, Lab, labProblem, workshop } from "./net/lab.js";

const directory = await workshop();
const problem = labProblem(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(problem !== undefined)("sockets and another host", () => {
  let errors: { program: string; image: string };
  let peer: string;
  beforeAll(async () => {
    errors = await build(directory, "errors");
    peer = (await build(directory, "peer")).program;
  }, 600_000);

  /** What the program prints inside of a network of its own. */
  async function inside(what: "qemu" | "linux"): Promise<string> {
    const lab = await Lab.make(directory, what);
    const [file = "", ...args] = lab.outside([peer, lab.directory]);
    const other = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], timeout: 110_000, killSignal: "SIGKILL" });
    try {
      await new Promise((resolve) => createInterface(other.stdout).once("line", resolve));
      if (what === "linux") {
        const ended = await command(lab.inside([errors.program]));
        return `${ended.stdout}ends with ${ended.exitCode}`;
      }
      const ended = await boot(lab, errors.image, []).ended;
      return `${ended.stdout}ends with ${ended.exitCode}`;
    } finally {
      other.kill("SIGKILL");
      await lab.end();
    }
  }

  it("an image sees what Linux sees", async () => {
    const [image, linux] = await Promise.all([inside("qemu"), inside("linux")]);
    expect(image).toBe(linux);
  });
});
