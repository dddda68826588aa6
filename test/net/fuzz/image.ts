/** Hostile packets for an image that serves: test/net/programs/service.c in the network of lab.ts. */
import { join } from "node:path";
import { boot, build, type Guest } from "../guest.js";
import { command, INSIDE, Lab, ROOT } from "../lab.js";

const QUIET_TRIES = 40;
/** What a storm may leave behind for a minute: half-open connections, neighbours, what is in TIME-WAIT. */
export const KEPT_KILOBYTES = 512;

/** Service, clients and storm, in `directory`. */
export async function buildAttack(directory: string): Promise<void> {
  await build(directory, "service");
  await build(directory, "client");
  const files = ["storm.c", "packets.c"].map((name) => join(ROOT, "test/net/fuzz", name));
  const { exitCode, stderr } = await command(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", join(directory, "storm"), ...files]);
  if (exitCode !== 0) throw new Error(stderr);
}

export interface State {
  /** Kilobytes of memory that are free, connections that are open, how often accept failed. */
  free: number;
  open: number;
  refused: number;
}

/** An image that serves, in a network of its own. */
export class Served {
  private constructor(readonly lab: Lab, readonly guest: Guest, private readonly directory: string) {}

  static async start(directory: string, { memoryMb = 64, descriptors = 1024, seconds = 100 } = {}): Promise<Served> {
    const lab = await Lab.make(directory, "qemu");
    const guest = boot(lab, join(directory, "service.bin"), [String(descriptors)], { memoryMb, seconds });
    const served = new Served(lab, guest, directory);
    try {
      await guest.says(/ready/);
      // Until it has its address; and what is allocated once, is.
      await served.retry(() => served.echo(5, 50_000), 50);
      return served;
    } catch (error) {
      await served.end();
      throw error;
    }
  }

  /** The argv of a client that runs outside. */
  client(...args: readonly (string | number)[]): string[] {
    const [what = "", ...more] = args.map(String);
    return this.lab.outside([join(this.directory, "client"), what, INSIDE, ...more]);
  }

  /** Clients one after the other; throws when one of them is not served. */
  async echo(count: number, bytes: number): Promise<void> {
    const { exitCode, stderr } = await command(this.client("echo", count, bytes));
    if (exitCode !== 0) throw new Error(`a client was not served: ${stderr}`);
  }

  async ask(what = "tell"): Promise<State> {
    const { stdout, stderr } = await command(this.client("ask", what));
    const match = /free (\d+) open (\d+) refused (\d+)/.exec(stdout);
    if (match === null) throw new Error(`the service says nothing about itself: ${stderr}`);
    return { free: Number(match[1]), open: Number(match[2]), refused: Number(match[3]) };
  }

  /** Ask until `is` what it should be, for some seconds; the last answer. */
  async askUntil(is: (state: State) => boolean): Promise<State> {
    let state = await this.ask();
    for (let tries = 0; tries < QUIET_TRIES && !is(state); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      state = await this.ask();
    }
    return state;
  }

  storm(what: string | number, count: number): Promise<unknown> {
    return command([join(this.directory, "storm"), this.lab.directory, String(what), String(count)]).then(({ exitCode, stderr }) => {
      if (exitCode !== 0) throw new Error(stderr);
    });
  }

  private async retry(what: () => Promise<void>, times: number): Promise<void> {
    for (;;) {
      try {
        return await what();
      } catch (error) {
        if (--times === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async end(): Promise<void> {
    await this.guest.stop();
    await this.lab.end();
  }
}

/** A storm over an image, while clients are served; it may leave `kept` KiB behind. What harm it did; undefined: none. */
export async function stormOnImage(directory: string, seed: number, packets: number, kept = KEPT_KILOBYTES): Promise<string | undefined> {
  const served = await Served.start(directory);
  try {
    const before = await served.ask();
    let over = false;
    const storm = served.storm(seed, packets).finally(() => (over = true));
    do {
      await served.echo(3, 20_000);
    } while (!over);
    await storm;
    await served.ask("close");
    const after = await served.askUntil(({ free }) => free >= before.free - kept);
    await served.echo(5, 50_000);
    return after.free >= before.free - kept ? undefined : `${before.free - after.free} KiB of memory are gone`;
  } catch (error) {
    const end = await Promise.race([served.guest.ended, new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500))]);
    return `${String(error)}${end === undefined ? "" : `\n${JSON.stringify({ ...end, backtrace: end.crash?.backtrace })}`}`;
  } finally {
    await served.end();
  }
}
