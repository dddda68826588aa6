import { expect, it } from "vitest";
import { launchDocument, type LaunchFacts } from "./document.js";

const none: LaunchFacts = {
  terminals: { stdin: false, stdout: false, stderr: false }, stdinEmpty: false, split: false, time: 255, timeline: false, strace: false,
};

it("is one word for what nearly every launch says", () => {
  expect(launchDocument(none)).toBe("rr=0,ff");
  expect(launchDocument({ ...none, env: {} })).toBe("rr=0,ff");
  expect(launchDocument({ ...none, terminals: { stdin: true, stdout: true, stderr: true }, stdinEmpty: true })).toBe("rr=f,ff");
  expect(launchDocument({ ...none, split: true, timeline: true, strace: true })).toBe("rr=70,ff");
});

it("has one card's fixed address in the word, and behind it what is read later", () => {
  const net = [{ method: "static" as const, addr: "10.0.2.15", mask: "24", gw: "10.0.2.2" }];
  expect(launchDocument({ ...none, net })).toBe("rr=0,ff,a00020f,18,a000202");
  expect(launchDocument({ ...none, net: [{ method: "static", addr: "192.168.255.1", mask: "32" }] })).toBe("rr=0,ff,c0a8ff01,20");
  expect(launchDocument({ ...none, net, dns: ["10.0.2.3"] })).toBe('rr=0,ff,a00020f,18,a000202 {"dns":["10.0.2.3"]}');
});

it.each([
  [[{ if: "eth1", method: "static" as const, addr: "10.0.2.15", mask: "24" }]],
  [[{ method: "static" as const, addr: "10.0.2.15", mask: "255.255.255.0" }]],
  [[{ type: "inet6" as const, method: "static" as const, addr: "fd00::1", mask: "64" }]],
  [[{ method: "dhcp" as const }]],
  [[{ method: "static" as const, addr: "10.0.2.15", mask: "24" }, { type: "inet6" as const, method: "auto" as const }]],
])("has other addresses in the document: %j", (net) => {
  expect(JSON.parse(launchDocument({ ...none, net }))).toEqual({ net, time: 255 });
});

it("is JSON for anything else", () => {
  expect(JSON.parse(launchDocument({ ...none, args: [], split: true }))).toEqual({ args: [], split: true, time: 255 });
  expect(JSON.parse(launchDocument({ ...none, hostname: "box", terminals: { stdin: false, stdout: true, stderr: false }, size: { rows: 24, columns: 80 } })))
    .toEqual({ hostname: "box", tty: 2, term: { rows: 24, cols: 80 }, time: 255 });
});
