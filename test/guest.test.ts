import { readdirSync } from "node:fs";
import { describe, it } from "vitest";
import { scratch } from "./bake-fixture.js";
import { GUEST_PROGRAMS, sameOnHostAndGuest } from "./host-and-guest.js";

/** Every program in test/guest prints and ends on the host's Linux as in an image. Those in calls are run by calls-covered.test.ts. */
const programs = readdirSync(GUEST_PROGRAMS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".c") && !name.startsWith("calls/"))
  .sort();

describe("as on the host", async () => {
  const directory = await scratch();
  it.each(programs)("%s", async (program) => {
    await sameOnHostAndGuest(program, directory);
  });
});
