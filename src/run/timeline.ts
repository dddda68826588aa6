import type { TimelineEntry } from "./types.js";

/** Collects what host and guest stamp while a machine runs; all on one scale in the end. */
export class Stamps {
  /** Milliseconds on the clock of performance.now(), which starts with the process. */
  private readonly hostStamps: { at: number; name: string }[] = [{ at: performance.now(), name: "run called" }];
  private readonly guestStamps: { cycles: bigint; name: string }[] = [];
  private boot: { cycles: bigint; hertz: bigint; arrived: number } | undefined;

  host(name: string): void {
    this.hostStamps.push({ at: performance.now(), name });
  }

  guest(stamp: { cycles: bigint; name: string }): void {
    this.guestStamps.push({ cycles: stamp.cycles, name: stamp.name });
  }

  booted({ cycles, hertz }: { cycles: bigint; hertz: bigint }): void {
    this.boot ??= { cycles, hertz, arrived: performance.now() };
  }

  /**
   * In order of time, zero when QEMU was started. The guest's clock begins at its entry; the two meet in the arrival of its "booted",
   * so the guest's stamps are late by what that message took (well under a millisecond).
   */
  timeline(): TimelineEntry[] {
    const zero = this.hostStamps.find(({ name }) => name === "QEMU started")?.at ?? 0;
    const entries: TimelineEntry[] = [
      { atMs: -zero, where: "host", name: "rr started" },
      ...this.hostStamps.map(({ at, name }) => ({ atMs: at - zero, where: "host" as const, name })),
    ];
    const { boot } = this;
    if (boot !== undefined && boot.hertz > 0n) {
      const milliseconds = (cycles: bigint): number => (Number(cycles) * 1000) / Number(boot.hertz);
      const entry = boot.arrived - zero - milliseconds(boot.cycles);
      const stamps = [{ cycles: 0n, name: "first instruction" }, ...this.guestStamps, { cycles: boot.cycles, name: "booted" }];
      for (const { cycles, name } of stamps) {
        entries.push({ atMs: entry + milliseconds(cycles), guestMs: milliseconds(cycles), where: "guest", name });
      }
    }
    return entries.sort((a, b) => a.atMs - b.atMs);
  }
}
