import type { Finding } from "../../audit/index.js";
import { columns } from "./results.js";
import { styleFor } from "./style.js";

/** The checks by group, each with its state and what was seen; the sum at the end. */
export async function auditLines(name: string, findings: readonly Finding[], notes: readonly string[]): Promise<string[]> {
  const style = await styleFor(process.stdout);
  const colours = { holds: style.green, fails: style.red, "not needed": style.yellow };
  const rows = columns(findings.map(({ state, what, evidence }) => [state, what, evidence]));
  const lines = rows.flatMap((row, index) => {
    const finding = findings[index] as Finding;
    const heading = findings[index - 1]?.group === finding.group ? [] : [...(index === 0 ? [] : [""]), style.bold(finding.group)];
    return [...heading, `  ${colours[finding.state](finding.state)}${row.slice(finding.state.length)}`];
  });
  const failed = findings.filter(({ state }) => state === "fails").length;
  const sum = failed === 0 ? `all protections of ${name} hold` : `${failed} of ${findings.length} protections of ${name} do not hold`;
  return [...lines, "", ...notes.map((note) => `note: ${note}`), sum];
}
