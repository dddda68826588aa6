import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { BakeConfig } from "../../component/config.js";
import type { Manifest } from "../../component/manifest.js";
import { packageRoot, prefixDirectory } from "../../workspace/paths.js";
import type { CliContext } from "../context.js";
import { columns, writeJson, writeResult } from "../report/results.js";

interface Flags {
  components?: boolean;
  prefix?: string;
  json?: boolean;
}

export function registerConfigs(program: Command, context: CliContext): void {
  const configs = program
    .command("configs")
    .summary("list and describe bake configs and components")
    .description("Bake configs say what an image may contain. Without a name: list them.")
    .enablePositionalOptions()
    .argument("[name]", "describe this config or component")
    .option("--components", "list the components of the libOS instead")
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "report as JSON")
    .addHelpText(
      "after",
      `
Examples:
  rr configs
  rr configs describe hw_generic
  rr configs --components`,
    )
    .action(async (name: string | undefined, flags: Flags) => {
      if (name !== undefined) {
        return describe(name, flags, context);
      }
      return flags.components === true ? listComponents(flags, context) : listConfigs(flags, context);
    });
  configs
    .command("list")
    .description("List the bake configs.")
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "report as JSON")
    .action(async (flags: Flags) => listConfigs(flags, context));
  configs
    .command("describe")
    .description("Show what a config, or a component, is made of.")
    .argument("<name>", "a config or component")
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "report as JSON")
    .action(async (name: string, flags: Flags) => describe(name, flags, context));
}

async function listConfigs(flags: Flags, context: CliContext): Promise<void> {
  const { configs } = await load(flags, context);
  if (flags.json === true) {
    return writeJson(configs);
  }
  columns(configs.map((config) => [config.name, config.platform, config.summary])).forEach(writeResult);
}

async function listComponents(flags: Flags, context: CliContext): Promise<void> {
  const { manifests } = await load(flags, context);
  if (flags.json === true) {
    return writeJson(manifests);
  }
  const rows = manifests.map((manifest) => [manifest.name, manifest.layer, `${Object.keys(manifest.syscalls).length}`, manifest.summary]);
  columns([["component", "layer", "calls", ""], ...rows]).forEach(writeResult);
}

async function describe(name: string, flags: Flags, context: CliContext): Promise<void> {
  const { configs, manifests } = await load(flags, context);
  const manifest = manifests.find((candidate) => candidate.name === name);
  const { findConfig } = await import("../../component/config.js");
  // A config wins over a component of the same name; findConfig's error names the nearest config.
  const config = manifest === undefined || configs.some((candidate) => candidate.name === name) ? findConfig(configs, name) : undefined;
  if (flags.json === true) {
    return writeJson(config ?? manifest);
  }
  (config === undefined ? componentLines(manifest as Manifest) : configLines(config)).forEach(writeResult);
}

function configLines(config: BakeConfig): string[] {
  return columns([
    ["config", config.name],
    ["", config.summary],
    ["platform", config.platform],
    ["may contain", config.allow.includes("*") ? "every component" : config.allow.join(" ")],
    ...(config.deny.length === 0 ? [] : [["never contains", config.deny.join(" ")]]),
    ["always contains", config.drivers.length === 0 ? "nothing but what the program uses" : config.drivers.join(" ")],
    ["file", config.file],
  ]);
}

function componentLines(manifest: Manifest): string[] {
  const calls = Object.entries(manifest.syscalls);
  return columns([
    ["component", manifest.name],
    ["", manifest.summary],
    ["layer", manifest.layer],
    ["needs", manifest.needs.join(" ") || "nothing"],
    ...calls.map(([call, info], i) => [i === 0 ? "calls" : "", info.partial === undefined ? call : `${call}: partly: ${info.partial}`]),
  ]);
}

/** From the installed platform; before there is one, from rr's own source. */
async function load(flags: Flags, context: CliContext): Promise<{ configs: BakeConfig[]; manifests: Manifest[] }> {
  const config = await context.config();
  const [{ loadConfigs }, { loadInstalledManifests, loadManifests }] = await Promise.all([
    import("../../component/config.js"),
    import("../../component/manifest.js"),
  ]);
  const libos = join(prefixDirectory(flags.prefix ?? config.prefix), "x86_64-hw", "libos");
  if (existsSync(join(libos, "manifests.json"))) {
    return { configs: await loadConfigs(join(libos, "configs")), manifests: await loadInstalledManifests(join(libos, "manifests.json")) };
  }
  const components = join(packageRoot(), "components");
  return { configs: await loadConfigs(join(components, "configs")), manifests: await loadManifests(components) };
}
