import { describe, expect, it } from "vitest";
import { launchAddresses, planInterfaces } from "./interfaces.js";

describe("Rumprun's -I and -W", () => {
  it("make cards, behind those of --net, and say their addresses", () => {
    expect(planInterfaces(undefined, ["web,vioif,-net tap,ifname=tap0,script=no", "db,vioif"], ["web,inet,static,10.0.120.10/24,10.0.120.1", "db,inet,dhcp", "web,inet6,auto"])).toEqual({
      nets: ["qemu:tap,ifname=tap0,script=no", "user"],
      addresses: [
        { if: "eth0", method: "static", addr: "10.0.120.10", mask: "24", gw: "10.0.120.1" },
        { if: "eth1", method: "dhcp" },
        { if: "eth0", type: "inet6", method: "auto" },
      ],
    });
    expect(planInterfaces(["passt"], ["x,vioif,tap:t0", "y,vioif,-netdev bridge,id=a,br=b0"], ["x,inet6,static,fd00::1/64,fe80::1"])).toEqual({
      nets: ["passt", "tap:t0", "qemu:bridge,br=b0"],
      addresses: [{ if: "eth1", type: "inet6", method: "static", addr: "fd00::1", mask: "64", gw: "fe80::1" }],
    });
  });

  it("leave the choice of networks alone when there is no -I", () => {
    expect(planInterfaces(undefined, [], ["eth0,inet,dhcp"])).toEqual({ nets: undefined, addresses: [{ if: "eth0", method: "dhcp" }] });
    expect(planInterfaces(["user"], [], [])).toEqual({ nets: ["user"], addresses: [] });
  });

  it.each([["web"], ["web,"], [",vioif"], ["web,xenif"], ["web,vioif,-drive file=x"], ["web,vioif,-net user -m 3"], ["we b,vioif"]])("refuses -I %j", (text) => {
    expect(() => planInterfaces(undefined, [text], [])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION" }));
  });

  it.each([
    "wbe,inet,dhcp", "web", "web,inet", "web,inet,auto", "web,inet6,dhcp", "web,inet,static", "web,inet,static,10.0.0.1", "web,inet,static,10.0.0.1/33", "web,inet,static,fd00::1/64",
    "web,inet,static,10.0.0.1/24,fe80::1", "web,inet,dhcp,x", "web,inet6,static,fd00::1/129", "web,inet,static,10.0.0.1/24,10.0.0.2,more",
  ])("refuses -W %j", (text) => {
    expect(() => planInterfaces(undefined, ["web,vioif"], [text])).toThrow(expect.objectContaining({ code: "RUN_BAD_OPTION", message: expect.stringContaining(text) }));
  });

  it("refuses two of a kind", () => {
    expect(() => planInterfaces(undefined, ["a,vioif", "a,vioif"], [])).toThrow(/"a" twice/);
    expect(() => planInterfaces(undefined, ["a,vioif"], ["a,inet,dhcp", "a,inet,static,10.0.0.1/8"])).toThrow(/already/);
  });
});

describe("what the guest is told of its addresses", () => {
  const user = { method: "static", addr: "10.0.2.15", mask: "24", gw: "10.0.2.2" } as const;
  const dhcp = { method: "dhcp" } as const;
  const own6 = { type: "inet6", method: "static", addr: "fd00::1", mask: "64" } as const;

  it("what its networks give it, without names; nothing when DHCP does it", () => {
    expect(launchAddresses([user, dhcp], [], [])).toEqual([user, dhcp]);
    expect(launchAddresses([dhcp], [], [])).toBeUndefined();
    expect(launchAddresses([], [], [])).toBeUndefined();
  });

  it("-W wins over the launch file, the file over the network", () => {
    expect(launchAddresses([user, user], [{ if: "eth0", method: "dhcp" }], [])).toEqual([{ if: "eth0", method: "dhcp" }, { if: "eth1", ...user }]);
    expect(launchAddresses([user], [{ if: "eth0", method: "dhcp" }], [{ method: "none" }])).toBeUndefined();
    expect(launchAddresses([user, dhcp], [], [dhcp, { method: "none" }])).toEqual([{ if: "eth0", method: "dhcp" }, { if: "eth1", method: "none" }]);
  });

  it("a family something is said of is said of all cards", () => {
    expect(launchAddresses([dhcp, dhcp], [{ if: "eth1", ...own6 }], [])).toEqual([{ if: "eth0", type: "inet6", method: "auto" }, { if: "eth1", ...own6 }]);
    expect(launchAddresses([user], [], [own6])).toEqual([{ if: "eth0", ...user }, { if: "eth0", ...own6 }]);
    expect(launchAddresses([user], [{ if: "eth0", type: "inet6", method: "auto" }], [])).toEqual([{ if: "eth0", ...user }]);
  });
});
