import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../workspace/paths.js";
import type { Requirement } from "./types.js";

/** The list in bin/requirements.json: one list for `rr doctor` and for the set-up script, which runs before anything is compiled. */
export async function loadRequirements(): Promise<Requirement[]> {
  return JSON.parse(await readFile(join(packageRoot(), "bin", "requirements.json"), "utf8")) as Requirement[];
}
