import { expect, it } from "vitest";
import { FrameSplitter, macNumber, runsOf } from "./frames.js";

function frame(mac: string, size = 60): Buffer {
  const bytes = Buffer.alloc(4 + size);
  bytes.writeUInt32BE(size);
  bytes.writeUIntBE(macNumber(mac), 4, Math.min(6, size));
  return bytes;
}

const A = "52:54:0a:58:00:02";
const B = "52:54:0a:58:00:03";
const ALL = "ff:ff:ff:ff:ff:ff";
const GROUP = "33:33:00:00:00:01";

it("hands on whole frames however the stream is cut", () => {
  const small = [frame(A), frame(B, 1514), frame(ALL, 14), frame(B)];
  for (const step of [1, 3, 4, 61, 64, 1000, 70000, 100_000]) {
    const stream = Buffer.concat(step < 1000 ? small : [...small, frame(A, 69632), ...small]);
    const out: Buffer[] = [];
    const splitter = new FrameSplitter((frames) => {
      for (let at = 0; at < frames.length; ) {
        const end = at + 4 + frames.readUInt32BE(at);
        expect(end).toBeLessThanOrEqual(frames.length);
        at = end;
      }
      out.push(frames);
    });
    for (let at = 0; at < stream.length; at += step) {
      expect(splitter.push(stream.subarray(at, at + step))).toBe(true);
    }
    expect(Buffer.concat(out).equals(stream)).toBe(true);
  }
});

it("refuses what is no stream of frames", () => {
  const splitter = new FrameSplitter(() => {});
  expect(splitter.push(Buffer.from("GET / HTTP/1.1\r\n"))).toBe(false);
  expect(splitter.push(Buffer.from([0, 1, 16, 1]))).toBe(false);
});

it("cuts where the destination changes", () => {
  const short = frame(A, 13);
  const runs = runsOf(Buffer.concat([frame(A), frame(A, 100), frame(B), frame(ALL), frame(GROUP), short, frame(A)]));
  expect(runs.map(({ to, bytes }) => [to, bytes.length])).toEqual([[macNumber(A), 64 + 104], [macNumber(B), 64], [undefined, 64 + 64 + 17], [macNumber(A), 64]]);
  expect(runsOf(Buffer.alloc(0))).toEqual([]);
  expect(runsOf(Buffer.alloc(4))).toEqual([{ to: undefined, bytes: Buffer.alloc(4) }]);
});
