import { describe, expect, it } from "vitest";
import { hostLabelFrom, isHostName } from "../model/host-name.js";
import { hostsFrames } from "./control.js";
import { fitHosts, memberName, MOST_HOSTS_BYTES, planNames } from "./names.js";

const bad = expect.objectContaining({ code: "RUN_BAD_OPTION" });

describe("names of the guest", () => {
  it("says nothing when nothing was asked for", () => {
    expect(planNames({})).toEqual({ hostname: undefined, dns: undefined, search: undefined, hosts: undefined });
  });

  it("the option wins over the machine's name, and that over the launch file", () => {
    expect(planNames({ hostname: "a", name: "b", launch: { hostname: "c" } }).hostname).toBe("a");
    expect(planNames({ name: "b", launch: { hostname: "c" } }).hostname).toBe("b");
    expect(planNames({ launch: { hostname: "c", dns: ["10.0.0.1"], search: ["lan"], hosts: ["10.0.0.2 db"] } }))
      .toEqual({ hostname: "c", dns: ["10.0.0.1"], search: ["lan"], hosts: ["10.0.0.2 db"] });
  });

  it("servers, domains and hosts", () => {
    expect(planNames({ dns: ["10.0.0.1", "fd00::1"], dnsSearch: ["example.com", "lan"], addHosts: ["db:10.0.0.7", "six=fd00::2", "b:[::1]", "up:host-gateway"] })).toEqual({
      hostname: undefined, dns: ["10.0.0.1", "fd00::1"], search: ["example.com", "lan"], hosts: ["10.0.0.7\tdb", "fd00::2\tsix", "::1\tb", "10.0.2.2\tup"],
    });
    expect(planNames({ dnsSearch: ["."] }).search).toEqual([]);
  });

  it.each([
    { hostname: "a b" }, { hostname: "-a" }, { hostname: "a".repeat(64) }, { hostname: "" }, { hostname: `${"a.".repeat(40)}a` },
    { dns: ["localhost"] }, { dns: ["10.0.0.1:53"] }, { dns: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] }, { dnsSearch: ["a b"] }, { dnsSearch: [""] },
    { addHosts: ["db"] }, { addHosts: ["db:10.0.0"] }, { addHosts: [":10.0.0.1"] }, { addHosts: ["a\nb:10.0.0.1"] }, { addHosts: ["d_b:10.0.0.1"] },
  ])("refuses %j", (options) => {
    expect(() => planNames(options)).toThrow(bad);
  });

  it("a member of a private network is called by its host name's first label, else by its instance or image", () => {
    const names = planNames({});
    expect(memberName(planNames({ name: "Web.example" }), undefined, "x.bin")).toBe("web");
    expect(memberName(names, "web-1a2b", "x.bin")).toBe("web-1a2b");
    expect(memberName(names, undefined, "my_server.bin")).toBe("my-server");
    expect(memberName(names, undefined, "...")).toBe("rr");
    expect(() => memberName(planNames({ name: "web_1" }), undefined, "x.bin")).toThrow(bad);
  });

  it("host names by RFC 1123", () => {
    expect(["a", "7", "a-b.c", "a".repeat(63)].every((name) => isHostName(name))).toBe(true);
    expect(["", ".", "a.", "a..b", "-a", "a-", "a_b", "a".repeat(64), "ä", `${"a".repeat(50)}.`.repeat(6)].some((name) => isHostName(name))).toBe(false);
    expect(["a.out", "-x-", "", "..", "x".repeat(70)].map(hostLabelFrom)).toEqual(["a-out", "x", "rr", "rr", "x".repeat(63)]);
  });
});

describe("lists of hosts on their way to the guest", () => {
  /** As components/net-names/src/pieces.c puts them together. */
  function received(frames: Buffer): string {
    let text: Buffer = Buffer.alloc(0);
    for (let at = 0; at < frames.length; ) {
      const length = frames.readUInt16LE(at + 2);
      const payload = frames.subarray(at + 4, at + 4 + length);
      expect(frames[at]).toBe("H".charCodeAt(0));
      expect(length).toBeLessThanOrEqual(16);
      if (payload[0] === 2) expect(payload.readUInt16LE(1)).toBe(text.length);
      else text = payload[0] === 0 ? payload.subarray(1) : Buffer.concat([text, payload.subarray(1)]);
      at += 4 + length;
    }
    return text.toString();
  }

  it.each([[[]], [["10.0.0.1\tweb"]], [["10.0.0.1\tweb web.shop", "10.0.0.2\tdb db.shop", "10.0.0.3\tc"]], [["1234567890\tabc"]]])("%j", (lines) => {
    expect(received(hostsFrames(lines))).toBe(lines.map((line) => `${line}\n`).join(""));
  });

  it("never more than the guest has room for", () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `10.0.${index >> 8}.${index & 255}\tname-${index}`);
    const fitting = fitHosts(lines);
    expect(fitting.join("\n").length + 1).toBeLessThanOrEqual(MOST_HOSTS_BYTES);
    expect(fitting.length).toBeGreaterThan(300);
  });
});
