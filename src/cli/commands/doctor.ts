import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Finding } from "../../doctor/index.js";
import { prefixDirectory } from "../../workspace/paths.js";
import type { CliContext } from "../context.js";
import { columns, writeJson, writeResult } from "../report/results.js";
import { styleFor } from "../report/style.js";

interface Flags {
  prefix?: string;
  json?: boolean;
}

export function registerDoctor(program: Command, context: CliContext): void {
  program
    .command("doctor")
    .summary("what is on this host, what is missing, which package brings it")
    .description("Look for everything rr uses on this host, say which package brings what is missing, and try whether KVM really works.")
    .option("--prefix <directory>", "where the platform is installed")
    .option("--json", "report as JSON")
    .addHelpText(
      "after",
      `
Examples:
  rr doctor
  rr doctor --json | jq '.findings[] | select(.state != "ok")'

Exit code: 0 when everything needed is here, 1 otherwise.`,
    )
    .action(async (flags: Flags) => {
      const config = await context.config();
      const [{ examineHost, installCommand, loadRequirements }, { probeKvm }] = await Promise.all([
        import("../../doctor/index.js"),
        import("../../run/index.js"),
      ]);
      const [findings, kvm] = await Promise.all([examineHost(await loadRequirements()), probeKvm()]);
      const platform = join(prefixDirectory(flags.prefix ?? config.prefix), "x86_64-hw");
      const built = existsSync(join(platform, "platform.json"));
      const install = installCommand(findings);
      context.exitCode = install === undefined ? 0 : 1;
      if (flags.json === true) {
        return writeJson({ ok: install === undefined, findings, kvm, platform: { directory: platform, built }, install });
      }
      const style = await styleFor(process.stdout);
      const rows = [
        ...findings.map(row),
        ["kvm", kvm.works ? "ok" : "no", "", kvm.works ? kvm.reason : `${kvm.reason}; images run emulated`],
        ["platform", built ? "ok" : "no", "", built ? platform : "not built yet: rr build-platform hw"],
      ];
      const colour: Readonly<Record<string, (text: string) => string>> = { ok: style.green, missing: style.red, "too old": style.red };
      columns(rows).forEach((line, i) => {
        const state = rows[i]?.[1] ?? "";
        writeResult(line.replace(`  ${state} `, `  ${(colour[state] ?? style.yellow)(state)} `));
      });
      writeResult("");
      writeResult(install === undefined ? "Everything needed is here." : `Something needed is missing.\nnext: ${install}`);
    });
}

function row(finding: Finding): string[] {
  const state = finding.state === "missing" && finding.use !== "needed" ? "no" : finding.state;
  if (finding.state === "ok") {
    return [finding.name, state, finding.version ?? "", finding.path ?? ""];
  }
  const use = { needed: "", optional: " (optional)", tests: " (only for rr's own tests)", bench: " (only for rr's benchmark)" }[finding.use];
  return [finding.name, state, finding.version ?? "", `package ${finding.package}: ${finding.why}${use}`];
}
