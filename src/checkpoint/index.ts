/** Program -> image of a machine in which it has started. The public face of src/checkpoint. */
export { bakeCheckpoint, type CheckpointOptions } from "./bake-checkpoint.js";
