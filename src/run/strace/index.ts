/** System calls as strace prints them: what to ask the guest for, and how to write what it sends. */
export { parseFilter } from "./filter.js";
export { TraceFormatter, unfinishedCall } from "./formatter.js";
export { traceRequest } from "./request.js";
