import { copyFile, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { bake, outputPath, sealImage, writePieces, type BakeOptions, type BakeResult } from "../bake/index.js";
import { parseElf } from "../elf/read.js";
import { RrError } from "../errors/rr-error.js";
import { silent } from "../model/progress.js";
import { run, type Accelerator, type RunResult } from "../run/index.js";
import { replaceAtomically } from "../workspace/atomic.js";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { imageOfMemory } from "./memory-image.js";

export interface CheckpointOptions extends Omit<BakeOptions, "checkpoint" | "why"> {
  /** Of the machine the program starts in, and so the least of every machine that goes on from there, in MiB; 64 by default. */
  memoryMb?: number | undefined;
  /** What it starts on: "auto" by default, as `run`. A checkpoint runs on processors that have what this one has. */
  accel?: Accelerator | undefined;
  /** It must have started within this time; 60 by default. */
  timeoutSeconds?: number | undefined;
  /** Environment used to find programs and directories; `process.env` by default. */
  hostEnv?: Readonly<Record<string, string | undefined>> | undefined;
}

const DEFAULT_MEMORY_MB = 64;
const DEFAULT_TIMEOUT_SECONDS = 60;
/** Of what a program prints before its checkpoint, in bytes. */
const MOST_PRINTED = 65536;

/**
 * Bake as `bake`, start the program here until it first waits for something from outside, and write the image of its machine as it is then: booted, it goes on from there.
 * Cards, addresses, time and random numbers are those of the machine it goes on in. Throws what `bake` and `run` throw, and CHECKPOINT_MISSED when the program ends, fails or
 * takes too long before it waits.
 */
export async function bakeCheckpoint(options: CheckpointOptions): Promise<BakeResult> {
  const { memoryMb = DEFAULT_MEMORY_MB, accel, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, hostEnv, ...baking } = options;
  const out = await outputPath(options);
  if (options.dryRun === true) {
    return bake({ ...baking, out, checkpoint: true });
  }
  const progress = options.progress ?? silent;
  return withTemporaryDirectory(async (directory) => {
    const image = join(directory, basename(out));
    const memory = join(directory, "memory");
    const baked = await bake({ ...baking, out: image, checkpoint: true });
    progress({ kind: "start", id: "checkpoint", text: `start ${baked.plan.programs[0]?.name ?? "the program"} until it waits for something from outside` });
    const output = new Recorder();
    const result = await run({
      image, memoryMb, nets: ["none"], timeoutSeconds,
      ...(accel === undefined ? {} : { accel }),
      ...(hostEnv === undefined ? {} : { hostEnv }),
      // Open, and silent: it has no end that the program could have seen.
      stdin: new PassThrough(), stdout: output, stderr: output,
      qemuArgs: ["-object", `memory-backend-file,id=memory,size=${memoryMb}M,mem-path=${memory.replaceAll(",", ",,")},share=on`, "-machine", "memory-backend=memory"],
    });
    if (result.checkpoint !== true) {
      throw missed(result, baked, output.text, timeoutSeconds);
    }
    progress({ kind: "done", id: "checkpoint" });
    progress({ kind: "start", id: "write-checkpoint", text: `write ${out}` });
    const { pieces, size, tableAt, end } = await imageOfMemory(parseElf(await readFile(image), image), memory, memoryMb);
    await replaceAtomically(out, async (temporary) => {
      await writePieces(temporary, pieces);
      await sealImage(temporary, tableAt);
      await replaceAtomically(`${out}.debug`, (temporaryDebug) => copyFile(baked.debug, temporaryDebug));
    });
    progress({ kind: "done", id: "write-checkpoint" });
    return { ...baked, plan: { ...baked.plan, out }, out, debug: `${out}.debug`, size, end, printed: output.text };
  });
}

function missed(result: RunResult, { plan }: BakeResult, printed: string, timeoutSeconds: number): RrError {
  const name = plan.programs[0]?.name ?? "the program";
  const last = printed.trimEnd().split("\n").slice(-5).join("\n");
  const how = result.reason ?? `${name} ended with exit code ${result.exitCode}`;
  const late = /--timeout/.test(how);
  const what = late ? `${name} has not come to wait for anything from outside within ${timeoutSeconds} s` : `${name} never waited for anything from outside: ${how}`;
  return new RrError("CHECKPOINT_MISSED", last === "" ? what : `${what}; the last it printed:\n${last}`, {
    hint: "a checkpoint is for what starts and then waits, such as a server; there is no network while it starts. Bake it without --checkpoint",
  });
}

/** Keeps what is written to it, up to a limit. */
class Recorder extends Writable {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk.subarray(0, MOST_PRINTED - this.size));
    this.size = Math.min(this.size + chunk.length, MOST_PRINTED);
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}
