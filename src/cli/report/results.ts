/** Results go to standard output, so that they can be piped; everything else goes to standard error. */
export function writeResult(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** `value` as one JSON document; bigints (addresses) as hexadecimal strings. */
export function writeJson(value: unknown): void {
  const text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `0x${inner.toString(16)}` : inner), 2);
  process.stdout.write(`${text}\n`);
}

/** Rows as left-aligned columns, two blanks apart; no blanks at line ends. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd());
}

/** 62332 -> "60.9 KiB" */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) {
    return `${bytes} bytes`;
  }
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
