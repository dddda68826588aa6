import { describe, expect, test } from "vitest";
import { parseLaunchNet } from "./launch-net.js";

const parse = (value: unknown) => parseLaunchNet(value, (message) => new Error(message));

describe("the addresses of a launch file", () => {
  test("Rumprun's older form, one and several", () => {
    expect(parse({ if: "vioif0", type: "inet", method: "static", addr: "10.0.0.2", mask: "24", gw: "10.0.0.1" })).toEqual([{ if: "eth0", method: "static", addr: "10.0.0.2", mask: "24", gw: "10.0.0.1" }]);
    expect(parse([{ method: "dhcp" }, { if: "eth1", type: "inet6", method: "auto" }])).toEqual([{ method: "dhcp" }, { if: "eth1", type: "inet6", method: "auto" }]);
  });

  test("and its newer one", () => {
    expect(parse({
      interfaces: {
        xenif0: { create: false, addrs: [{ type: "inet", method: "dhcp" }, { type: "inet6", method: "static", addr: "fd00::2", mask: "64" }] },
        vioif1: { addrs: [{ type: "inet", method: "static", addr: "10.0.0.2", mask: "255.0.0.0" }] },
      },
      gateways: [{ type: "inet", addr: "10.0.0.1" }, { type: "inet6", addr: "fe80::1" }],
    })).toEqual([
      { if: "eth0", method: "dhcp" },
      { if: "eth0", type: "inet6", method: "static", addr: "fd00::2", mask: "64", gw: "fe80::1" },
      { if: "eth1", method: "static", addr: "10.0.0.2", mask: "255.0.0.0", gw: "10.0.0.1" },
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    ["no object", 7, /net must be an object/],
    ["no method", {}, /net\.method is undefined/],
    ["a method of the other type", [{ method: "auto" }], /net\[0\]\.method is "auto"/],
    ["an unknown type", { type: "inet5", method: "static" }, /net\.type is "inet5"/],
    ["no address", { method: "static" }, /net\.addr is undefined/],
    ["an address of the other type", { type: "inet6", method: "static", addr: "10.0.0.1" }, /net\.addr is "10\.0\.0\.1"/],
    ["a number", { method: "static", addr: "10.0.0.1", mask: 24 }, /net\.mask must be a string/],
    ["an unknown key", { method: "dhcp", address: "x" }, /unknown key "address"/],
    ["a gateway of no network", { interfaces: {}, gateways: [{ addr: "10.0.0.1" }] }, /gateways\[0\] is of no use/],
  ])("%s", (_what, value, message) => expect(() => parse(value)).toThrow(message));
});
