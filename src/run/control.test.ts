import { describe, expect, it } from "vitest";
import { ControlParser, endOfInput, signalFrame, timeAnswer, windowSize, type ControlEvent } from "./control.js";

function frame(type: string, payload: Buffer): Buffer {
  const header = Buffer.from([type.charCodeAt(0), 0, payload.length & 0xff, payload.length >> 8]);
  return Buffer.concat([header, payload]);
}

/** Parse `bytes` cut into pieces of the sizes that `size` gives. */
function parse(bytes: Buffer, size: () => number = () => bytes.length): ControlEvent[] {
  const events: ControlEvent[] = [];
  const parser = new ControlParser((event) => events.push(event));
  for (let at = 0; at < bytes.length; ) {
    const next = at + Math.max(size(), 1);
    parser.push(bytes.subarray(at, next));
    at = next;
  }
  parser.end();
  return events;
}

/** The same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const stream = Buffer.concat([
  frame("B", Buffer.from("00e40b540200000000ca9a3b00000000", "hex")),
  frame("E", Buffer.from("error text")),
  frame("E", Buffer.alloc(0xffff, 0x42)),
  frame("L", Buffer.from("a line")),
  frame("T", Buffer.concat([Buffer.alloc(8, 1), Buffer.from("memory")])),
  frame("N", Buffer.from("sh\0")),
  frame("R", Buffer.alloc(0)),
  frame("X", Buffer.from([1, 11])),
]);

describe("frames of the guest", () => {
  it("are found however they are cut", () => {
    const whole = parse(stream);
    expect(whole.map(({ kind }) => kind)).toEqual(["booted", "stderr", "stderr", "log", "stamp", "program", "time-wanted", "exit"]);
    expect(whole[0]).toEqual({ kind: "booted", cycles: 10000000000n, hertz: 1000000000n });
    expect(whole.at(-3)).toEqual({ kind: "program", name: "sh" });
    expect(whole.at(-1)).toEqual({ kind: "exit", how: "signal", value: 11 });
    expect(parse(stream, () => 1)).toEqual(whole);
    const random = generator(7);
    for (let round = 0; round < 20; round++) {
      expect(parse(stream, () => Math.floor(random() * 3000))).toEqual(whole);
    }
  });

  it("a trace event's strings never reach beyond it", () => {
    const payload = Buffer.alloc(80 + 6);
    payload.writeUInt32LE(257, 12);
    payload[17] = 9; // strings that are not there
    payload.set([1, 0, 200, 0, 0x41, 0x42], 80);
    const [event] = parse(frame("S", payload));
    expect(event).toMatchObject({ kind: "trace", event: { n: 257, items: new Map([[1, { bytes: Buffer.from("AB"), elements: [] }]]) } });
  });

  it("no bytes make the parser throw or lose what follows", () => {
    const random = generator(1);
    for (let round = 0; round < 300; round++) {
      const noise = Buffer.from(Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256)));
      expect(() => parse(noise, () => Math.floor(random() * 50))).not.toThrow();
    }
    const events = parse(Buffer.concat([Buffer.from("\xff\xfe noise \0", "latin1"), stream]));
    expect(events.filter(({ kind }) => kind === "malformed")).toHaveLength(1);
    expect(events.at(-1)).toEqual({ kind: "exit", how: "signal", value: 11 });
  });

  it("an end inside a frame is reported", () => {
    expect(parse(stream.subarray(0, stream.length - 1)).at(-1)).toMatchObject({ kind: "malformed", text: expect.stringContaining("inside a frame") });
  });
});

it("frames for the guest", () => {
  expect(endOfInput(0x123456789).toString("hex")).toBe("490008008967452301000000");
  expect(signalFrame(15).toString("hex")).toBe("470001000f");
  expect(timeAnswer(0x123456789n).toString("hex")).toBe("520008008967452301000000");
  expect(windowSize(25, 300).toString("hex")).toBe("5700040019002c01");
});
