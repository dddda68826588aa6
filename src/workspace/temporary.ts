import { RrError } from "../errors/rr-error.js";
import { asRrError } from "./system-error.js";

export interface TemporaryOptions {
  /** Where to create it; the system's temporary folder by default. Name the target's file system to rename out of it. */
  parent?: string;
  /** Start of its name; "rr-" by default. */
  prefix?: string;
}

/**
 * Run `work` with a fresh directory (mode 0700) that is removed with all its content when `work` ends, however it
 * ends, and when the process exits early. Returns what `work` returns. Throws RrError when the directory cannot be made.
 */
export async function withTemporaryDirectory<T>(
  work: (directory: string) => Promise<T>,
  options: TemporaryOptions = {},
): Promise<T> {
  const tmp = await import("tmp-promise");
  tmp.default.setGracefulCleanup();
  const made = await tmp.default
    .dir({
      unsafeCleanup: true,
      prefix: options.prefix ?? "rr-",
      ...(options.parent === undefined ? {} : { tmpdir: options.parent }),
    })
    .catch((error: unknown) => {
      const where = options.parent ?? process.env["TMPDIR"] ?? "/tmp";
      throw asRrError(error, where) ?? new RrError("TEMPORARY_FAILED", `cannot create a temporary folder in ${where}`, { cause: error });
    });
  try {
    return await work(made.path);
  } finally {
    await made.cleanup();
  }
}
