import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checksumAround } from "../elf/checksum.js";
import { encodeNote } from "../elf/notes.js";
import { encodeHeaders } from "../elf/write.js";
import { inspectImage } from "./image.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rr-test-image-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const HEADERS = 64 + 2 * 56;

/** An image of nothing but a table with the programs `names`, as docs/interfaces.md section 5 has it; `change` may damage it. */
async function image(names: readonly string[], change: (file: Buffer, table: number) => Buffer = (file) => file): Promise<string> {
  const note = encodeNote({ name: "Xen", type: 18, desc: Buffer.alloc(8) });
  const table = Buffer.alloc(64 + names.length * 480);
  table.write("RIMG", 0, "latin1");
  table.writeUInt32LE(1, 4);
  table.writeUInt32LE(names.length, 48);
  names.forEach((name, index) => table.write(name, 64 + index * 480));
  const at = HEADERS + note.length;
  const common = { flags: 4, vaddr: 0n, align: 1n };
  const headers = encodeHeaders(0n, [
    { ...common, type: 4, offset: HEADERS, paddr: 0n, filesz: note.length, memsz: note.length },
    // Zeros at its end are not in the file.
    { ...common, type: 1, offset: at, paddr: 0x300000n, filesz: table.length - 300, memsz: table.length },
  ]);
  const file = Buffer.concat([headers, note, table.subarray(0, -300)]);
  file.writeUInt32LE(checksumAround(file, at + 52), at + 52);
  const path = join(directory, "image");
  await writeFile(path, change(file, at));
  return path;
}

describe("an image", () => {
  it("tells its programs and its size", async () => {
    expect(inspectImage(await image(["sh", "httpd"]))).toEqual({ kind: "image", programs: ["sh", "httpd"], end: 0x300000 + 64 + 960, checkpointMb: 0, network: false, defaults: {} });
  });

  it("tells that it drives network cards", async () => {
    const change = (file: Buffer, table: number): Buffer => (file.writeUInt32LE(1, table + 56), file.writeUInt32LE(0, table + 52), file);
    expect(inspectImage(await image(["httpd"], change))).toMatchObject({ network: true });
  });

  it.each<[string, string, (file: Buffer, table: number) => Buffer]>([
    ["truncated", "ELF_CORRUPT", (file) => file.subarray(0, -10)],
    ["cut inside its headers", "ELF_CORRUPT", (file) => file.subarray(0, 70)],
    ["with one bit wrong", "IMAGE_CORRUPT", (file) => (file.writeUInt8((file.at(-1) ?? 0) ^ 1, file.length - 1), file)],
    ["of a later version", "IMAGE_VERSION", (file, table) => (file.writeUInt32LE(2, table + 4), file.writeUInt32LE(0, table + 52), file)],
    ["with more programs than it has room for", "IMAGE_CORRUPT", (file, table) => (file.writeUInt32LE(1e9, table + 48), file.writeUInt32LE(0, table + 52), file)],
    ["without any program", "IMAGE_CORRUPT", (file, table) => (file.writeUInt32LE(0, table + 48), file.writeUInt32LE(0, table + 52), file)],
    ["with a name that does not end", "IMAGE_CORRUPT", (file, table) => (file.fill(65, table + 64, table + 128), file.writeUInt32LE(0, table + 52), file)],
    ["for another architecture", "ELF_MACHINE", (file) => (file.writeUInt16LE(183, 18), file)],
  ])("%s is refused", async (_, code, change) => {
    const path = await image(["sh"], change);
    expect(() => inspectImage(path)).toThrow(expect.objectContaining({ code }));
  });

  it("without its table is a kernel like any other", async () => {
    expect(inspectImage(await image(["sh"], (file, table) => (file.fill(0, table, table + 4), file))).kind).toBe("kernel");
  });
});

it("other files", async () => {
  const text = join(directory, "text");
  await writeFile(text, "");
  expect(() => inspectImage(text)).toThrow(expect.objectContaining({ code: "NOT_ELF" }));
  expect(() => inspectImage(directory)).toThrow(expect.objectContaining({ code: "NOT_A_FILE" }));
  expect(() => inspectImage(join(text, "x"))).toThrow(expect.objectContaining({ code: "NOT_A_DIRECTORY" }));
  expect(inspectImage(process.execPath).kind).toBe("executable");
});
