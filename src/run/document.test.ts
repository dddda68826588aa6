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

it("is JSON for anything else", () => {
  expect(JSON.parse(launchDocument({ ...none, args: [], split: true }))).toEqual({ args: [], split: true, time: 255 });
  expect(JSON.parse(launchDocument({ ...none, hostname: "box", terminals: { stdin: false, stdout: true, stderr: false }, size: { rows: 24, columns: 80 } })))
    .toEqual({ hostname: "box", tty: 2, term: { rows: 24, cols: 80 }, time: 255 });
});
