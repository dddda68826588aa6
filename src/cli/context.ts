import type { RrConfig } from "../config/index.js";

/** What every command gets from main.ts, so that none of them touches process state on its own. */
export interface CliContext {
  /** The arguments after `rr`. */
  readonly argv: readonly string[];
  /** Process exit code once the command has ended without an error; 0 by default. */
  exitCode: number;
  /** The project's rr.config, validated; read on first use. */
  config(): Promise<RrConfig>;
  /**
   * From now on the command handles SIGINT, SIGTERM and SIGHUP itself. Until then they end rr with 128+N, removing
   * temporary files.
   */
  takeSignals(): void;
  /** From now on a signal that nobody listens for changes nothing: the guest's end is rr's, and one that comes behind it must not become rr's status. */
  outlastSignals(): void;
}
