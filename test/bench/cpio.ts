/** A file or folder of an archive; `mode` as in stat(2). */
export interface Entry {
  name: string;
  mode: number;
  data?: Buffer;
}

/** A cpio archive in the "newc" format, which Linux unpacks as its initial root (Documentation/driver-api/early-userspace/buffer-format.rst). */
export function cpio(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries, { name: "TRAILER!!!", mode: 0 }].flatMap(member));
}

function member({ name, mode, data = Buffer.alloc(0) }: Entry, index: number): Buffer[] {
  const path = Buffer.from(`${name}\0`);
  // inode, mode, uid, gid, links, mtime, size, device and rdevice (major, minor each), length of the name, checksum
  const numbers = [index + 1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, path.length, 0];
  const header = Buffer.from(`070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}`);
  return [padded(Buffer.concat([header, path])), padded(data)];
}

/** To a multiple of four bytes. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
