/** `rr bake --compress`: the image is smaller, and what runs is the same program. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { prefixDirectory } from "../src/workspace/paths.js";
import { scratch } from "./bake-fixture.js";
import { command, rr, type Ended } from "./cli/rr.js";

/** Prints checksums of all that a loader has to put right: constants, data with zeros in it, and what follows data in its last page. */
const SOURCE = String.raw`
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
static const unsigned char constants[] = { NUMBERS };
static unsigned data[50000] = { 1, [777] = 777, [49999] = 7 };
static unsigned char bss[100000];
static unsigned sum(const unsigned char *bytes, unsigned long size)
{
	unsigned result = 0;
	while (size--)
		result = result * 31 + *bytes++;
	return result;
}
int main(int argc, char **argv)
{
	char line[64] = "no file";
	FILE *file = fopen("/etc/motd", "r");
	if (argc > 1 && fork() == 0)
		execl(argv[1], argv[1], (char *)0);
	if (file)
		fgets(line, sizeof(line), file);
	while (wait(0) > 0)
		;
	printf("%s %u %u %u\n", argc > 1 ? line : "plain", sum(constants, sizeof(constants)), sum((void *)data, sizeof(data)), sum(bss, sizeof(bss)));
	return data[777] == 777 ? 3 : 1;
}
`;

describe("compressed images", async () => {
  const directory = await scratch();
  const app = join(directory, "app");
  const image = (name: string): string => join(directory, `${name}.bin`);
  const run = (name: string, ...args: string[]): Promise<Ended> => rr(["run", "qemu", "-i", "--timeout", "60", ...args, image(name)]);

  beforeAll(async () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => (index * index) % 251).join(",");
    await writeFile(`${app}.c`, SOURCE.replace("NUMBERS", numbers));
    const compiled = await command(join(prefixDirectory(), "x86_64-hw/bin/x86_64-rumprun-linux-musl-gcc"), ["-O2", "-o", app, `${app}.c`]);
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    await command("cp", [app, join(directory, "other")]);
    await command("mkdir", ["-p", join(directory, "root/etc")]);
    await writeFile(join(directory, "root/etc/motd"), "from the root file system");
    for (const [name, ...options] of [["plain"], ["packed", "--compress"]]) {
      const baked = await rr(["bake", ...options, "hw_generic", image(name as string), app]);
      expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
    }
  });

  test("hold the same program, in fewer bytes, and need no more memory", async () => {
    const host = await command(app, []);
    expect(host.exitCode).toBe(3);
    for (const name of ["plain", "packed"]) {
      expect(await run(name, "-M", "3")).toMatchObject({ exitCode: 3, stdout: host.stdout, stderr: "" });
    }
    expect((await stat(image("packed"))).size).toBeLessThan((await stat(image("plain"))).size - 150_000);
  });

  test("are the same bytes each time", async () => {
    await rr(["bake", "--compress", "hw_generic", image("again"), app]);
    expect(await readFile(image("again"))).toEqual(await readFile(image("packed")));
  });

  test("may hold several programs and a root file system", async () => {
    const baked = await rr(["bake", "--compress", "hw_generic", image("several"), app, join(directory, "other"), "--rootfs", join(directory, "root"), "--", "/bin/other"]);
    expect(baked, baked.stderr).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout } = await run("several");
    const numbers = (await command(app, [])).stdout.replace("plain", "");
    expect({ exitCode, lines: stdout.split("\n").sort() }).toEqual({ exitCode: 3, lines: ["", `from the root file system${numbers.trimEnd()}`, `plain${numbers.trimEnd()}`] });
  });

  test("are told from damaged ones", async () => {
    const bytes = await readFile(image("packed"));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    await writeFile(image("damaged"), bytes);
    const { exitCode, stderr } = await run("damaged");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 125, stderr: expect.stringContaining("damaged.bin") });
  });
});
