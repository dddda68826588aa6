import type { RrConfig } from "../../config/index.js";
import type { StartInstanceOptions } from "../../instances/index.js";
import { stateDirectory } from "../../workspace/paths.js";
import type { CliContext } from "../context.js";
import { writeJson, writeResult } from "../report/results.js";

const MIB = 1 << 20;
/** Ctrl-C while it starts: what runs by then is ended. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

interface BackgroundFlags {
  detach?: boolean;
  rm?: boolean;
  restart?: string;
  logSize?: number;
  json?: boolean;
}

/** The part of `rr run` that makes an instance: start it, print what it is called. */
export async function startInBackground(
  options: Omit<StartInstanceOptions, "state">,
  { flags, config, context }: { flags: BackgroundFlags; config: RrConfig; context: CliContext },
): Promise<void> {
  const { parseRestart, startInstance } = await import("../../instances/index.js");
  const restart = flags.restart ?? config.run.restart;
  const logSize = flags.logSize ?? config.run.logSize;
  const abort = new AbortController();
  let code: number | undefined;
  context.takeSignals();
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      code = exitCode;
      abort.abort();
    });
  }
  try {
    const instance = await startInstance({
      ...options,
      state: stateDirectory(config.state),
      remove: flags.rm ?? false,
      ...(restart === undefined || flags.rm === true ? {} : { restart: await parseRestart(restart) }),
      ...(logSize === undefined ? {} : { logBytes: logSize * MIB }),
      signal: abort.signal,
      warn: (text) => process.stderr.write(`${text}\n`),
    });
    if (flags.json === true) {
      writeJson(instance);
    } else {
      writeResult(flags.detach === true ? instance.name : instance.cookie);
      if (flags.detach !== true) {
        process.stderr.write(`>> runs in the background; console: rr logs ${instance.name}; end it with: rr stop ${instance.name}\n`);
      }
    }
  } catch (error) {
    if (code === undefined) throw error;
    context.exitCode = code;
  }
}
