import { expect, it } from "vitest";
import { checksum, checksumAround, portableChecksum } from "./checksum.js";

it("is CRC-32, in one go and in pieces, with node's help and without", () => {
  const text = Buffer.from("123456789");
  for (const each of [checksum, portableChecksum]) {
    expect(each(text)).toBe(0xcbf43926); // the check value of CRC catalogues
    expect(each(text.subarray(4), each(text.subarray(0, 4)))).toBe(0xcbf43926);
    expect(each(Buffer.alloc(0))).toBe(0);
  }
});

it("leaves its own field out", () => {
  const file = Buffer.from("abcd\x01\x02\x03\x04efgh");
  const other = Buffer.from("abcd\xff\xff\xff\xffefgh", "latin1");
  expect(checksumAround(file, 4)).toBe(checksumAround(other, 4));
  expect(checksumAround(file, 4)).toBe(checksum(Buffer.from("abcd\0\0\0\0efgh")));
});
