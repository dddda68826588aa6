import { RrError } from "../errors/rr-error.js";

/** What a failed file operation means to a user: stable code, sentence, next step. */
const MEANINGS: Readonly<Record<string, { code: string; sentence: (path: string) => string; hint: string }>> = {
  ENOSPC: { code: "NO_SPACE", sentence: (path) => `no space left on the file system of ${path}`, hint: "free some space (df -h), or choose another place" },
  EDQUOT: { code: "NO_SPACE", sentence: (path) => `the disk quota is used up where ${path} lies`, hint: "free some space, or choose another place" },
  EFBIG: { code: "NO_SPACE", sentence: (path) => `${path} would be larger than the file size limit`, hint: "ulimit -f" },
  EACCES: { code: "NO_PERMISSION", sentence: (path) => `no permission for ${path}`, hint: "check its owner and mode (ls -ld), or choose another place" },
  EPERM: { code: "NO_PERMISSION", sentence: (path) => `the system does not allow this on ${path}`, hint: "check its owner and mode (ls -ld), or choose another place" },
  EROFS: { code: "NO_PERMISSION", sentence: (path) => `${path} is on a read-only file system`, hint: "choose another place" },
  ENOENT: { code: "FILE_MISSING", sentence: (path) => `no such file or folder: ${path}`, hint: "check the path" },
  ENOTDIR: { code: "NOT_A_DIRECTORY", sentence: (path) => `part of the path is a file, not a folder: ${path}`, hint: "check the path" },
  EISDIR: { code: "IS_A_DIRECTORY", sentence: (path) => `${path} is a folder, not a file`, hint: "name a file" },
};

/**
 * The RrError for a file operation on `path` that failed with `error`; undefined when the failure is none of those a
 * user can cause (then it is a bug, or already an RrError of somebody else).
 */
export function asRrError(error: unknown, path: string): RrError | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const meaning = code === undefined ? undefined : MEANINGS[code];
  return meaning && new RrError(meaning.code, meaning.sentence(path), { hint: meaning.hint, cause: error });
}
