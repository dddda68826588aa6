import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogWriter } from "./log-writer.js";
import { readLog, type LogOptions } from "./log-reader.js";
import type { LogStream } from "./log-format.js";
import type { Instance } from "./types.js";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "rr-test-log-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function read(options: LogOptions = {}): Promise<Record<LogStream, string>> {
  const found = { stdout: "", stderr: "", rr: "" };
  await readLog({ directory } as Instance, options, ({ stream, content }) => void (found[stream] += content.toString("latin1")));
  return found;
}

function write(...pieces: readonly (readonly [LogStream, string])[]): void {
  const log = new LogWriter(directory, 1 << 16);
  pieces.forEach(([stream, text]) => log.write(stream, Buffer.from(text, "latin1")));
  log.close();
}

describe("the log of an instance", () => {
  it("gives back every byte, streams apart", async () => {
    const odd = "\0\r\xff\n\n half";
    write(["stdout", odd], ["stderr", "x"], ["stdout", " line\n"], ["stderr", "\ny"]);
    expect(await read()).toEqual({ stdout: `${odd} line\n`, stderr: "x\ny", rr: "" });
  });

  it("its last lines: one that another stream breaks into counts once, and goes as a whole", async () => {
    write(["stdout", "a\nprompt> "], ["stderr", "error\n"], ["stdout", "typed\n"], ["stdout", "end\n"]);
    expect(await read({ tail: 1 })).toEqual({ stdout: "end\n", stderr: "", rr: "" });
    expect(await read({ tail: 2 })).toEqual({ stdout: "end\n", stderr: "error\n", rr: "" });
    expect(await read({ tail: 3 })).toEqual({ stdout: "prompt> typed\nend\n", stderr: "error\n", rr: "" });
    expect(await read({ tail: 0 })).toEqual({ stdout: "", stderr: "", rr: "" });
  });

  it("goes on over rotations, and holds the latest", async () => {
    const line = `${"x".repeat(99)}\n`;
    write(...Array.from({ length: 2000 }, (_, index): [LogStream, string] => ["stdout", `${index} ${line}`]));
    const { stdout } = await read();
    expect(stdout.endsWith(`1999 ${line}`)).toBe(true);
    expect(stdout.length).toBeGreaterThan(1 << 14);
    expect(stdout.length).toBeLessThan(1 << 16);
    expect(stdout).toMatch(/^\d+ x/);
  });

  it("a record that a crash of the host cut off is passed over", async () => {
    write(["stdout", "whole\n"]);
    const { appendFileSync } = await import("node:fs");
    appendFileSync(join(directory, "log"), "2026-11-27T00:5\n");
    write(["stdout", "next\n"]);
    expect((await read()).stdout).toBe("whole\nnext\n");
  });
});
