import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Command, Option } from "commander";
import type { Boot, Finding, SmashBoot } from "../../audit/index.js";
import { RrError } from "../../errors/rr-error.js";
import type { Progress } from "../../model/progress.js";
import type { Accelerator, Machine, RunResult } from "../../run/index.js";
import { cacheDirectory, prefixDirectory } from "../../workspace/paths.js";
import { bakedImage } from "../baked-image.js";
import type { CliContext } from "../context.js";
import { auditLines } from "../report/audit.js";
import { withProgress } from "../report/progress.js";
import { writeJson, writeResult } from "../report/results.js";

interface Flags {
  accel?: Accelerator;
  machine?: Machine;
  prefix?: string;
  json?: boolean;
  quiet?: boolean;
}

/** Randomness is what differs between boots; of three, chance makes no two pairs the same. */
const BOOTS = 3;
const TIMEOUT_SECONDS = 60;
const MEMORY_MB = 64;
const AUDITOR = "rr-audit";
const OWN = new Set([AUDITOR, "rr-rc"]);

export function registerAudit(program: Command, context: CliContext): void {
  program
    .command("audit")
    .summary("show which protections of an image hold, tried from inside")
    .description(
      "Bake the image's programs once more, with its config and an auditing program beside them, boot that several times, and show what an access that must " +
        "not be possible ended in: page 0, code in data, on heap and stacks, writes to code and constants of program and libOS, guard pages, canaries, randomness.",
    )
    .argument("<image>", "a baked image with its .debug file, or a program linked by the compiler wrapper")
    .addOption(new Option("--accel <how>", "accelerator").choices(["auto", "kvm", "tcg"]))
    .addOption(new Option("--machine <machine>", "QEMU machine").choices(["microvm", "q35", "pc"]))
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "report as JSON")
    .option("-q, --quiet", "no progress")
    .addHelpText(
      "after",
      `
Examples:
  rr audit hello.bin
  rr audit --json hello.bin | jq '.checks[] | select(.state == "fails")'

Exit code: 0 when all hold, 1 otherwise.`,
    )
    .action((image: string, flags: Flags) => runAudit(image, flags, context));
}

async function runAudit(path: string, flags: Flags, context: CliContext): Promise<void> {
  const config = await context.config();
  const prefix = prefixDirectory(flags.prefix ?? config.prefix);
  const { image, findings, notes } = await withProgress(async (progress) => {
    const ready = await bakedImage(path, { config: config.bake.config ?? "hw_generic", prefix, cache: cacheDirectory(config.cache), progress });
    return { image: ready, ...(await audit(ready, prefix, flags, progress)) };
  }, { quiet: flags.quiet ?? false });
  const holds = findings.every(({ state }) => state !== "fails");
  context.exitCode = holds ? 0 : 1;
  if (flags.json === true) {
    return writeJson({ image, holds, checks: findings, notes });
  }
  (await auditLines(basename(path), findings, notes)).forEach(writeResult);
}

async function audit(image: string, prefix: string, flags: Flags, progress: Progress): Promise<{ findings: Finding[]; notes: string[] }> {
  const [{ auditArguments, judge, readIngredients, writableCode }, { bake }, { inspectImage }, { withTemporaryDirectory }] = await Promise.all([
    import("../../audit/index.js"), import("../../bake/index.js"), import("../../run/index.js"), import("../../workspace/temporary.js"),
  ]);
  const platform = join(prefix, "x86_64-hw");
  const auditor = join(platform, "libos", "programs", AUDITOR);
  if (!existsSync(auditor)) {
    throw new RrError("PLATFORM_MISSING", `the platform below ${prefix} has no auditing program`, { hint: "rr build-platform hw" });
  }
  return withTemporaryDirectory(async (directory) => {
    const { apps, configFile, platform: baked } = await readIngredients(image, (await inspectImage(image)).programs, (name) => OWN.has(name), directory);
    const out = join(directory, "audited.bin");
    // Its warnings are those of the bake that was.
    const twin = await bake({ configFile, out, apps: [...apps, auditor], prefix, progress: (event) => event.kind !== "warn" && progress(event) });
    const args = await auditArguments(twin.debug);
    const boots: Boot[] = [];
    for (let number = 1; number <= BOOTS; number++) {
      progress({ kind: "start", id: `boot-${number}`, text: `boot ${number} of ${BOOTS + 1}` });
      boots.push(await bootOnce(out, args, flags));
      progress({ kind: "done", id: `boot-${number}` });
    }
    progress({ kind: "start", id: "smash", text: `boot ${BOOTS + 1} of ${BOOTS + 1}: overwrite the libOS's canary` });
    const smash = await smashOnce(out, args, flags);
    progress({ kind: "done", id: "smash" });
    const installed = (JSON.parse(readFileSync(join(platform, "platform.json"), "utf8")) as { hash: string }).hash;
    const notes = installed === baked ? [] : ["the image was baked with another build of the platform; audited was the installed one"];
    return { findings: judge({ writableCode: await writableCode(image), boots, smash }), notes };
  });
}

async function bootOnce(image: string, args: readonly string[], flags: Flags): Promise<Boot> {
  const { Writable } = await import("node:stream");
  let output = "";
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      output += chunk.toString("latin1");
      done();
    },
  });
  const result = await boot(image, args, flags, stdout);
  return { output, ending: endingOf(result) };
}

async function smashOnce(image: string, args: readonly string[], flags: Flags): Promise<SmashBoot> {
  const result = await boot(image, [...args, "smash"], flags);
  return { inLibos: result.crash?.inLibos ?? false, message: result.crash?.message ?? "", ending: endingOf(result) };
}

async function boot(image: string, args: readonly string[], flags: Flags, stdout?: NodeJS.WritableStream): Promise<RunResult> {
  const { run } = await import("../../run/index.js");
  return run({
    image, args, program: AUDITOR, memoryMb: MEMORY_MB, timeoutSeconds: TIMEOUT_SECONDS,
    ...(flags.accel === undefined ? {} : { accel: flags.accel }),
    ...(flags.machine === undefined ? {} : { machine: flags.machine }),
    ...(stdout === undefined ? {} : { stdout: stdout as import("node:stream").Writable }),
  });
}

function endingOf({ exitCode, reason }: RunResult): string {
  return reason ?? `exit code ${exitCode}`;
}
