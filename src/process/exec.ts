import { RrError } from "../errors/rr-error.js";

export interface ExecOptions {
  cwd?: string;
  /** Added to the environment of rr itself. */
  env?: Record<string, string>;
  /** Text or bytes for standard input; none by default. */
  input?: string | Uint8Array;
  /** Milliseconds until the program is ended with SIGTERM, then SIGKILL. */
  timeout?: number;
  /** Exit codes that are not errors; [0] by default. */
  okCodes?: readonly number[];
  signal?: AbortSignal;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * Run a program to its end with an argument array (no shell) and return what it printed.
 * Throws RrError PROGRAM_MISSING when it cannot be started, PROGRAM_FAILED (message: the command and the last lines
 * of its stderr) for an exit code outside `okCodes`, PROGRAM_TIMEOUT after `timeout`.
 */
export async function exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  // 40 ms that a command which starts no program, or not through here, need not pay.
  const { execa } = await import("execa");
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const command = [file, ...args].join(" ");
  if (result.timedOut) {
    throw new RrError("PROGRAM_TIMEOUT", `${file} did not end within ${options.timeout} ms: ${command}`);
  }
  if (result.code === "ENOENT" || result.code === "EACCES") {
    throw new RrError("PROGRAM_MISSING", `cannot start ${file}: ${result.code}`, { hint: "rr doctor", cause: result });
  }
  if (result.exitCode === undefined || !(options.okCodes ?? [0]).includes(result.exitCode)) {
    const how = result.signal === undefined ? `exit code ${result.exitCode}` : `signal ${result.signal}`;
    throw new RrError("PROGRAM_FAILED", `${file} failed (${how}): ${command}\n${lastLines(String(result.stderr))}`, { cause: result });
  }
  return { exitCode: result.exitCode, stdout: String(result.stdout), stderr: String(result.stderr) };
}

/** The last 20 lines: where compilers and linkers say what went wrong. */
function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
