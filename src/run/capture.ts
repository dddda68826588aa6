import { closeSync, openSync } from "node:fs";
import { format, parse } from "node:path";
import { RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";

/** Where the frames of each card go: the file itself for one card, else NAME-eth0.EXT, NAME-eth1.EXT, ... Throws RUN_BAD_OPTION when there is no card. Pure. */
export function captureFiles(file: string, cards: number): string[] {
  if (cards === 0) {
    throw new RrError("RUN_BAD_OPTION", `--pcap ${file}: the machine has no network card`, { exitCode: 2, hint: "add one with --net, e.g. --net user" });
  }
  if (cards === 1) {
    return [file];
  }
  const { dir, name, ext } = parse(file);
  return Array.from({ length: cards }, (_, index) => format({ dir, name: `${name}-eth${index}`, ext }));
}

/** For QEMU: every frame in and out of card `index` is written to its file as it passes, so the file is whole whenever QEMU ends. Pure. */
export function captureArguments(files: readonly string[]): string[] {
  return files.flatMap((file, index) => ["-object", `filter-dump,id=dump${index},netdev=net${index},file=${file.replaceAll(",", ",,")}`]);
}

/** Make the files empty, so that one that cannot be written is found before anything is started. Throws NO_PERMISSION, NO_SPACE, ... */
export function prepareCapture(files: readonly string[]): void {
  for (const file of files) {
    try {
      closeSync(openSync(file, "w", 0o600));
    } catch (error) {
      throw asRrError(error, file) ?? error;
    }
  }
}
