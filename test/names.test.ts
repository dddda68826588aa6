/** Host name, /etc/hosts and /etc/resolv.conf of a guest, and what musl's resolver makes of them: as on the host with the same files and the same DNS server. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createNetwork, inspectNetwork } from "../src/private-network/index.js";
import { scratch } from "./bake-fixture.js";
import { command } from "./cli/rr.js";
import { bakeProbe, ran, Running } from "./names/machines.js";

const LOCAL = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
/** musl asks again after so long, twice: the server must not be given up before. */
const RESOLV_CONF = ["search lan.test"];

describe("names", async () => {
  const directory = await scratch();
  const state = join(directory, "state");
  let probe: { program: string; image: string };
  let dns: { program: string; image: string };
  const files = (output: string): { hostname: string; hosts: string; resolvConf: string } => {
    const [, hostname = "", hosts = "", resolvConf = ""] = /^host name (.*)\n== \/etc\/hosts\n([^]*)== \/etc\/resolv.conf\n([^]*)$/.exec(output) ?? [];
    return { hostname, hosts, resolvConf };
  };

  beforeAll(async () => {
    probe = await bakeProbe("probe", directory);
    dns = await bakeProbe("dns", directory);
  });

  it("without a network: the program's name, and this machine's", async () => {
    const { output } = await ran({ image: probe.image, nets: ["none"] });
    expect(files(output)).toEqual({ hostname: "probe", hosts: `${LOCAL}127.0.1.1\tprobe\n`, resolvConf: "options timeout:1 attempts:1\n" });
  });

  it("on the user network: its server", async () => {
    const { output } = await ran({ image: probe.image });
    expect(files(output)).toEqual({ hostname: "probe", hosts: `${LOCAL}127.0.1.1\tprobe\n`, resolvConf: "nameserver 10.0.2.3\n" });
  });

  it("as the launch says", async () => {
    const { output } = await ran({ image: probe.image, name: "machine", hostname: "web.example", dns: ["10.9.9.9", "fd00::1"], dnsSearch: ["example", "lan.example"], addHosts: ["db:10.0.0.7", "WEB.example:10.0.0.8"] });
    expect(files(output)).toEqual({
      hostname: "web.example", hosts: `${LOCAL}10.0.0.7\tdb\n10.0.0.8\tWEB.example\n`, resolvConf: "search example lan.example\nnameserver 10.9.9.9\nnameserver fd00::1\n",
    });
    expect(files((await ran({ image: probe.image, name: "machine", launch: { hostname: "file", dns: ["10.1.1.1"], hosts: ["10.0.0.9 a b"] } })).output))
      .toEqual({ hostname: "machine", hosts: `${LOCAL}10.0.0.9 a b\n127.0.1.1\tmachine\n`, resolvConf: "nameserver 10.1.1.1\n" });
  });

  it("as DHCP says, for whoever asks first", async () => {
    const card = (more: string): string[] => ["-global", "virtio-mmio.force-legacy=false", "-netdev", `user,id=u0${more}`, "-device", "virtio-net-device,netdev=u0"];
    const said = ",dns=10.0.2.77,hostname=leased,domainname=dom.test,dnssearch=lan.test,dnssearch=eng.lan.test";
    expect(files((await ran({ image: probe.image, nets: ["none"], qemuArgs: card(said) })).output).resolvConf).toBe("search lan.test eng.lan.test\nnameserver 10.0.2.77\n");
    // Who waited for DHCP's answer knows the name it brought.
    const asked = await ran({ image: probe.image, args: ["resolve", "h:nobody.invalid", "leased"], dns: [], nets: ["none"], qemuArgs: card(said) });
    expect(asked.output).toContain("leased: \n  127.0.1.1\n");
    expect(files((await ran({ image: probe.image, hostname: "own", dnsSearch: ["."], nets: ["none"], qemuArgs: card(",domainname=dom.test") })).output))
      .toEqual({ hostname: "own", hosts: `${LOCAL}127.0.1.1\town\n`, resolvConf: "nameserver 10.0.2.3\n" });
  });

  it("files of the image stay as they are", async () => {
    const rootfs = join(directory, "rootfs");
    await mkdir(join(rootfs, "etc"), { recursive: true });
    await writeFile(join(rootfs, "etc", "hosts"), "192.0.2.1 mine\n");
    const own = await bakeProbe("probe", directory, { rootfs });
    expect(files((await ran({ image: own.image, hostname: "x", addHosts: ["db:10.0.0.7"], dns: ["10.9.9.9"] })).output)).toEqual({ hostname: "x", hosts: "192.0.2.1 mine\n", resolvConf: "nameserver 10.9.9.9\n" });
  });

  it("programs may change them", async () => {
    const { output } = await ran({ image: probe.image, args: ["edit"] });
    expect(output).toBe(
      "read: \n  127.0.0.1\nreading changes it: no\nsize as read: yes\nadded: \n  192.0.2.7\nlocalhost: \n  127.0.0.1\nrename: 0\nreplaced: \n  192.0.2.8\ngone: 1\n== /etc/resolv.conf\noptions timeout:1 attempts:1\n",
    );
  });

  it("are resolved as on the host, by the files and by DNS", async () => {
    await createNetwork("names", undefined, state);
    const server = new Running({ image: dns.image, name: "dns", nets: ["private:names"], state });
    try {
      await server.says("ready");
      const address = (await inspectNetwork("names", state)).members[0]?.address ?? "";
      const queries = [
        "127.1", "4:10.1.2.3", "6:10.1.2.3", "4:::1", "6:fe80::1%lo", "n:localhost", "n:1.2.3.4", "256.1.1.1", "", "bad name", `${"a".repeat(64)}.test`,
        "4:localhost", "6:localhost", "db", "DB", "h:db", "h:second", "four-six", "4:four-six", "a:10.0.0.7", "a:fd00::7",
        "a.test", "A.TEST", "both.test", "4:both.test", "6:both.test", "six.test", "4:six.test", "two.test", "c:alias.test", "h:alias.test", "short", "short.lan.test", "nothing.test", "h:nothing.test",
        "4:many.test", "late.test", "a:192.0.2.1", "a:2001:db8::6", "a:192.0.2.200", "4:broken.test",
      ];
      const guest = await ran({
        image: probe.image, args: ["resolve", ...queries], name: "client", nets: ["private:names"], state, dns: [address], dnsSearch: ["lan.test"],
        launch: { hosts: ["10.0.0.7\tdb first second", "10.0.0.6\tfour-six", "fd00::7\tfour-six seven"] },
      });
      expect(guest).toMatchObject({ exitCode: 0 });
      for (const line of ["db: \n  10.0.0.7", "a.test: \n  192.0.2.1", "c:alias.test: a.test\n  192.0.2.1", "short: \n  192.0.2.5", "late.test: \n  192.0.2.9", "a:192.0.2.1: a.test", "4:broken.test: EAI_AGAIN", "nothing.test: EAI_NONAME"]) {
        expect(guest.output).toContain(`${line}\n`);
      }
      const host = await onHost(queries, `${LOCAL}10.0.0.7\tdb first second\n10.0.0.6\tfour-six\nfd00::7\tfour-six seven\n`);
      expect(guest.output).toBe(host);
    } finally {
      await server.end();
    }
  });

  /** The same program and server in namespaces of their own: there they may have port 53 and files in /etc. */
  async function onHost(queries: readonly string[], hosts: string): Promise<string> {
    await writeFile(join(directory, "hosts"), hosts);
    await writeFile(join(directory, "resolv.conf"), `${RESOLV_CONF.join("\n")}\nnameserver 127.0.0.1\n`);
    const script = `
      mount --bind "$1/hosts" /etc/hosts && mount --bind "$1/resolv.conf" /etc/resolv.conf && ip link set lo up || exit 9
      mkfifo "$1/ready" && "$1/dns" > "$1/ready" & server=$!
      while [ ! -p "$1/ready" ]; do :; done
      read line < "$1/ready"
      shift; "$PROBE" resolve "$@"; status=$?
      kill $server; exit $status`;
    const root = process.getuid?.() === 0 ? [] : ["--map-root-user"];
    const ended = await command("unshare", [...root, "--net", "--mount", "--", "sh", "-c", script, "sh", directory, ...queries], { env: { PROBE: probe.program } });
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    return ended.stdout;
  }
});
