/** Network cards in real machines: a responder without a TCP/IP stack (test/bench/net) behind published ports. */
import { request } from "node:http";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bake, run } from "../src/index.js";
import { exec } from "../src/process/exec.js";
import { cacheDirectory, packageRoot } from "../src/workspace/paths.js";
import { freePort } from "./free-port.js";
import { experimentalPlatform } from "./bench/net/platform.js";

const folder = join(cacheDirectory(), "test", "net");
const image = join(folder, "mirror.bin");

function get(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = request({ host: "127.0.0.1", port, timeout: 5000, agent: false }, (response) => {
      let text = "";
      response.on("data", (data: Buffer) => (text += data.toString()));
      response.on("end", () => resolve(text));
    });
    client.on("timeout", () => client.destroy(new Error("no answer within 5 s")));
    client.on("error", reject);
    client.end();
  });
}

beforeAll(async () => {
  const prefix = await experimentalPlatform(packageRoot(), folder);
  const program = join(folder, "wait");
  await exec(join(prefix, "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc"), ["-Os", "-o", program, join(packageRoot(), "test/bench/net/programs/wait.c")]);
  await bake({ config: "hw_generic", commands: ["add net-mirror"], out: image, apps: [program], prefix });
}, 600_000);

describe("network cards", () => {
  it.each([
    ["microvm", []],
    ["q35", []],
    ["pc", []],
    // of before VIRTIO 1.0, by MMIO and by PCI; without message interrupts; without anything a device may leave out
    ["microvm", ["-global", "virtio-mmio.force-legacy=true"]],
    ["q35", ["-global", "virtio-net-pci.disable-modern=on", "-global", "virtio-net-pci.disable-legacy=off"]],
    ["pc", ["-global", "virtio-net-pci.vectors=0"]],
    ["q35", ["-global", "virtio-net-pci.vectors=1"]],
    ["microvm", ["event_idx", "indirect_desc", "any_layout", "mrg_rxbuf", "csum", "guest_csum"].flatMap((name) => ["-global", `virtio-net-device.${name}=off`])],
  ] as const)("on %s %j", async (machine, qemuArgs) => {
    const port = await freePort();
    const end = new AbortController();
    const lines: string[] = [];
    let started: (() => void) | undefined;
    const up = new Promise<void>((resolve) => (started = resolve));
    const running = run({
      image, machine, accel: "tcg", publish: [`${port}:80`], qemuArgs, signal: end.signal, timeoutSeconds: 100,
      events: (event) => {
        if (event.kind === "log") {
          lines.push(event.text);
          started?.();
        }
      },
    });
    try {
      await Promise.race([up, running]);
      // Frames of more than a buffer need several.
      expect(lines[0]).toContain(`mtu ${qemuArgs.some((word) => word.endsWith("mrg_rxbuf=off")) ? 1500 : 16384} `);
      expect(lines[0]).toMatch(/^eth0: 52:54:00:12:34:56 mtu \d+ .* link 1 error 0$/);
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 30 }, () => get(port)));
        expect(answers.every((text) => text.length === 100)).toBe(true);
      }
    } finally {
      end.abort();
      await running;
    }
  }, 120_000);
});
