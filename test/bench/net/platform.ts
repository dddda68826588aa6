import { cp, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildPlatform } from "rr";

/** A platform with the experiment's components beside the product's, in `folder`; `root` is rr's tree. */
export async function experimentalPlatform(root: string, folder: string, more: (components: string) => Promise<void> = async () => {}): Promise<string> {
  const components = join(folder, "components");
  await rm(components, { recursive: true, force: true });
  await mkdir(components, { recursive: true });
  await cp(join(root, "components"), components, { recursive: true });
  await cp(join(root, "test/bench/net/components"), components, { recursive: true });
  await more(components);
  const prefix = join(folder, "prefix");
  await buildPlatform({ platform: "hw", components, prefix });
  return prefix;
}

const CORE = ["init", "def", "dns", "inet_chksum", "ip", "mem", "memp", "netif", "pbuf", "raw", "stats", "sys", "tcp", "tcp_in", "tcp_out", "timeouts", "udp"];
const IPV4 = ["etharp", "icmp", "ip4", "ip4_addr", "ip4_frag"];

/**
 * lwIP as a component: its released source (`rr fetch lwip`, unpacked in `source`) with the port of test/bench/net/lwip. `user`: with the address of QEMU's
 * user network, else of the tap's.
 */
export async function addLwip(root: string, source: string, components: string, user: boolean): Promise<void> {
  const component = join(components, "lwip");
  await cp(join(root, "test/bench/net/lwip"), component, { recursive: true });
  await cp(join(source, "src/include"), join(component, "include"), { recursive: true });
  const files = [...CORE.map((name) => `core/${name}.c`), ...IPV4.map((name) => `core/ipv4/${name}.c`), "netif/ethernet.c"];
  await Promise.all(files.map((file) => copyFile(join(source, "src", file), join(component, "src", `lwip_${basename(file)}`))));
  if (user) {
    const port = join(component, "src/port.c");
    await writeFile(port, `#define RR_LWIP_USER_NETWORK\n${await readFile(port, "utf8")}`);
  }
}
