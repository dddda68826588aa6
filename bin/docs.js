#!/usr/bin/env node
// `npm run docs`: writes the generated pages of docs/. A test fails when one is out of date.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadManifests } from "../dist/component/manifest.js";
import { syscallsPage } from "../dist/component/syscalls-page.js";
import { packageRoot } from "../dist/workspace/paths.js";

const page = join(packageRoot(), "docs", "syscalls.md");
writeFileSync(page, syscallsPage(await loadManifests(join(packageRoot(), "components"))));
process.stderr.write(`wrote ${page}\n`);
