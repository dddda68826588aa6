import type { Command } from "commander";
import type { PrivateNetwork } from "../../private-network/index.js";
import { stateDirectory } from "../../workspace/paths.js";
import type { CliContext } from "../context.js";
import { columns, writeJson, writeResult } from "../report/results.js";

interface Flags {
  subnet?: string;
  json?: boolean;
}

export function registerNetwork(program: Command, context: CliContext): void {
  const network = program
    .command("network")
    .summary("private networks of images on this host")
    .description("Private networks: images that run on this host reach each other by name, and nobody else does. No root needed.")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `
Examples:
  rr network create shop
  rr run qemu -i --net private:shop --name db db.bin
  rr run qemu -i --net private:shop --name web --net user -P 8080:80 web.bin     reaches the other one as "db"
  rr network inspect shop`,
    );
  network
    .command("create")
    .description("Make a network.")
    .argument("<name>", "up to 32 letters, digits and dashes")
    .option("--subnet <address/bits>", "its addresses, of those for private use (default: a free one of 10.88.0.0/16)")
    .option("--json", "report as JSON")
    .action(async (name: string, flags: Flags) => create(name, flags, await stateOf(context)));
  network.command("ls").alias("list").description("List the networks.").option("--json", "report as JSON").action(async (flags: Flags) => list(flags, await stateOf(context)));
  network
    .command("inspect")
    .description("Show a network and the machines on it.")
    .argument("<name>", "the network")
    .option("--json", "report as JSON")
    .action(async (name: string, flags: Flags) => inspect(name, flags, await stateOf(context)));
  network.command("rm").alias("remove").description("Remove networks nobody is on.").argument("<name...>", "the networks").action(async (names: string[]) => remove(names, await stateOf(context)));
}

async function stateOf(context: CliContext): Promise<string> {
  return stateDirectory((await context.config()).state);
}

async function create(name: string, flags: Flags, state: string): Promise<void> {
  const { createNetwork } = await import("../../private-network/index.js");
  const made = await createNetwork(name, flags.subnet, state);
  if (flags.json === true) {
    return writeJson(made);
  }
  writeResult(made.name);
}

async function list(flags: Flags, state: string): Promise<void> {
  const { listNetworks } = await import("../../private-network/index.js");
  const networks = await listNetworks(state);
  if (flags.json === true) {
    return writeJson(networks);
  }
  columns([["network", "subnet", "members"], ...networks.map(({ name, subnet, members }) => [name, subnet, `${members.length}`])]).forEach(writeResult);
}

async function inspect(name: string, flags: Flags, state: string): Promise<void> {
  const { inspectNetwork } = await import("../../private-network/index.js");
  const network = await inspectNetwork(name, state);
  if (flags.json === true) {
    return writeJson(network);
  }
  networkLines(network).forEach(writeResult);
}

function networkLines({ name, subnet, members }: PrivateNetwork): string[] {
  return columns([
    ["network", name],
    ["subnet", subnet],
    ...members.map((member, index) => [index === 0 ? "members" : "", member.name, member.address, `process ${member.process.pid}`]),
  ]);
}

async function remove(names: readonly string[], state: string): Promise<void> {
  const { removeNetwork } = await import("../../private-network/index.js");
  for (const name of names) {
    await removeNetwork(name, state);
    writeResult(name.toLowerCase());
  }
}
