import { describe, expect, it } from "vitest";
import { freeAddress, freeSubnet, macOf, overlap, parseSubnet, show } from "./subnet.js";

describe("subnets", () => {
  it.each(["10.1.2.0/24", "10.2.0.0/23", "172.31.255.240/28", "192.168.0.0/16", "100.64.0.0/16", "10.9.8.16/29"])("%s", (text) => {
    expect(show(parseSubnet(text))).toBe(text);
  });

  it.each([
    ["", "no IPv4 subnet"], ["10.1.2.0", "no IPv4 subnet"], ["10.1.2/24", "no IPv4 subnet"], ["10.1.2.0/33", "no IPv4 subnet"], ["fd00::/64", "no IPv4 subnet"], ["10.1.2.0/24 ", "no IPv4 subnet"],
    ["10.0.0.0/8", "8 bits"], ["10.1.2.0/30", "30 bits"], ["10.1.2.3/24", "behind its mask"], ["8.8.8.0/24", "private use"], ["127.0.0.0/24", "private use"], ["172.32.0.0/16", "private use"],
    ["10.0.2.0/24", "user networks"], ["10.0.2.128/25", "user networks"], ["10.0.0.0/16", "user networks"],
  ])("refuses %s: %s", (text, why) => {
    expect(() => parseSubnet(text)).toThrow(expect.objectContaining({ code: "NETWORK_SUBNET", message: expect.stringContaining(why) as string }));
  });

  it("overlap, and the next free one", () => {
    const a = parseSubnet("10.88.0.0/24");
    expect(overlap(a, parseSubnet("10.88.0.128/25"))).toBe(true);
    expect(overlap(parseSubnet("10.88.0.128/25"), a)).toBe(true);
    expect(overlap(a, parseSubnet("10.88.1.0/24"))).toBe(false);
    expect([freeSubnet([]), freeSubnet([a]), freeSubnet([a, parseSubnet("10.88.1.64/29")])].map((each) => each && show(each))).toEqual(["10.88.0.0/24", "10.88.1.0/24", "10.88.2.0/24"]);
    expect(freeSubnet([parseSubnet("10.88.0.0/16")])).toBeUndefined();
  });

  it("addresses go round, and end", () => {
    const subnet = parseSubnet("10.1.2.8/29");
    const taken = new Set<string>();
    const given: string[] = [];
    for (let last: string | undefined; (last = freeAddress(subnet, last, taken)) !== undefined; ) {
      taken.add(last);
      given.push(last);
    }
    expect(given).toEqual(["10.1.2.10", "10.1.2.11", "10.1.2.12", "10.1.2.13", "10.1.2.14"]);
    taken.delete("10.1.2.11");
    expect(freeAddress(subnet, "10.1.2.14", taken)).toBe("10.1.2.11");
    expect(freeAddress(subnet, "10.1.2.11", new Set())).toBe("10.1.2.12");
    expect(freeAddress(subnet, "10.1.2.14", new Set())).toBe("10.1.2.10");
  });

  it("a card's address is a unicast one, administered locally", () => {
    expect(macOf("10.88.0.255")).toBe("52:54:0a:58:00:ff");
  });
});
