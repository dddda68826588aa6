import { corrupt, Cursor } from "./cursor.js";

/** Common information entry: what several functions share. */
export interface Cie {
  codeAlign: bigint;
  dataAlign: bigint;
  returnRegister: number;
  /** Encoding of addresses in the FDEs (DW_EH_PE_*). */
  encoding: number;
  /** FDEs have an augmentation length. */
  augmented: boolean;
  /** Its functions are signal trampolines: their caller was interrupted, it did not call. */
  signalFrame: boolean;
  instructions: Buffer;
}

/** Frame description entry: how to unwind from addresses in [start, end). */
export interface Fde {
  start: bigint;
  end: bigint;
  cie: Cie;
  instructions: Buffer;
}

interface Source {
  data: Buffer;
  /** Address of the first byte, for pc-relative pointers. */
  address: bigint;
  /** .eh_frame (LSB specification) and .debug_frame (DWARF 5, section 6.4.1) differ in how an FDE names its CIE. */
  kind: "eh_frame" | "debug_frame";
}

const OMITTED = 0xff;
const LENGTH_SIZE = 4;

/** All entries of a section, in any order. One that makes no sense is left out: half a table is better than none. */
export function readFrameTable(source: Source): Fde[] {
  const cies = new Map<number, Cie>();
  const fdes: Fde[] = [];
  const cursor = new Cursor(source.data);
  while (!cursor.done) {
    const before = cursor.at;
    try {
      readEntry(source, cursor, cies, fdes);
    } catch {
      // With its length readable the next entry can be found all the same.
      if (cursor.at <= before + LENGTH_SIZE) break;
    }
  }
  return fdes;
}

interface Header {
  body: Cursor;
  /** Offset of the CIE, undefined when the entry is a CIE itself. */
  cieAt: number | undefined;
}

/** Length and CIE pointer of the entry at the cursor, which moves behind it; undefined for a terminator. */
function readHeader({ data, kind }: Source, cursor: Cursor): Header | undefined {
  const short = cursor.u32();
  if (short === 0) {
    return undefined;
  }
  const wide = short === 0xffffffff;
  const body = cursor.take(wide ? cursor.size64() : short);
  const idAt = body.at;
  if (kind === "eh_frame") {
    // Also with a 64-bit length the pointer is 4 bytes, counted back from itself.
    const id = body.u32();
    return { body, cieAt: id === 0 ? undefined : idAt - id };
  }
  const isCie = wide ? data.readBigUInt64LE(idAt) === 0xffffffffffffffffn : data.readUInt32LE(idAt) === 0xffffffff;
  const id = wide ? Number(body.u64()) : body.u32();
  return { body, cieAt: isCie ? undefined : id };
}

function readEntry(source: Source, cursor: Cursor, cies: Map<number, Cie>, fdes: Fde[]): void {
  const at = cursor.at;
  const header = readHeader(source, cursor);
  if (header === undefined) {
    return;
  }
  if (header.cieAt === undefined) {
    if (!cies.has(at)) cies.set(at, readCie(source, header.body));
    return;
  }
  const cie = cies.get(header.cieAt) ?? readCieAt(source, header.cieAt);
  cies.set(header.cieAt, cie);
  const fde = readFde(source, header.body, cie);
  // The linker leaves the entries of functions it has dropped at address 0.
  if (fde.start > 1n && fde.end > fde.start) {
    fdes.push(fde);
  }
}

function readCieAt(source: Source, at: number): Cie {
  const header = readHeader(source, new Cursor(source.data, at));
  if (header === undefined || header.cieAt !== undefined) {
    throw corrupt(at);
  }
  return readCie(source, header.body);
}

function readCie(source: Source, body: Cursor): Cie {
  const version = body.u8();
  if (version !== 1 && version !== 3 && version !== 4) {
    throw corrupt(body.at);
  }
  const augmentation = body.string();
  if (version === 4) {
    body.u8(); // address size
    body.u8(); // segment selector size
  }
  const codeAlign = body.uleb();
  const dataAlign = body.sleb();
  const returnRegister = version === 1 ? body.u8() : body.count();
  let encoding = 0;
  const augmented = augmentation.startsWith("z");
  if (augmented) {
    const data = body.take(body.count());
    for (const letter of augmentation.slice(1)) {
      if (letter === "R") encoding = data.u8();
      else if (letter === "L") data.u8();
      else if (letter === "P") pointer(source, data, data.u8());
      else if (letter !== "S" && letter !== "B") break;
    }
  } else if (augmentation !== "") {
    throw corrupt(body.at);
  }
  return { codeAlign, dataAlign, returnRegister, encoding, augmented, signalFrame: augmentation.includes("S"), instructions: body.rest() };
}

function readFde(source: Source, body: Cursor, cie: Cie): Fde {
  const start = pointer(source, body, cie.encoding);
  // The length has the address's format, relative to nothing.
  const length = pointer(source, body, cie.encoding & 0x0f);
  if (cie.augmented) {
    body.take(body.count());
  }
  return { start, end: start + length, cie, instructions: body.rest() };
}

/** A pointer in one of the DW_EH_PE_ encodings (LSB specification, "DWARF Exception Header Encoding"). */
function pointer(source: Source, cursor: Cursor, encoding: number): bigint {
  if (encoding === OMITTED) {
    return 0n;
  }
  const from = source.address + BigInt(cursor.at);
  const value = rawPointer(cursor, encoding & 0x0f);
  const application = encoding & 0x70;
  if (application !== 0 && application !== 0x10) {
    throw corrupt(cursor.at); // relative to text, data or function: not used on x86-64
  }
  return BigInt.asUintN(64, application === 0x10 ? from + value : value);
}

function rawPointer(cursor: Cursor, format: number): bigint {
  switch (format) {
    case 0x00: case 0x04: return cursor.u64();
    case 0x01: return cursor.uleb();
    case 0x02: return BigInt(cursor.u16());
    case 0x03: return BigInt(cursor.u32());
    case 0x09: return cursor.sleb();
    case 0x0a: return BigInt(cursor.i16());
    case 0x0b: return BigInt(cursor.i32());
    case 0x0c: return cursor.i64();
    default: throw corrupt(cursor.at);
  }
}
