#!/usr/bin/env node
// Makes a fresh clone ready: host packages (Debian, Ubuntu), npm packages, compiled TypeScript. Only what is missing;
// it says what it does. Plain node, since nothing is installed yet. With --tests also what only rr's own tests need, with --bench what its benchmark needs as well,
// with --host-only nothing but the host packages.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".rr-lock-hash");
const bench = process.argv.includes("--bench");
const uses = ["needed", ...(bench || process.argv.includes("--tests") ? ["tests"] : []), ...(bench ? ["bench"] : [])];

checkNode();
installHostPackages();
if (!process.argv.includes("--host-only")) {
  installNpmPackages();
  compile();
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    fail(`this is Node ${process.versions.node}; rr needs Node 20 or newer`, "install it, e.g. from https://nodejs.org");
  }
}

function installHostPackages() {
  const requirements = JSON.parse(readFileSync(join(root, "bin", "requirements.json"), "utf8"));
  const wanted = requirements.filter((requirement) => uses.includes(requirement.use));
  const missing = wanted.filter((requirement) => !isPresent(requirement));
  if (missing.length === 0) {
    return;
  }
  const packages = [...new Set(missing.map((requirement) => requirement.package))];
  say(`missing on this host: ${missing.map((requirement) => requirement.name).join(", ")}`);
  if (findProgram("apt-get") === undefined) {
    fail("there is no apt-get here to install them with", `install what Debian calls ${packages.join(", ")}, then run this again`);
  }
  const sudo = process.getuid() === 0 ? [] : ["sudo"];
  if (sudo.length > 0 && findProgram("sudo") === undefined) {
    fail("installing packages needs root, and there is no sudo here", `as root: apt-get install ${packages.join(" ")}`);
  }
  // A non-root user's environment does not pass through sudo: env sets it behind it.
  const apt = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0"];
  const install = [...apt, "install", "--no-install-recommends", ...packages];
  // The package lists of a fresh container are empty, those of an old machine may be outdated.
  const hasLists = filesBelow("/var/lib/apt/lists").some((file) => /_Packages(\.\w+)?$/.test(file));
  if (!hasLists || tryRun("installing host packages", install) !== 0) {
    run("refreshing the package lists", [...apt, "update"]);
    run("installing host packages", install);
  }
  const still = missing.filter((requirement) => !isPresent(requirement));
  if (still.length > 0) {
    fail(`still missing: ${still.map((requirement) => `${requirement.name} (package ${requirement.package})`).join(", ")}`);
  }
}

function installNpmPackages() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
  if (existsSync(join(root, "node_modules")) && installedHash() === hash) {
    return;
  }
  run("installing npm packages", ["npm", "ci", "--no-progress", "--include=dev"]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** The lock file's hash when node_modules was made by us; npm's own copy of the lock file tells nothing about versions. */
function installedHash() {
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
}

function compile() {
  const compiled = join(root, "dist", ".tsbuildinfo");
  const inputs = [...filesBelow(join(root, "src")), join(root, "tsconfig.json"), join(root, "tsconfig.build.json")];
  if (existsSync(compiled)) {
    const then = statSync(compiled).mtimeMs;
    if (inputs.every((file) => statSync(file).mtimeMs < then)) {
      return;
    }
  }
  run("compiling rr", ["npm", "run", "--silent", "build"]);
}

function isPresent(requirement) {
  if (requirement.command !== undefined) {
    return findProgram(requirement.command) !== undefined;
  }
  if (requirement.glob !== undefined) {
    const above = dirname(dirname(requirement.glob));
    return existsSync(above) && readdirSync(above).some((folder) => existsSync(join(above, folder, basename(requirement.glob))));
  }
  return existsSync(requirement.file);
}

function findProgram(name) {
  return (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function filesBelow(folder) {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // apt's "partial" folder is not everybody's to read.
    return entry.isDirectory() ? (entry.name === "partial" ? [] : filesBelow(path)) : [path];
  });
}

function run(what, [program, ...args]) {
  const status = tryRun(what, [program, ...args]);
  if (status !== 0) {
    fail(`${what} failed: ${[program, ...args].join(" ")}`);
  }
}

function tryRun(what, [program, ...args]) {
  say(`${what}: ${[program, ...args].join(" ")}`);
  // Everything these programs say goes to standard error: standard output belongs to what comes after the set-up.
  const result = spawnSync(program, args, { cwd: root, stdio: ["inherit", 2, 2] });
  if (result.error !== undefined) {
    fail(`cannot start ${program}: ${result.error.message}`);
  }
  return result.status;
}

function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

function fail(message, hint) {
  process.stderr.write(`set-up: ${message}\n${hint === undefined ? "" : `next: ${hint}\n`}`);
  process.exit(1);
}
