import { basename, dirname, join, resolve } from "node:path";
import { lstat, realpath } from "node:fs/promises";
import { appendSections } from "../elf/write.js";
import { RrError } from "../errors/rr-error.js";
import { silent, type Progress } from "../model/progress.js";
import { replaceAtomically } from "../workspace/atomic.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { layoutImage, type ImageLayout } from "./layout.js";
import { linkLibos, requireSymbol, type LinkedLibos } from "./link.js";
import { decideBake, type BakeDecision } from "./plan.js";
import { describeCall } from "./program.js";
import { sealImage } from "./seal.js";
import type { Stub } from "./stubs.js";
import type { BakeOptions, BakeResult } from "./types.js";
import { explain } from "./why.js";
import { writePieces } from "./write-image.js";

/**
 * Join programs linked by the wrapper and the part of the libOS they need into one bootable image at `out`, with
 * debug information in `<out>.debug`. Both appear whole or not at all; identical input gives identical bytes. Calls nobody
 * implements are reported as warnings. Throws RrError for everything that is wrong with the input.
 */
export async function bake(options: BakeOptions): Promise<BakeResult> {
  const progress = options.progress ?? silent;
  progress({ kind: "start", id: "plan", text: `read ${options.apps.map((app) => basename(app)).join(", ")}` });
  const out = await outputPath(options);
  const decision = await decideBake({ ...options, out });
  warnOfMissing(decision, progress);
  progress({ kind: "done", id: "plan" });
  const base = { plan: decision.plan, out, debug: `${out}.debug` };
  const asksWhy = options.why !== undefined && options.why !== false;
  if (options.dryRun === true && !asksWhy) {
    return { ...base, size: 0, end: 0 };
  }
  return withTemporaryDirectory(async (directory) => {
    progress({ kind: "start", id: "link", text: `link ${decision.plan.components.length} components` });
    const linked = await linkLibos({ ...decision.link, explain: asksWhy }, directory);
    progress({ kind: "done", id: "link" });
    const entryOf = (stub: Stub): bigint => entryAddress(linked, decision.entrySymbol(stub));
    const { programs, rootfs, defaults } = decision;
    const layout = layoutImage({ linked, entryOf, programs, rootfs, defaults, network: drivesCards(decision), checkpoint: options.checkpoint === true, compress: options.compress === true });
    // Before anything is written: a question about an unknown name is an error.
    const why = asksWhy ? explain(decision, linked, layout, typeof options.why === "string" ? options.why : undefined) : undefined;
    if (options.dryRun !== true) {
      progress({ kind: "start", id: "write", text: `write ${out}` });
      await writeOutputs(out, layout, debugPieces(linked, decision));
      progress({ kind: "done", id: "write" });
    }
    return { ...base, size: layout.size, end: Number(layout.end), ...(why === undefined ? {} : { why }) };
  });
}

/** What `rr run` gives a network card to without being asked: a program that can open a socket beyond AF_UNIX brings the driver. */
function drivesCards({ plan }: BakeDecision): boolean {
  return plan.components.some(({ name }) => name === "virtio-net");
}

/** The public syscall() function takes any number; a libOS without a way in for that answers ENOSYS. */
function entryAddress(linked: LinkedLibos, symbol: string): bigint {
  const fallback = symbol === "rr_entry_any" && !linked.symbols.has(symbol) ? "rr_entry_enosys" : symbol;
  return requireSymbol(linked, fallback);
}

function warnOfMissing({ plan }: BakeDecision, progress: Progress): void {
  for (const { program, n, wantedBy } of plan.missing) {
    const who = wantedBy === undefined ? "" : `: ${wantedBy}`;
    progress({ kind: "warn", text: `${basename(program)} can call ${describeCall(n)}, which no component implements, so it fails with ENOSYS${who}` });
  }
}

/** The linked libOS with its symbols; as sections of it each program's file, and how all was baked. */
function debugPieces({ elf }: LinkedLibos, { programs, record }: BakeDecision): Buffer[] {
  return appendSections(elf, [
    ...programs.map((program, index) => ({ name: `.rr_program.${index}`, data: program.elf.bytes.buffer })),
    { name: ".rr_bake", data: Buffer.from(record, "utf8") },
  ]);
}

/** Both files are complete before the first of them gets its name; the image comes last. */
async function writeOutputs(out: string, image: ImageLayout, debug: Buffer[]): Promise<void> {
  await replaceAtomically(out, async (temporary) => {
    await writePieces(temporary, image.pieces);
    await sealImage(temporary, image.tableAt);
    await replaceAtomically(`${out}.debug`, (temporaryDebug) => writePieces(temporaryDebug, debug));
  });
}

/** Where OUT really is. Throws for what must not be replaced by an image: a device, a program that is to be baked. */
export async function outputPath({ out, apps }: Pick<BakeOptions, "out" | "apps">): Promise<string> {
  const path = await realpath(out).catch(async () => {
    const folder = await realpath(dirname(resolve(out))).catch(() => dirname(resolve(out)));
    return join(folder, basename(out));
  });
  const stats = await lstat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isFile()) {
    throw stats.isDirectory()
      ? new RrError("IS_A_DIRECTORY", `${out} is a folder; the image needs a file name`, { hint: `rr bake CONFIG ${join(out, "program.bin")} APP` })
      : new RrError("OUT_NOT_A_FILE", `${out} is not a regular file, so it is not replaced`, { hint: "choose another name for the image" });
  }
  for (const app of apps) {
    if ((await realpath(app).catch(() => undefined)) === path) {
      throw new RrError("OUT_IS_APP", `the image would replace the program ${app} itself`, { hint: `rr bake CONFIG ${out}.bin ${app}` });
    }
  }
  return path;
}
