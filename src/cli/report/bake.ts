import { relative } from "node:path";
import type { BakePlan, BakeResult, WhyReport } from "../../bake/index.js";
import { columns, formatBytes } from "./results.js";

/** What a bake did, for people. */
export function bakeLines(result: BakeResult): string[] {
  const parts = result.plan.components.length;
  const printed = result.printed ?? "";
  return [
    ...(printed === "" ? [] : ["what the program printed until it waited:", ...printed.trimEnd().split("\n").map((line) => `  ${line}`)]),
    `>> baked ${shortPath(result.out)}: ${formatBytes(result.size)}, ${plural(parts, "component")}`,
    `>> debug information: ${shortPath(result.debug)}`,
  ];
}

/** What a bake would do. */
export function planLines(plan: BakePlan): string[] {
  return [
    `would write ${shortPath(plan.out)} for ${plan.platform}, config ${plan.config}`,
    "",
    "programs",
    ...indented(columns(plan.programs.map((program) => [program.name, formatBytes(program.size), plural(program.calls.length, "system call"), shortPath(program.path)]))),
    ...plan.programs.flatMap((program) => indented(wrapped(program.calls.map((call) => (call.component === undefined ? `${call.name} (not implemented)` : call.name))), 4)),
    "",
    "components",
    ...indented(columns(plan.components.map((component) => [component.name, component.layer, component.because]))),
    ...(plan.rootfs === undefined ? [] : ["", `root file system: ${shortPath(plan.rootfs.directory)}: ${plural(plan.rootfs.files, "file")}, ${formatBytes(plan.rootfs.bytes)}`]),
    ...(plan.missing.length === 0 ? [] : ["", "not implemented; these calls will return ENOSYS"]),
    ...indented(columns(plan.missing.map((call) => [call.name, `in ${call.program}`, call.wantedBy === undefined ? "" : `wanted by ${call.wantedBy}`]))),
  ];
}

/** Bytes per part, largest first, and the chain that was asked for. */
export function whyLines(why: WhyReport | undefined): string[] {
  if (why === undefined) {
    return [];
  }
  const row = (kind: string) => (part: WhyReport["components"][number]): string[] =>
    [part.name, kind, ...[part.total, part.code, part.rodata, part.data, part.bss].map(String)];
  return [
    "",
    ...columns([
      ["part", "kind", "total", "code", "rodata", "data", "bss"],
      ...why.programs.map(row("program")),
      ...why.components.map(row("component")),
      ...(why.rootfs === 0 ? [] : [["root file system", "files", String(why.rootfs)]]),
      ["headers, tables", "other", String(why.other)],
      ["image file", "", String(why.image)],
    ]),
    ...(why.chain === undefined ? [] : ["", `why ${why.chain.question}:`]),
    ...(why.chain?.links ?? []).map((link, depth) => `${"  ".repeat(depth + 1)}${link.what}  (${link.in})${link.via === undefined ? "" : ` by ${link.via}`}`),
  ];
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("../..") || short === "" ? path : short;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function indented(lines: readonly string[], blanks = 2): string[] {
  return lines.map((line) => " ".repeat(blanks) + line);
}

/** Words as lines of at most 96 characters. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 96) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
