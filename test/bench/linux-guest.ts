import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cpio, type Entry } from "./cpio.js";
import { tool } from "./stopwatch.js";
import type { Bench } from "./types.js";

/** The machine that Linux gets: what its drivers know and rr's machine has, too. */
const MACHINE = ["-M", "q35", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-accel", "tcg", "-cpu", "max"];
const DEVICES = ["-chardev", "stdio,id=console,signal=off", "-device", "isa-serial,chardev=console", "-device", "isa-debug-exit,iobase=0x501,iosize=4"];
const META_PACKAGE = "linux-image-cloud-amd64";

export interface LinuxGuest {
  /** E.g. "6.1.0-56-cloud-amd64". */
  version: string;
  vmlinuz: string;
  /** What a virtio network card needs, in the order of loading; empty unless asked for. */
  modules: readonly string[];
}

/** Below lib/modules/VERSION/kernel. */
const NETWORK_MODULES = [
  "drivers/virtio/virtio", "drivers/virtio/virtio_ring", "drivers/virtio/virtio_pci_legacy_dev", "drivers/virtio/virtio_pci_modern_dev", "drivers/virtio/virtio_pci",
  "net/core/failover", "drivers/net/net_failover", "drivers/net/virtio_net",
];

/**
 * Debian's kernel for virtual machines, from the cache or by apt-get; unpacked, never installed. Rejects where there is
 * no apt-get, or no such package.
 */
export async function linuxKernel(bench: Bench, network = false): Promise<LinuxGuest> {
  const folder = join(bench.cache, "bench", "linux");
  await mkdir(folder, { recursive: true });
  const cached = readdirSync(folder).find((name) => name.startsWith("vmlinuz-"));
  const modules = NETWORK_MODULES.map((name) => join(folder, `${basename(name)}.ko`));
  if (cached === undefined || (network && !modules.every((path) => existsSync(path)))) {
    const temporary = await mkdtemp(join(folder, "fetch-"));
    try {
      const name = /linux-image-\d\S+/.exec(await tool(bench, "apt-cache", ["depends", META_PACKAGE]))?.[0];
      if (name === undefined) {
        throw new Error(`apt knows no ${META_PACKAGE}`);
      }
      bench.say(`fetching ${name}`);
      await tool(bench, "apt-get", ["-o", "APT::Sandbox::User=root", "download", name], temporary);
      const archive = (await readdir(temporary)).find((file) => file.endsWith(".deb")) ?? "";
      await tool(bench, "dpkg-deb", ["-x", archive, "content"], temporary);
      const boot = join(temporary, "content", "boot");
      const vmlinuz = (await readdir(boot)).find((file) => file.startsWith("vmlinuz-")) ?? "";
      await rename(join(boot, vmlinuz), join(folder, vmlinuz));
      const kernel = join(temporary, "content", "lib", "modules", vmlinuz.replace("vmlinuz-", ""), "kernel");
      for (const [index, module] of NETWORK_MODULES.entries()) {
        await rename(join(kernel, `${module}.ko`), modules[index] ?? "");
      }
    } finally {
      await rm(temporary, { recursive: true });
    }
    return linuxKernel(bench, network);
  }
  return { version: cached.replace("vmlinuz-", ""), vmlinuz: join(folder, cached), modules: network ? modules : [] };
}

/**
 * The command that boots Linux and runs `program` in it with `args`, its working folder the root: what `rootfs` holds, and
 * a tmpfs on /tmp. The program's output is followed by the line "init: status N".
 */
export async function linuxCommand(bench: Bench, kernel: LinuxGuest, what: Content & { memoryMb: number }): Promise<string[]> {
  const image = await linuxInitramfs(bench, what);
  return ["qemu-system-x86_64", ...MACHINE, "-m", `${what.memoryMb}M`, ...DEVICES, "-kernel", kernel.vmlinuz, "-initrd", image, "-append", "console=ttyS0 quiet panic=-1"];
}

/** What is in Linux's guest. `network`: the modules to load and the address of eth0. */
interface Content {
  program: string;
  args?: readonly string[];
  rootfs?: string;
  network?: { modules: readonly string[]; address: string };
}

/** The path of an initramfs with the benchmark's init. */
export async function linuxInitramfs(bench: Bench, what: Content): Promise<string> {
  const program = `bin/${basename(what.program)}`;
  const folders = ["dev", "proc", "tmp", "bin"];
  const entries: Entry[] = [
    ...folders.map((name) => ({ name, mode: 0o40755 })),
    { name: "init", mode: 0o100755, data: await readFile(join(bench.scratch, "linux-init")) },
    { name: program, mode: 0o100755, data: await readFile(what.program) },
    { name: "args", mode: 0o100644, data: Buffer.from([`/${program}`, ...(what.args ?? [])].map((word) => `${word}\n`).join("")) },
  ];
  if (what.network !== undefined) {
    const { modules, address } = what.network;
    entries.push({ name: "address", mode: 0o100644, data: Buffer.from(address) });
    entries.push({ name: "modules", mode: 0o100644, data: Buffer.from(modules.map((path) => `/${basename(path)}\n`).join("")) });
    for (const path of modules) {
      entries.push({ name: basename(path), mode: 0o100644, data: await readFile(path) });
    }
  }
  if (what.rootfs !== undefined) {
    for (const name of await readdir(what.rootfs, { recursive: true })) {
      const path = join(what.rootfs, name);
      if ((await stat(path)).isFile()) {
        entries.push({ name, mode: 0o100644, data: await readFile(path) });
      } else if (!folders.includes(name)) {
        entries.push({ name, mode: 0o40755 });
      }
    }
  }
  const image = join(await mkdtemp(join(bench.scratch, "linux-")), "initramfs");
  await writeFile(image, cpio(entries));
  return image;
}
