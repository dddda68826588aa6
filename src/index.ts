/**
 * rr as a library: the three steps of its command line.
 *
 *     import { buildPlatform, bake, run } from "rr";
 *
 *     const prefix = "/opt/rr";
 *     await buildPlatform({ platform: "hw", prefix });
 *     await bake({ config: "hw_generic", out: "hello.bin", apps: ["hello"], prefix });
 *     const { exitCode } = await run({ image: "hello.bin", stdout: process.stdout });
 *
 * Nothing here prints or ends the process: progress arrives as events, an expected failure is thrown as RrError.
 */
export { bake } from "./bake/index.js";
export { bakeCheckpoint, type CheckpointOptions } from "./checkpoint/index.js";
export type * from "./bake/index.js";
export { readLaunchFile, type LaunchFile, type RcCommand } from "./config/launch-file.js";
export {
  findInstance, listInstances, measureInstances, parseRestart, readLog, removeInstance, sendToInstance, signalInstance, startInstance, stopInstance, waitForInstance,
} from "./instances/index.js";
export type * from "./instances/index.js";
export { RrError } from "./errors/rr-error.js";
export type { Progress, ProgressEvent } from "./model/progress.js";
export { buildPlatform } from "./platform/index.js";
export type * from "./platform/index.js";
export { createNetwork, inspectNetwork, listNetworks, removeNetwork } from "./private-network/index.js";
export type * from "./private-network/index.js";
export { checkRun, inspectImage, probeKvm, run } from "./run/index.js";
export type * from "./run/index.js";
export { cacheDirectory, prefixDirectory, stateDirectory } from "./workspace/paths.js";
