import { describe, expect, it } from "vitest";
import { INHERITED, planMachine, qemuArguments } from "./argv.js";
import { networkArguments, passtArguments, planNetworks, userAddresses, type Network, standIns } from "./network.js";

const token = (): Buffer => Buffer.from([1, 0xab, 0x20]);
const plan = (nets: string[], publish: string[] = []): Network[] => planNetworks(nets, publish, token);
const text = (nets: string[], publish: string[] = [], machine: "microvm" | "q35" = "microvm"): string => networkArguments(plan(nets, publish), machine, { passtSockets: new Map([[0, "/run/a,b/net0"]]) }).join(" ");

describe("networks", () => {
  it("none unless asked for", () => {
    expect(plan([])).toEqual([]);
    expect(plan(["none"])).toEqual([]);
    expect(text([])).toBe("");
    const machine = planMachine({ image: "x" }, 0);
    expect(qemuArguments(machine, { document: { text: "" }, kvm: false, channels: INHERITED }).join(" ")).not.toMatch(/-smp|net/);
  });

  it("an image that drives cards has one on a user network by itself", () => {
    const planned = (nets: string[] | undefined, publish: string[] = []): string[] => planNetworks(nets, publish, token, { drivesCards: true }).map(({ kind }) => kind);
    expect(planned(undefined)).toEqual(["user"]);
    expect(planned(["none"])).toEqual([]);
    expect(planned([])).toEqual([]);
    expect(planned(["tap:t0"])).toEqual(["tap"]);
  });

  it("each user network is one of its own, and its addresses are known", () => {
    expect(text(["user", "tap:t0", "user"])).toMatch(/user,id=net0 .* user,id=net2,net=10\.0\.3\.2\/24 /);
    expect([0, 1, 2].map((index) => userAddresses(plan(["user", "tap:t0", "passt"]), index)?.guest)).toEqual(["10.0.2.15", undefined, "10.0.3.15"]);
  });

  it("frames of user networks are large where QEMU can be made to take them, and passt takes them anyway", () => {
    const options = (net: string, largeUserFrames: boolean): string | undefined => networkArguments(plan([net]), "q35", { largeUserFrames }).at(-1);
    expect(options("user", true)).toBe("virtio-net-pci,romfile=,netdev=net0,host_mtu=16384");
    expect(options("user", false)).toBe("virtio-net-pci,romfile=,netdev=net0");
    expect(options("passt", false)).toBe("virtio-net-pci,romfile=,netdev=net0,host_mtu=16384");
    expect(options("tap:t0", true)).not.toContain("host_mtu");
  });

  it("any network of QEMU's", () => {
    expect(text(["qemu:tap,ifname=t0,script=no"])).toContain("-netdev tap,id=net0,ifname=t0,script=no ");
    expect(text(["qemu:hubport"])).toContain("-netdev hubport,id=net0 ");
  });

  it("publishing alone brings a user network", () => {
    expect(text([], ["8080:80", "0.0.0.0:5353:53/udp"])).toBe(
      "-global virtio-mmio.force-legacy=false -netdev user,id=net0,hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=udp:0.0.0.0:5353-:53 -device virtio-net-device,netdev=net0,bus=virtio-mmio-bus.0",
    );
  });

  it("ports go to the first network that can publish", () => {
    expect(text(["tap:t0", "user"], ["8080:80"], "q35")).toBe(
      "-netdev tap,id=net0,ifname=t0,script=no,downscript=no -device virtio-net-pci,romfile=,netdev=net0,mac=52:54:00:01:ab:20 " +
        "-netdev user,id=net1,hostfwd=tcp:127.0.0.1:8080-:80 -device virtio-net-pci,romfile=,netdev=net1",
    );
    expect(() => plan(["tap:t0"], ["8080:80"])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it("private networks: a socket that QEMU inherits, with the address that was given; ports beside them bring a user network", () => {
    const networks = plan(["private:shop"], ["8080:80"]);
    expect(networks).toEqual([{ kind: "private", name: "shop" }, { kind: "user", forwards: [{ protocol: "tcp", address: "127.0.0.1", host: 8080, guest: 80 }] }]);
    expect(networkArguments(networks, "q35", { privateCards: new Map([[0, { fd: 5, mac: "52:54:0a:58:00:02" }]]) }).join(" ")).toBe(
      "-netdev socket,id=net0,fd=5 -device virtio-net-pci,romfile=,netdev=net0,mac=52:54:0a:58:00:02,host_mtu=9000 " +
        "-netdev user,id=net1,hostfwd=tcp:127.0.0.1:8080-:80 -device virtio-net-pci,romfile=,netdev=net1",
    );
    expect(() => plan(["private:shop", "private:SHOP"])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it("the guest has the cards in the order of the flags", () => {
    expect(text(["user", "user"])).toMatch(/netdev=net0,bus=virtio-mmio-bus\.0 .*netdev=net1,bus=virtio-mmio-bus\.1$/);
  });

  it("bridge, socket and passt", () => {
    expect(text(["bridge:br0"])).toContain("bridge,id=net0,br=br0");
    expect(text(["passt"])).toContain("stream,id=net0,server=off,addr.type=unix,addr.path=/run/a,,b/net0");
    const socket = text(["socket:lab"]);
    expect(socket).toMatch(/socket,id=net0,mcast=239\.\d+\.\d+\.\d+:\d+,localaddr=127\.0\.0\.1/);
    expect(text(["socket:lab"])).toBe(socket);
    expect(text(["socket:other"])).not.toBe(socket);
  });

  it("devices keep the guest's memory barriers", () => {
    const machine = planMachine({ image: "x", nets: ["user"] }, 0);
    expect(qemuArguments(machine, { document: { text: "" }, kvm: false, channels: INHERITED }).join(" ")).toContain("-smp 1,maxcpus=2");
  });

  it.each([["lan"], ["tap"], ["tap:"], ["tap:a,b"], ["bridge:sixteen-letters--"], ["user:x"], ["qemu:"], ["qemu:tap,id=x"], ["none", "user"]])("refuses %j %j", (...nets) => {
    expect(() => plan(nets.filter((net) => net !== undefined))).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it.each(["80", "a:80", "80:0", "70000:80", "localhost:80:80", "1.2.3:80:80", "80:80/sctp", "80:80,hostfwd=x", "::1:80:80", "[127.0.0.1]:80:80", "[::1]:80:80/udp", "[fe80::1%eth0]:80:80", "[::g]:80:80"])("refuses to publish %j", (port) => {
    expect(() => plan([], [port])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it("an IPv6 address has a loopback address that stands for it in QEMU", () => {
    expect(text(["user"], ["8080:80", "[::1]:8080:80"])).toContain("hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=tcp:127.255.254.1:8080-:80");
    expect(standIns(plan(["user"], ["8080:80", "[::1]:8080:80"]))).toBe("127.255.254.1=::1");
    expect(standIns(plan(["user"], ["8080:80"]))).toBe("");
    expect(() => plan(["passt"], ["[::1]:8080:80"])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it("refuses a port twice, and ports without a network", () => {
    expect(() => plan([], ["8080:80", "8080:81"])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
    expect(plan([], ["8080:80", "8080:80/udp", "127.0.0.2:8080:80"])[0]).toMatchObject({ forwards: [{ protocol: "tcp" }, { protocol: "udp" }, { address: "127.0.0.2" }] });
    expect(() => plan(["none"], ["8080:80"])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it("passt gets the ports, the guest's address, and stays root's when root starts it", () => {
    const [network] = plan(["passt"], ["8080:80", "53:53/udp"]);
    const forwards = network !== undefined && "forwards" in network ? network.forwards : [];
    const addresses = { guest: "10.0.2.15", bits: "24", host: "10.0.2.2", dns: "10.0.2.3" };
    const args = passtArguments(forwards, addresses, { socket: "/s", pidFile: "/p", root: true }).join(" ");
    expect(args).toContain("--runas 0 ");
    expect(args).toContain("--tcp-ports 127.0.0.1/8080:80 --udp-ports 127.0.0.1/53:53");
    expect(passtArguments([], addresses, { socket: "/s", pidFile: "/p", root: false }).join(" ")).not.toContain("--runas");
  });
});
