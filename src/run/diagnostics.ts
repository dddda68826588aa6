import type { Readable } from "node:stream";
import { KVM_GAVE_UP } from "./qemu.js";

/** What is kept of a QEMU that talks without end. */
const KEPT_LINES = 50;

/**
 * What QEMU itself prints. Until the guest shows life it is held back, since it is then the explanation of a failure;
 * afterwards (`release`) it is handed on line by line.
 */
export class Diagnostics {
  private readonly lines: string[] = [];
  private released = false;

  /** `onLine` gets the lines when they are released, `onGaveUp` is told when the guest was stopped for ever. */
  constructor(
    streams: readonly (Readable | null)[],
    private readonly onLine: (line: string) => void,
    private readonly onGaveUp: () => void,
  ) {
    for (const stream of streams) {
      let rest = "";
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => {
        const parts = (rest + text).split("\n");
        rest = parts.pop() ?? "";
        parts.forEach((line) => this.add(line));
      });
      stream?.on("end", () => {
        if (rest !== "") this.add(rest);
      });
    }
  }

  /** The last lines, without QEMU's own name in front. */
  get text(): string {
    return this.lines.map((line) => line.replace(/^qemu-system-x86_64: /, "")).join("\n").trim();
  }

  release(): void {
    if (!this.released) {
      this.released = true;
      this.lines.forEach((line) => this.onLine(line));
    }
  }

  private add(line: string): void {
    if (line.startsWith(KVM_GAVE_UP)) this.onGaveUp();
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    if (this.released) this.onLine(line);
  }
}
