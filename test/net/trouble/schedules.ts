/** Transfers both ways at once between an image and Linux, over a link with trouble: test/net/programs/transfer.c. */
import { join } from "node:path";
import { boot } from "../guest.js";
import { command, INSIDE, Lab, OUTSIDE } from "../lab.js";

export interface Schedule {
  readonly name: string;
  /** As test/net/lab/lab.h has it. */
  readonly trouble: string;
  /** At once, each way; and bytes of each at most. */
  readonly connections: number;
  readonly most: number;
}

export const SCHEDULES: readonly Schedule[] = [
  { name: "no trouble", trouble: "", connections: 12, most: 2_000_000 },
  { name: "loss", trouble: "loss=30 delay=500", connections: 8, most: 300_000 },
  { name: "much loss", trouble: "loss=100 delay=200", connections: 4, most: 60_000 },
  { name: "reordering and repetition", trouble: "reorder=200 late=8000 duplicate=100 delay=500 jitter=500", connections: 8, most: 400_000 },
  { name: "delay", trouble: "delay=20000 jitter=5000", connections: 8, most: 300_000 },
  { name: "damage", trouble: "corrupt=30 truncate=10 delay=200", connections: 8, most: 200_000 },
  { name: "a narrow way", trouble: "mtu=600", connections: 6, most: 300_000 },
  { name: "a way that changes its width", trouble: "mtu=1500 narrow=700 every=100000 delay=500", connections: 6, most: 500_000 },
  {
    name: "all of it", connections: 8, most: 100_000,
    trouble: "loss=20 duplicate=20 reorder=50 late=5000 corrupt=10 truncate=5 delay=1000 jitter=1000 mtu=1400 narrow=900 every=200000",
  },
];

/** Run it; `directory` has lab and transfer. Throws when something did not arrive, or not within `seconds`. `pcap`: a file for what the image's card sees. */
export async function transfer(directory: string, { trouble, connections, most }: Schedule, seed: number, { seconds = 100, pcap }: { seconds?: number; pcap?: string } = {}): Promise<void> {
  const lab = await Lab.make(directory, "qemu", seed, trouble);
  try {
    const numbers = (text: string, what: string): string => new RegExp(`${what} (\\d+) connections, (\\d+) bytes \\w+, (\\d+) \\w+`).exec(text)?.slice(1).join() ?? "";
    const program = join(directory, "transfer");
    const qemuArgs = pcap === undefined ? [] : ["-object", `filter-dump,id=dump,netdev=lab,file=${pcap},maxlen=120`];
    const guest = boot(lab, `${program}.bin`, ["both", OUTSIDE, "4000", String(connections), String(2 * seed), String(most)], { seconds, qemuArgs });
    const host = await command(lab.outside([program, "both", INSIDE, "4000", String(connections), String(2 * seed + 1), String(most)]), { seconds });
    if (host.exitCode !== 0) {
      const sockets = await command(lab.outside(["ss", "-tan"]));
      await guest.stop();
      throw new Error(`the host ends with ${host.exitCode}: ${host.stdout}${host.stderr}\n${sockets.stdout}\nthe image: ${(await guest.ended).stdout}`);
    }
    const end = await guest.ended;
    if (end.exitCode !== 0) throw new Error(`the image ends with ${end.exitCode}: ${end.reason ?? ""}\n${end.stdout}${end.log.join("\n")}`);
    const there = numbers(host.stdout, "called") === numbers(end.stdout, "served") && numbers(end.stdout, "called") === numbers(host.stdout, "served");
    if (!there) throw new Error(`what was sent is not what has arrived:\n${host.stdout}\n${end.stdout}`);
  } finally {
    await lab.end();
  }
}
