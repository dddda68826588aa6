import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prefixDirectory } from "rr";
import { format, type Program } from "./program.js";

/** The repository, from test/fuzz as from dist/fuzz. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = join(ROOT, "test", "fuzz");
const RR = join(ROOT, "bin", "rr");
const TIME_LIMIT_SECONDS = 100;

/** What became of one program. */
export interface Outcome {
  readonly host: string;
  readonly guest: string;
}

/** The interpreter, to be run on the host and in an image, from the same executable. */
export class Machines {
  private constructor(private readonly directory: string, private readonly app: string) {}

  static async make(): Promise<Machines> {
    // In memory, as the image's files are.
    const directory = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "rr-fuzz-"));
    const app = join(directory, "interpreter");
    const compiler = join(prefixDirectory(), "x86_64-hw", "bin", "x86_64-rumprun-linux-musl-gcc");
    const files = ["interpreter.c", "operations.c", "files.c"].map((name) => join(SOURCES, name));
    succeed(await command(compiler, ["-O2", "-g", "-pthread", "-o", app, ...files]));
    succeed(await command(RR, ["bake", "hw_generic", `${app}.bin`, app]));
    await mkdir(join(directory, "cwd"));
    return new Machines(directory, app);
  }

  /** Run each program on both. The guest's log comes with the last transcript it gave, if it ended early. */
  async run(programs: readonly Program[]): Promise<Outcome[]> {
    const input = programs.map((program) => `${format(program)}end\n`).join("");
    const [host, guest] = await Promise.all([
      command(this.app, [], { cwd: join(this.directory, "cwd"), input }),
      command(RR, ["run", "qemu", "-i", "--timeout", String(TIME_LIMIT_SECONDS), `${this.app}.bin`], { input }),
    ]);
    if (host.exitCode !== 0) {
      throw new Error(`the host's interpreter ended with ${host.exitCode}: ${host.stderr}`);
    }
    const onHost = transcripts(host.stdout);
    const inGuest = transcripts(guest.exitCode === 0 ? guest.stdout : `${guest.stdout}\nthe machine ended with ${guest.exitCode}\n${guest.stderr}`);
    return programs.map((_, index) => ({ host: onHost[index] ?? "nothing", guest: inGuest[index] ?? "nothing" }));
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function command(file: string, args: readonly string[], { cwd, input = "" }: { cwd?: string; input?: string } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const limits = { timeout: (TIME_LIMIT_SECONDS + 20) * 1000, maxBuffer: 1 << 28 };
    const child = execFile(file, args, { ...limits, ...(cwd === undefined ? {} : { cwd }) }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr: stderr || (error?.message ?? "") });
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function succeed({ exitCode, stderr }: Ended): void {
  if (exitCode !== 0) {
    throw new Error(stderr);
  }
}

/** What each program printed: behind "== number". */
function transcripts(output: string): string[] {
  return output.split(/^== \d+\n/m).slice(1);
}
