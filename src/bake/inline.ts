import { fileOffset, type ElfFile } from "../elf/read.js";

/** Code a stub has room for (docs/interfaces.md section 2). */
const STUB_CODE = 24;
const RET = 0xc3;

/**
 * The instructions a handler may consist of to be copied: loads that start at %gs and end in %rax. They mean the same wherever they lie,
 * and need neither stack nor other registers. Lengths in bytes, by their first bytes.
 */
const LOADS: readonly { bytes: readonly number[]; length: number }[] = [
  { bytes: [0x65, 0x48, 0x8b, 0x04, 0x25], length: 9 }, // mov %gs:disp32, %rax
  { bytes: [0x48, 0x8b, 0x40], length: 4 }, //             mov disp8(%rax), %rax
  { bytes: [0x48, 0x8b, 0x80], length: 7 }, //             mov disp32(%rax), %rax
  { bytes: [0x48, 0x63, 0x00], length: 3 }, //             movslq (%rax), %rax
  { bytes: [0x48, 0x63, 0x40], length: 4 }, //             movslq disp8(%rax), %rax
  { bytes: [0x48, 0x63, 0x80], length: 7 }, //             movslq disp32(%rax), %rax
  { bytes: [0x8b, 0x40], length: 3 }, //                   mov disp8(%rax), %eax
  { bytes: [0x8b, 0x80], length: 6 }, //                   mov disp32(%rax), %eax
];

/**
 * The whole of the function at `address` of the libOS, if it is nothing but loads and fits into a stub: getpid and its like. A stub
 * that holds it saves a jump, which under emulation costs as much as the call itself. Otherwise undefined.
 */
export function inlineCode(libos: ElfFile, address: bigint): Buffer | undefined {
  const offset = fileOffset(libos, address, STUB_CODE);
  if (offset === undefined) {
    return undefined;
  }
  const code = libos.bytes.slice(offset, STUB_CODE, "a handler");
  let at = 0;
  while (at < STUB_CODE && code[at] !== RET) {
    const load = LOADS.find(({ bytes }) => bytes.every((byte, index) => code[at + index] === byte));
    if (load === undefined) {
      return undefined;
    }
    at += load.length;
  }
  return at < STUB_CODE ? code.subarray(0, at + 1) : undefined;
}
