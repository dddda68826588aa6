/** One step: which actor (a process or a thread) does what. test/fuzz/interpreter.c runs it. */
export interface Step {
  readonly actor: number;
  readonly operation: string;
  readonly arguments: readonly [number, number, number];
}

export type Program = readonly Step[];

const ACTORS = 6;
const FEWEST_STEPS = 15;
const MOST_STEPS = 60;
const SIGNALS = 10;

/** How often each operation is chosen; without those that make and end actors or wait, which need some order. */
const WEIGHTS: Readonly<Record<string, number>> = {
  vfork: 1, join: 2, wait: 5, waitid: 3, parent: 1, group: 2, yield: 1, action: 8, mask: 6, pending: 3, take: 4, kill: 7, queue: 4, tkill: 4, timer: 1,
  map: 6, unmap: 3, protect: 4, poke: 8, peek: 8, forget: 2, move: 3, resident: 1, limit: 1,
  pipe: 6, close: 6, dup: 3, dup2: 3, flags: 3, read: 8, write: 9, poll: 4, available: 2, open: 7, seek: 3, pread: 2, pwrite: 2, truncate: 2, fstat: 3,
  unlink: 2, rename: 2, link: 2, mkdir: 2, rmdir: 1, stat: 2, eventfd: 2, epoll: 2, interest: 4, ready: 4, lock: 3, flock: 2, count: 1,
};
const OPERATIONS = Object.entries(WEIGHTS).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));

/** Numbers from a seed, the same everywhere (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** What is thought to become of the actors: a step for one that is not there, or waits, would do nothing. */
class Actors {
  readonly #home = new Map<number, number>([[0, 0]]);
  readonly #waiting = new Set<number>();
  #made = 1;

  get ready(): number[] {
    return [...this.#home.keys()].filter((actor) => !this.#waiting.has(actor));
  }

  get next(): number | undefined {
    return this.#made < ACTORS ? this.#made : undefined;
  }

  make(by: number, thread: boolean): void {
    this.#home.set(this.#made, thread ? (this.#home.get(by) ?? by) : this.#made);
    this.#made += 1;
  }

  /** A main thread takes the others with it. Somebody may have waited for that. */
  end(actor: number): void {
    for (const [each, home] of this.#home) {
      if (each === actor || home === actor) {
        this.#home.delete(each);
        this.#waiting.delete(each);
      }
    }
    this.#waiting.clear();
  }

  wait(actor: number): void {
    if (this.ready.length > 1) {
      this.#waiting.add(actor);
    }
  }

  canWait(): boolean {
    return this.ready.length > 1;
  }
}

/** The program of a seed. */
export function generate(seed: number): Program {
  const random = randomNumbers(seed);
  const actors = new Actors();
  const steps = prelude(random);
  const count = FEWEST_STEPS + random(MOST_STEPS - FEWEST_STEPS);
  while (steps.length < count && actors.ready.length > 0) {
    const ready = actors.ready;
    const actor = ready[random(ready.length)] ?? 0;
    const step = { actor, ...choose(random, actors, actor) };
    steps.push(step);
  }
  return steps;
}

/** Something to work with, and most signals handled: else most programs would end, or only collect errors, at once. */
function prelude(random: (below: number) => number): Step[] {
  const step = (operation: string, ...rest: [number, number, number]): Step => ({ actor: 0, operation, arguments: rest });
  const steps: Step[] = [];
  for (let signal = 0; signal < SIGNALS; signal++) {
    if (random(4) > 0) {
      steps.push(step("action", signal, 1 + random(5), 0));
    }
  }
  if (random(3) > 0) {
    steps.push(step("pipe", 0, 1, random(2)));
  }
  if (random(2) > 0) {
    steps.push(step("open", 2, random(4), 2 + random(3)));
  }
  if (random(2) > 0) {
    steps.push(step("map", random(3), random(64), random(3)));
  }
  return steps;
}

function choose(random: (below: number) => number, actors: Actors, actor: number): Omit<Step, "actor"> {
  const numbers = (): [number, number, number] => [random(8), random(64), random(16)];
  const kind = random(30);
  const next = actors.next;
  if (kind < 3 && next !== undefined) {
    const thread = kind === 0;
    actors.make(actor, thread);
    return { operation: thread ? "thread" : "fork", arguments: [next, 0, 0] };
  }
  if (kind === 3 && actor !== 0) {
    actors.end(actor);
    return { operation: "exit", arguments: [random(200), 0, 0] };
  }
  if (kind === 4 && random(3) === 0 && actors.canWait()) {
    actors.wait(actor);
    return { operation: "await", arguments: [0, 0, 0] };
  }
  if (kind === 5 && random(2) === 0) {
    const victim = 1 + random(ACTORS - 1);
    if (victim !== actor) {
      actors.end(victim);
      return { operation: "kill", arguments: [victim, 99, 0] };
    }
  }
  return { operation: OPERATIONS[random(OPERATIONS.length)] ?? "yield", arguments: numbers() };
}

/** As the interpreter reads it. */
export function format(program: Program): string {
  return program.map(({ actor, operation, arguments: [a, b, c] }) => `${actor} ${operation} ${a} ${b} ${c}\n`).join("");
}
