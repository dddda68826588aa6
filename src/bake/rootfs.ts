import { lstat, readdir, readlink, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { RrError } from "../errors/rr-error.js";
import { asRrError } from "../workspace/system-error.js";
import { encodeRrfs, NAME_MAX, type RrfsNode } from "./rrfs.js";

/** A directory of the host as a root file system: everything but the files' contents. */
export interface RootfsPlan {
  directory: string;
  /** Bytes of the whole file system. */
  size: number;
  /** Header, nodes, names and link targets: its first bytes. */
  head: Buffer;
  /** Where which file's content goes; offsets ascend. */
  files: { path: Buffer; offset: number; size: number }[];
}

const S_IFMT = 0o170000;
const KINDS: Readonly<Record<number, string>> = { 0o140000: "a socket", 0o010000: "a named pipe" };
const LINK_TARGET_MAX = 4095;

/**
 * Read the names and attributes below `directory`. Owners become 0:0, modification times stay, names are sorted by
 * bytes: the same tree gives the same bytes. Throws FILE_MISSING, NOT_A_DIRECTORY, NO_PERMISSION, or ROOTFS_* for what a
 * root file system cannot hold.
 */
export async function planRootfs(directory: string): Promise<RootfsPlan> {
  const top = await guarded(directory, () => stat(directory));
  if (!top.isDirectory()) {
    throw new RrError("NOT_A_DIRECTORY", `--rootfs ${directory} is not a folder`, { hint: "name the folder whose content becomes the root" });
  }
  const nodes: RrfsNode[] = [node(top, Buffer.alloc(0), 0)];
  const paths = [Buffer.from(directory)];
  const inodes = new Map<string, number>();
  // Breadth first, so that the children of each directory are consecutive; `nodes` grows while it is walked.
  for (let index = 0; index < nodes.length; index++) {
    const parent = nodes[index] as RrfsNode;
    const path = paths[index] as Buffer;
    if ((parent.mode & S_IFMT) !== 0o040000) {
      continue;
    }
    const names = await guarded(path, () => readdir(path, { encoding: "buffer" }));
    parent.firstChild = nodes.length;
    parent.childCount = names.length;
    for (const name of names.sort(Buffer.compare)) {
      const childPath = Buffer.concat([path, Buffer.from("/"), name]);
      const child = await readNode(childPath, name, index, inodes, nodes.length);
      nodes.push(child);
      paths.push(childPath);
    }
  }
  const { head, size } = encodeRrfs(nodes);
  const files = nodes.flatMap((each, index) =>
    (each.mode & S_IFMT) === 0o100000 && each.size > 0 && each.sameAs === undefined
      ? [{ path: paths[index] as Buffer, offset: each.data, size: each.size }]
      : [],
  );
  return { directory, size, head, files };
}

async function readNode(path: Buffer, name: Buffer, parent: number, inodes: Map<string, number>, index: number): Promise<RrfsNode> {
  const stats = await guarded(path, () => lstat(path));
  const kind = KINDS[stats.mode & S_IFMT];
  if (kind !== undefined) {
    throw new RrError("ROOTFS_KIND", `${path} is ${kind}, which a root file system in an image cannot hold`, { hint: `rm ${path}` });
  }
  if (name.length > NAME_MAX) {
    throw new RrError("ROOTFS_NAME", `the name of ${path} has ${name.length} bytes; a root file system takes at most ${NAME_MAX}`, { hint: "rename it" });
  }
  const result = node(stats, name, parent);
  if (stats.isSymbolicLink()) {
    result.target = await guarded(path, () => readlink(path, { encoding: "buffer" }));
    result.size = result.target.length;
    if (result.size > LINK_TARGET_MAX) {
      throw new RrError("ROOTFS_LINK", `the link ${path} has a target of ${result.size} bytes; at most ${LINK_TARGET_MAX} are possible`);
    }
  } else if (stats.isFile()) {
    result.size = stats.size;
    // Hard links are nodes of their own that share the content.
    const inode = `${stats.dev}:${stats.ino}`;
    result.sameAs = stats.nlink > 1 ? inodes.get(inode) : undefined;
    inodes.set(inode, result.sameAs ?? index);
  } else if (!stats.isDirectory()) {
    result.rdev = Number(BigInt.asUintN(32, BigInt(stats.rdev)));
  }
  return result;
}

function node(stats: Stats, name: Buffer, parent: number): RrfsNode {
  return {
    name, parent, mode: stats.mode, mtime: Math.floor(stats.mtimeMs / 1000), size: 0, data: 0, rdev: 0,
    firstChild: 0, childCount: 0, target: undefined, sameAs: undefined,
  };
}

async function guarded<T>(path: string | Buffer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRrError(error, path.toString()) ?? error;
  }
}
