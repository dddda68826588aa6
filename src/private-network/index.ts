/** Private networks of machines on one host. The public face of src/private-network; docs/networking.md is for users. */
export type * from "./types.js";
export { createNetwork, inspectNetwork, listNetworks, removeNetwork } from "./registry.js";
export { PrivatePort } from "./port.js";
