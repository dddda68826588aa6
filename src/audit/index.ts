/** Whether an image's protections hold: what to boot for that, and what the boots have shown. */
export { CHECKS, type Check } from "./checks.js";
export { judge, type Boot, type Evidence, type Finding, type SmashBoot } from "./judge.js";
export { auditArguments, readIngredients, writableCode, type Ingredients } from "./twin.js";
