/** The root file system's format, docs/interfaces.md section 6. */
const MAGIC = 0x53465252;
const VERSION = 1;
const HEADER_SIZE = 32;
const NODE_SIZE = 64;
const PAGE = 4096;
export const NAME_MAX = 255;

export interface RrfsNode {
  name: Buffer;
  parent: number;
  mode: number;
  /** Seconds since the epoch. */
  mtime: number;
  size: number;
  /** Offset of the content; set by `encodeRrfs`. */
  data: number;
  rdev: number;
  firstChild: number;
  childCount: number;
  /** Of a symbolic link. */
  target: Buffer | undefined;
  /** Index of an earlier node with the same content. */
  sameAs: number | undefined;
}

/**
 * Give every node the place of its content and encode all but the files' contents. Returns those first bytes and the
 * size of the whole, a multiple of the page size.
 */
export function encodeRrfs(nodes: RrfsNode[]): { head: Buffer; size: number } {
  const namesAt = HEADER_SIZE + nodes.length * NODE_SIZE;
  const namesSize = nodes.reduce((sum, { name }) => sum + name.length, 0);
  let end = namesAt + namesSize;
  for (const each of nodes.filter(({ target }) => target !== undefined)) {
    each.data = end;
    end += each.size;
  }
  const head = Buffer.alloc(end);
  end = pageUp(end);
  for (const each of nodes.filter(({ target, size }) => target === undefined && size > 0)) {
    const twin = each.sameAs === undefined ? undefined : nodes[each.sameAs];
    each.data = twin?.data ?? end;
    end = twin === undefined ? pageUp(end + each.size) : end;
  }
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(VERSION, 4);
  head.writeUInt32LE(nodes.length, 8);
  head.writeBigUInt64LE(BigInt(end), 16);
  head.writeBigUInt64LE(BigInt(namesAt), 24);
  let name = 0;
  nodes.forEach((each, index) => {
    encodeNode(head.subarray(HEADER_SIZE + index * NODE_SIZE), each, name, links(nodes, each));
    each.name.copy(head, namesAt + name);
    each.target?.copy(head, each.data);
    name += each.name.length;
  });
  return { head, size: end };
}

/** A directory has one link from its parent, one from itself and one from each directory in it. */
function links(nodes: readonly RrfsNode[], node: RrfsNode): number {
  if (!isDirectory(node)) {
    return 1;
  }
  return 2 + nodes.slice(node.firstChild, node.firstChild + node.childCount).filter(isDirectory).length;
}

function isDirectory({ mode }: RrfsNode): boolean {
  return (mode & 0o170000) === 0o040000;
}

function encodeNode(out: Buffer, node: RrfsNode, nameAt: number, nlink: number): void {
  out.writeUInt32LE(node.mode, 0);
  out.writeUInt32LE(nlink, 12); // 4 and 8, the owner, stay 0:0
  out.writeBigUInt64LE(BigInt(node.size), 16);
  out.writeBigUInt64LE(BigInt(node.data), 24);
  out.writeBigInt64LE(BigInt(node.mtime), 32);
  out.writeUInt32LE(nameAt, 40);
  out.writeUInt32LE(node.name.length, 44);
  out.writeUInt32LE(node.firstChild, 48);
  out.writeUInt32LE(node.childCount, 52);
  out.writeUInt32LE(node.rdev, 56);
  out.writeUInt32LE(node.parent, 60);
}

function pageUp(value: number): number {
  return Math.ceil(value / PAGE) * PAGE;
}
