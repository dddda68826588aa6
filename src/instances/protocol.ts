import type { GuestUsage } from "../run/index.js";

/**
 * Between rr's commands and an instance's monitor, over the stream socket `control` in its folder (docs/interfaces.md section 9): one request a connection, a line
 * of JSON each way. A connection that ends without an answer means that the monitor is gone.
 */
export type Request =
  /** A Linux signal for the program; 9 ends the machine. */
  | { op: "signal"; signal: number }
  /** SIGTERM, the machine's end after so many seconds; answered when it has ended. */
  | { op: "stop"; seconds: number }
  /** Answered when the instance has ended for good. */
  | { op: "wait" }
  /** What the guest says that it uses. */
  | { op: "usage" }
  /** A frame for the guest. */
  | { op: "send"; type: string; payload: string };

export interface Answer {
  /** What was wrong with the request. */
  error?: string;
  /** To "stop" and "wait". */
  /** To "usage"; absent: the guest does not count. */
  usage?: GuestUsage;
  ended?: { exitCode: number; reason?: string; hint?: string };
}

/** Longest request: a frame's payload in base64, and the rest of the line. */
export const LONGEST_REQUEST = 100_000;

/** Throws Error with what is wrong. */
export function parseRequest(line: string): Request {
  const value = JSON.parse(line) as Record<string, unknown> | null;
  const { op, signal, seconds, type, payload } = value ?? {};
  if (op === "signal" && Number.isInteger(signal) && Number(signal) >= 1 && Number(signal) <= 64) {
    return { op, signal: Number(signal) };
  }
  if (op === "stop" && typeof seconds === "number" && seconds >= 0) {
    return { op, seconds };
  }
  if (op === "wait" || op === "usage") {
    return { op };
  }
  if (op === "send" && typeof type === "string" && typeof payload === "string") {
    return { op, type, payload };
  }
  throw new Error(`not a request: ${line.slice(0, 100)}`);
}
