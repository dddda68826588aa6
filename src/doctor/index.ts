/** What is on this host and what is missing. */
export { examineHost, installCommand } from "./examine.js";
export { loadRequirements } from "./requirements.js";
export type { Finding, Requirement, State } from "./types.js";
