import { ANY_CALL } from "../component/linux-calls.js";
import { corrupt } from "../elf/bytes.js";
import { fileOffset, type ElfFile } from "../elf/read.js";
import { RrError } from "../errors/rr-error.js";
import type { StubKind } from "./types.js";

/** docs/interfaces.md section 2. */
export const STUB_NOTE = { name: "rr", type: 1, version: 1 } as const;
const STUB_SIZE = 32;
const STUB_MAGIC = 0x7272;
const KINDS: readonly StubKind[] = ["call", "jump", "child", "any"];
/** More stubs than Linux has calls, exceptions included, are no table of stubs. */
const MAX_STUBS = 1024;
const JMP_REL32 = 0xe9;
const JMP_SIZE = 5;

export interface Stub {
  n: number;
  kind: StubKind;
  vaddr: bigint;
  /** Of its first byte in the program's file. */
  offset: number;
}

/** The stubs the note's `desc` points at. Throws APP_STUBS_VERSION or ELF_CORRUPT. */
export function parseStubs(elf: ElfFile, desc: Buffer): { stubs: Stub[]; vaddr: bigint } {
  if (desc.length < 16) {
    throw corrupt(elf.path, `its stubs note has ${desc.length} bytes`);
  }
  const version = desc.readUInt32LE(0);
  if (version !== STUB_NOTE.version) {
    throw new RrError("APP_STUBS_VERSION", `${elf.path} has stubs of version ${version}, this rr knows version ${STUB_NOTE.version}`, {
      hint: "link the program again with the wrapper of this rr",
    });
  }
  const count = desc.readUInt32LE(4);
  const vaddr = desc.readBigUInt64LE(8);
  const start = count > MAX_STUBS ? undefined : fileOffset(elf, vaddr, count * STUB_SIZE);
  if (start === undefined) {
    throw corrupt(elf.path, `its note says ${count} stubs at 0x${vaddr.toString(16)}, where it has none`);
  }
  const stubs = Array.from({ length: count }, (_, index) => parseStub(elf, start + index * STUB_SIZE, vaddr + BigInt(index * STUB_SIZE)));
  return { stubs, vaddr };
}

function parseStub(elf: ElfFile, offset: number, vaddr: bigint): Stub {
  const data = elf.bytes.slice(offset, STUB_SIZE, "a stub");
  const n = data.readUInt32LE(24);
  const kind = KINDS[data.readUInt16LE(28)];
  if (data.readUInt16LE(30) !== STUB_MAGIC || kind === undefined || (n === ANY_CALL) !== (kind === "any")) {
    throw corrupt(elf.path, `the stub at 0x${vaddr.toString(16)} is damaged`);
  }
  return { n, kind, vaddr, offset };
}

/** Make the stub in `data` (at its start) a jump from `stub.vaddr` to `target`. Throws RrError when it cannot reach. */
export function patchStub(data: Buffer, stub: Stub, target: bigint): void {
  // The processor adds modulo 2^64: from the low programs to the libOS in the top GiB is a short way down through zero.
  const distance = BigInt.asIntN(64, target - stub.vaddr - BigInt(JMP_SIZE));
  if (distance !== BigInt.asIntN(32, distance)) {
    throw new RrError("APP_ADDRESS", `the stub at 0x${stub.vaddr.toString(16)} is too far from the libOS at 0x${target.toString(16)}`, {
      hint: "link the program at its default address (without -Ttext, -Wl,--image-base)",
    });
  }
  data.writeUInt8(JMP_REL32, 0);
  data.writeInt32LE(Number(distance), 1);
}
