import { link, mkdir, readFile, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exec } from "../process/exec.js";
import { planRootfs } from "./rootfs.js";
import { writePieces } from "./write-image.js";
import { scratch } from "../../test/bake-fixture.js";

interface Seen {
  path: string;
  mode: number;
  nlink: number;
  mtime: number;
  owner: number[];
  content: string;
}

/** Everything in an rrfs file, read independently of the writer, following docs/interfaces.md section 6. */
function list(fs: Buffer): Seen[] {
  expect([fs.readUInt32LE(0), fs.readUInt32LE(4), Number(fs.readBigUInt64LE(16))]).toEqual([0x53465252, 1, fs.length]);
  const names = Number(fs.readBigUInt64LE(24));
  const seen: Seen[] = [];
  const visit = (index: number, parent: number, above: string): void => {
    const node = fs.subarray(32 + index * 64, 96 + index * 64);
    const u32 = (at: number): number => node.readUInt32LE(at);
    const name = fs.toString("utf8", names + u32(40), names + u32(40) + u32(44));
    const path = index === 0 ? "/" : `${above === "/" ? "" : above}/${name}`;
    const data = Number(node.readBigUInt64LE(24));
    const isFile = (u32(0) & 0o170000) === 0o100000;
    const size = Number(node.readBigUInt64LE(16));
    expect(u32(60)).toBe(parent);
    expect(isFile ? data % 4096 : 0).toBe(0);
    const content = size > 100 ? `${size} bytes` : fs.toString("utf8", data, data + size);
    seen.push({ path, mode: u32(0), nlink: u32(12), mtime: Number(node.readBigInt64LE(32)), owner: [u32(4), u32(8)], content });
    for (let child = 0; child < u32(52); child++) {
      visit(u32(48) + child, index, path);
    }
  };
  visit(0, 0, "");
  expect(fs.readUInt32LE(8)).toBe(seen.length);
  return seen;
}

describe("a root file system", async () => {
  const directory = await scratch();

  async function made(root: string, name = "out"): Promise<Buffer> {
    const out = join(directory, `${name}.rrfs`);
    await writePieces(out, [await planRootfs(root)]);
    return readFile(out);
  }

  it("holds files, folders, links, modes and times", async () => {
    const root = join(directory, "tree");
    await mkdir(join(root, "etc", "empty"), { recursive: true });
    await writeFile(join(root, "etc", "motd"), "welcome\n", { mode: 0o640 });
    await link(join(root, "etc", "motd"), join(root, "again"));
    await symlink("etc/motd", join(root, "soft"));
    await writeFile(join(root, "Zero"), "");
    await writeFile(join(root, "etc", "big"), Buffer.alloc(10000, 1));
    await utimes(join(root, "etc", "motd"), 1_000_000_000, 1_000_000_000);
    const seen = list(await made(root));
    expect(seen.map(({ path }) => path)).toEqual(["/", "/Zero", "/again", "/etc", "/etc/big", "/etc/empty", "/etc/motd", "/soft"]);
    const get = (path: string): Seen | undefined => seen.find((each) => each.path === path);
    expect(get("/etc/motd")).toEqual({ path: "/etc/motd", mode: 0o100640, nlink: 1, mtime: 1_000_000_000, owner: [0, 0], content: "welcome\n" });
    expect(get("/again")?.content).toBe("welcome\n");
    expect(get("/soft")).toMatchObject({ mode: 0o120777, content: "etc/motd" });
    expect(get("/etc")).toMatchObject({ nlink: 3 });
    expect(get("/etc/big")?.content).toBe("10000 bytes");
    expect(await made(root, "second")).toEqual(await made(root, "third"));
  });

  it("keeps names that are no UTF-8", async () => {
    const root = join(directory, "bytes");
    await mkdir(root);
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]), "x");
    expect((await made(root, "bytes")).includes(Buffer.from([0xff, 0xfe]))).toBe(true);
  });

  it("streams large sparse files and leaves their holes", async () => {
    const root = join(directory, "large");
    await mkdir(root);
    const file = join(root, "disk");
    await writeFile(file, "start");
    await truncate(file, 600 << 20);
    const before = process.memoryUsage().rss;
    const plan = await planRootfs(root);
    const out = join(directory, "large.rrfs");
    await writePieces(out, [plan]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
    const { stdout } = await exec("du", ["-k", out]);
    expect(Number.parseInt(stdout, 10)).toBeLessThan(1024);
  }, 60_000);

  it("refuses sockets, pipes, and what is no folder", async () => {
    const root = join(directory, "odd");
    await mkdir(root);
    await exec("mkfifo", [join(root, "fifo")]);
    await expect(planRootfs(root)).rejects.toMatchObject({ code: "ROOTFS_KIND", message: expect.stringContaining(join(root, "fifo")) });
    const other = join(directory, "sock");
    await mkdir(other);
    const server = createServer().listen(join(other, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(planRootfs(other)).rejects.toMatchObject({ code: "ROOTFS_KIND", message: expect.stringContaining("a socket") });
    server.close();
    await expect(planRootfs(join(directory, "nothing"))).rejects.toMatchObject({ code: "FILE_MISSING" });
    await expect(planRootfs(join(directory, "out.rrfs"))).rejects.toMatchObject({ code: "NOT_A_DIRECTORY" });
  });

  it("notices a file that shrinks between plan and writing", async () => {
    const root = join(directory, "moving");
    await mkdir(root);
    await writeFile(join(root, "log"), Buffer.alloc(5000, 1));
    const plan = await planRootfs(root);
    await truncate(join(root, "log"), 10);
    await expect(writePieces(join(directory, "moving.rrfs"), [plan])).rejects.toMatchObject({ code: "ROOTFS_CHANGED" });
  });
});
