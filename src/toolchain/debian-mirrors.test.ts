import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTemporaryDirectory } from "../workspace/temporary.js";
import { debianMirrors } from "./debian-mirrors.js";

test("both formats of apt's configuration are read; other archives are left out", async () => {
  await withTemporaryDirectory(async (apt) => {
    await mkdir(join(apt, "sources.list.d"));
    await writeFile(join(apt, "sources.list"), [
      "# deb http://commented.example/debian stable main",
      "deb http://one.example/debian/ stable main",
      "deb [arch=amd64 signed-by=/usr/share/key] https://two.example/ubuntu jammy main",
      "deb-src http://one.example/debian stable main",
      "deb https://vendor.example/apt thing main",
    ].join("\n"));
    await writeFile(join(apt, "sources.list.d", "debian.sources"),
      "Types: deb\nURIs: http://three.example/debian\n http://four.example/debian\nSuites: bookworm\n\nTypes: deb\nURIs: https://vendor.example/node\n");
    expect(await debianMirrors(apt)).toEqual([
      "http://one.example/debian", "https://two.example/ubuntu", "http://three.example/debian", "http://four.example/debian",
    ]);
    expect(await debianMirrors(join(apt, "nothing"))).toEqual([]);
  });
});
