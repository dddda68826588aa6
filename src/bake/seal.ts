import { open } from "node:fs/promises";
import { checksum } from "../elf/checksum.js";
import { IMAGE_CHECKSUM_AT } from "./image-format.js";

const CHUNK = 1 << 20;

/**
 * Write the checksum of the image file at `path` into its table, which begins at byte `tableAt` and has zeros there so far. `rr run` tells a
 * damaged image by it.
 */
export async function sealImage(path: string, tableAt: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let sum = 0;
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
      if (bytesRead === 0) break;
      sum = checksum(chunk.subarray(0, bytesRead), sum);
      at += bytesRead;
    }
    const field = Buffer.alloc(4);
    field.writeUInt32LE(sum);
    await file.write(field, 0, 4, tableAt + IMAGE_CHECKSUM_AT);
  } finally {
    await file.close();
  }
}
