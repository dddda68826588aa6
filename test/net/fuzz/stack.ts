/** The network stack on the host under sanitisers, and packets for it: test/net/fuzz/stack.c. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { command, ROOT } from "../lab.js";

/** What of the components' sources is the machine's, and replaced by stack.c. */
const LEFT_OUT = ["tcp/src/settle.c", "netdev/src/poll.c", "net-config/src/config.c"];
const STACK = ["tcp", "udp", "ip", "ip6", "netdev", "net-config", "loopback"];
const FLAGS = ["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DRR_HOST_TEST", "-DKEPT_MOST=1u"];
const SECONDS = 600;

/** Compile it into `directory`. */
export async function buildStack(directory: string): Promise<string> {
  const components = join(ROOT, "components");
  const sources = STACK.map((name) => join(components, name, "src")).filter(existsSync)
    .flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith(".c")).map((name) => join(folder, name)))
    .filter((file) => !LEFT_OUT.some((name) => file.endsWith(`/${name}`)));
  // The fake processor of the memory tests comes first.
  const includes = [join(components, "memory/test/support"), ...readdirSync(components).map((name) => join(components, name, "include")).filter(existsSync)];
  const program = join(directory, "stack-fuzz");
  const own = [...["stack.c", "packets.c"].map((name) => join(ROOT, "test/net/fuzz", name)), join(components, "base/src/print.c")];
  const { exitCode, stderr } = await command(["gcc", ...FLAGS, ...includes.map((path) => `-I${path}`), "-o", program, ...own, ...sources], { seconds: 200 });
  if (exitCode !== 0) throw new Error(stderr);
  return program;
}

/** A seed that failed, and the steps that it takes. */
export interface Case {
  readonly seed: number;
  readonly steps: readonly number[];
}

export interface Failure {
  readonly seed: number;
  readonly text: string;
}

/** Run seeds [first, first + count), `steps` packets each. Undefined: all is well. */
export async function runSeeds(program: string, first: number, count: number, steps: number): Promise<Failure | undefined> {
  const { exitCode, stdout, stderr } = await command([program, String(first), String(count), String(steps)], { seconds: SECONDS });
  return exitCode === 0 ? undefined : { seed: Number(/seed (\d+) failed/.exec(stdout)?.[1] ?? first), text: stderr };
}

/** Run one seed's steps. Undefined: all is well. */
export async function runCase(program: string, { seed, steps }: Case): Promise<string | undefined> {
  const { exitCode, stderr } = await command([program, String(seed), "1", "0", ...steps.map(String)], { seconds: SECONDS });
  return exitCode === 0 ? undefined : stderr;
}

/** A case that still fails and has no step to spare. */
export async function shrinkCase(program: string, seed: number, count: number): Promise<Case> {
  let steps = Array.from({ length: count }, (_, index) => index);
  for (let size = Math.ceil(count / 2); size >= 1; ) {
    let smaller: number[] | undefined;
    for (let start = 0; start < steps.length && smaller === undefined; start += size) {
      const candidate = [...steps.slice(0, start), ...steps.slice(start + size)];
      if (candidate.length > 0 && (await runCase(program, { seed, steps: candidate })) !== undefined) smaller = candidate;
    }
    if (smaller !== undefined) steps = smaller;
    else size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return { seed, steps };
}
