/** How progress looks: moving on a terminal, plain lines elsewhere. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../src/workspace/paths.js";
import { command, onTerminal } from "./cli/rr.js";

/** A program that reports three steps, `pause` ms each, with the compiled reporter. */
function program(pause: number): string {
  const module = join(packageRoot(), "dist", "cli", "report", "progress.js");
  return `
    const { withProgress } = await import(${JSON.stringify(module)});
    const wait = () => new Promise((resolve) => setTimeout(resolve, ${pause}));
    await withProgress(async (progress) => {
      progress({ kind: "start", id: "a", text: "compiling a" });
      progress({ kind: "start", id: "b", text: "compiling b" });
      await wait();
      progress({ kind: "done", id: "b" });
      progress({ kind: "skip", id: "c", text: "c is up to date" });
      progress({ kind: "warn", text: "b is odd" });
      await wait();
      progress({ kind: "done", id: "a", text: "compiled a" });
      progress({ kind: "start", id: "d", text: "linking d" });
      await wait();
      progress({ kind: "fail", id: "d", text: "linking d failed" });
    });
    process.stdout.write("result\\n");`;
}

describe("progress", () => {
  test("without a terminal: one plain line per event, on standard error", async () => {
    const { stdout, stderr } = await command(process.execPath, ["--input-type=module", "-e", program(0)]);
    expect(stdout).toBe("result\n");
    expect(stderr.split("\n")).toEqual(["compiling a", "compiling b", "c is up to date", "warning: b is odd", "compiled a", "linking d", "failed: linking d failed", ""]);
  });

  test("in CI a terminal gets plain lines, too", async () => {
    const { stdout } = await onTerminal(`${process.execPath} --input-type=module -e '${program(0)}'`, { env: { CI: "true" } });
    expect(stdout).toContain("compiled a\r\n");
    expect(stdout).not.toContain("\u001b[");
  });

  test("on a terminal: steps with their end states, messages behind them, then the result", async () => {
    const { stdout } = await onTerminal(`${process.execPath} --input-type=module -e '${program(200)}'`);
    // The last drawing is everything behind the last line that was cleared away.
    const last = stdout.slice(stdout.lastIndexOf("\u001b[2K")).replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
    const lines = last.split("\r\n").map((line) => line.trim()).filter((line) => line !== "");
    expect(lines).toEqual(["✔ compiled a", "✔ compiling b", "✔ c is up to date", "✖ linking d failed", "warning: b is odd", "result"]);
  });

  test("on a terminal, what was going on when it failed is marked so", async () => {
    const module = join(packageRoot(), "dist", "cli", "report", "progress.js");
    const failing = `
      const { withProgress } = await import(${JSON.stringify(module)});
      await withProgress(async (progress) => {
        progress({ kind: "start", id: "a", text: "compiling a" });
        await new Promise((resolve) => setTimeout(resolve, 400));
        throw new Error("no");
      }).catch(() => {});`;
    const { stdout } = await onTerminal(`${process.execPath} --input-type=module -e '${failing}'`);
    expect(stdout.slice(stdout.lastIndexOf("\u001b[2K"))).toContain("✖");
  });

  test("on a terminal, work that is over at once draws nothing", async () => {
    const { stdout } = await onTerminal(`${process.execPath} --input-type=module -e '${program(5)}'`);
    expect(stdout).not.toContain("compiling a");
    expect(stdout).toContain("b is odd");
    expect(stdout).toContain("result");
  });
});
