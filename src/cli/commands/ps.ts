import { basename } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import type { Instance } from "../../instances/index.js";
import type { CliContext } from "../context.js";
import { instanceState } from "../instances.js";
import { columns, writeJson, writeResult } from "../report/results.js";

interface Flags {
  all?: boolean;
  quiet?: boolean;
  json?: boolean;
  filter?: ((instance: Instance) => boolean)[];
}

const STATUSES = ["starting", "running", "restarting", "ended", "lost"];

export function registerPs(program: Command, context: CliContext): void {
  program
    .command("ps")
    .summary("list instances")
    .description("List the instances that rr run has started in the background: those that run, with -a also those that have ended. A lost one has no monitor any more (killed, or the host was started anew); rr rm removes it.")
    .option("-a, --all", "also those that have ended")
    .option("-q, --quiet", "only their names")
    .option("--filter <key=value>", "only those (repeatable, all must hold): status=running, name=TEXT (part of the name), image=FILE, exited=CODE; implies -a", filter)
    .option("--json", "everything known, as JSON")
    .addHelpText("after", "\nExamples:\n  rr ps\n  rr ps -aq --filter status=ended\n  rr ps --json")
    .action((flags: Flags) => ps(flags, context));
}

async function ps({ all, quiet, json, filter: filters = [] }: Flags, context: CliContext): Promise<void> {
  const { listInstances } = await import("../../instances/index.js");
  const wanted = (await listInstances(await instanceState(context)))
    .filter((instance) => all === true || filters.length > 0 || (instance.status !== "ended" && instance.status !== "lost"))
    .filter((instance) => filters.every((holds) => holds(instance)));
  if (json === true) {
    writeJson(wanted);
  } else if (quiet === true) {
    wanted.forEach(({ name }) => writeResult(name));
  } else {
    const rows = wanted.map((instance) => [instance.name, instance.id, status(instance), basename(instance.image), ports(instance)]);
    columns([["NAME", "ID", "STATUS", "IMAGE", "PORTS"], ...rows]).forEach(writeResult);
  }
}

function status({ status: now, started, ended, exitCode, restarts }: Instance): string {
  const again = restarts === 0 ? "" : `, restarts: ${restarts}`;
  switch (now) {
    case "running":
      return `running for ${age(started)}${again}`;
    case "ended":
      return `ended (${exitCode ?? 125}) ${age(ended)} ago${again}`;
    default:
      return now;
  }
}

/** In the largest whole unit. */
function age(since: string | undefined): string {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(since ?? Date.now()).getTime()) / 1000));
  const [amount, unit] = seconds < 120 ? [seconds, "s"] : seconds < 7200 ? [seconds / 60, "min"] : seconds < 172_800 ? [seconds / 3600, "h"] : [seconds / 86_400, "d"];
  return `${Math.floor(amount)} ${unit}`;
}

function ports({ options }: Instance): string {
  return (options.publish ?? []).join(", ");
}

function filter(text: string, previous: ((instance: Instance) => boolean)[] = []): ((instance: Instance) => boolean)[] {
  const [key, value] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
  const tests: Readonly<Record<string, (instance: Instance) => boolean>> = {
    status: (instance) => instance.status === value,
    name: (instance) => instance.name.includes(value),
    image: (instance) => instance.image === value || basename(instance.image) === value,
    exited: (instance) => instance.status === "ended" && String(instance.exitCode) === value,
  };
  const test = Object.hasOwn(tests, key) ? tests[key] : undefined;
  if (test === undefined) {
    throw new InvalidArgumentError("It must be status=..., name=..., image=... or exited=....");
  }
  if (key === "status" && !STATUSES.includes(value)) {
    throw new InvalidArgumentError(`The statuses are ${STATUSES.join(", ")}.`);
  }
  return [...previous, test];
}
