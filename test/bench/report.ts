import { meets, type Goal, type Result, type Series, type Variant } from "./types.js";

/** Where and with what it was measured. */
export interface Circumstances {
  date: string;
  commit: string;
  processor: string;
  processors: number;
  load: string;
  host: string;
  qemu: string;
  gcc: string;
  node: string;
  linuxGuest: string;
  samples: number;
}

const COLUMNS: readonly (readonly [Variant, string])[] = [["floor", "floor"], ["rr", "rr"], ["linux", "Linux guest"], ["native", "native"]];

/** The rows as text cells, the first one the headings. */
function cells(results: readonly Result[]): string[][] {
  const heading = ["", ...COLUMNS.map(([, title]) => title), "figure", "goal", ""];
  return [heading, ...results.map((result) => [
    result.title,
    ...COLUMNS.map(([variant]) => value(result.values[variant], result.unit)),
    result.goal === undefined ? "" : result.goal.value === undefined ? "?" : amount(result.goal.value, result.goal.unit),
    result.goal === undefined ? "" : goalText(result.goal),
    result.goal === undefined ? "" : verdict(result.goal),
  ])];
}

/** For a terminal. */
export function table(results: readonly Result[]): string {
  const rows = cells(results);
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()).join("\n");
}

export function markdown(results: readonly Result[], where: Circumstances): string {
  const [heading = [], ...rows] = cells(results);
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const notes = results.flatMap((result) => (result.notes ?? []).map((note) => `- ${result.title}: ${note}`));
  const failures = results.flatMap((result) =>
    Object.entries(result.values).flatMap(([variant, series]) => ("failed" in series ? [`- ${result.title}, ${variant}: ${series.failed.replace(/\s+/g, " ")}`] : [])),
  );
  return [
    line(heading), line(heading.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line), "",
    `Medians of ${where.samples}, in turns; the smallest and largest in brackets. QEMU's TCG (no KVM), ${where.processors} x ${where.processor}, load ${where.load}, ` +
      `${where.qemu}, Linux guest ${where.linuxGuest}, ${where.gcc}, Node ${where.node}; rr ${where.commit}, ${where.date}.`,
    "", ...notes, ...(failures.length === 0 ? [] : ["", "Not measured:", "", ...failures]), "",
  ].join("\n");
}

function value(series: Series | undefined, unit: Result["unit"]): string {
  if (series === undefined) {
    return "";
  }
  if ("failed" in series) {
    return "failed";
  }
  const spread = series.samples.length > 1 ? ` (${number(series.least)}..${number(series.most)})` : "";
  return `${amount(series.median, unit)}${spread}`;
}

function amount(of: number, unit: Result["unit"] | Goal["unit"]): string {
  switch (unit) {
    case "x":
      return `${of.toFixed(2)}x`;
    case "instructions":
      return number(of);
    default:
      return `${number(of)} ${unit}`;
  }
}

/** Three significant digits, all of a whole number. */
function number(of: number): string {
  return Number.isInteger(of) || of >= 100 ? Math.round(of).toLocaleString("en") : of.toPrecision(3);
}

function goalText(goal: Goal): string {
  return `${goal.of} ${goal.is} ${goal.unit === "x" ? `${goal.limit}x` : amount(goal.limit, goal.unit)}`;
}

function verdict(goal: Goal): string {
  const met = meets(goal);
  return met === undefined ? "not measured" : met ? "yes" : "MISSED";
}
