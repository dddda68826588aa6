/** The project's defaults: rr.config.{json,yaml,yml,js}, .rrrc, package.json's "rr". docs/config.md lists the keys. */
export { loadConfig } from "./load.js";
export { CONFIG_KEYS, type RrConfig } from "./types.js";
export type { LaunchFile, RcCommand } from "./launch-file.js";
export type { LaunchNet } from "./launch-net.js";
