/** A stub of a system call, as docs/interfaces.md section 2 lays it out. */
export interface Stub {
  /** What follows `__rr_sys_`: the number, or a name for the two that are not Linux calls. */
  name: string;
  /** Orders the stubs in the program: the linker sorts their sections by it. */
  section: string;
  number: number;
  /** File in toolchains/musl/stubs. */
  template: string;
}

/** Linux call numbers with a stub. 335 to 423 are unassigned on x86_64; the last is mseal. */
const RANGES: readonly (readonly [number, number])[] = [[0, 334], [424, 462]];

const CHILD_CALLS = new Set([56, 58, 435]); // clone, vfork, clone3
const SIGRETURN = 15;

/** Behind the numbers Linux will ever assign: munmap and exit without a stack, and syscall(2) with an unknown number. */
const UNMAPSELF = 0xfffffff0;
const ANY = 0xffffffff;

/** Every stub libc has, ascending by number. */
export function allStubs(): Stub[] {
  const stubs: Stub[] = [];
  for (const [first, last] of RANGES) {
    for (let number = first; number <= last; number++) {
      stubs.push({ name: String(number), section: String(number).padStart(3, "0"), number, template: templateOf(number) });
    }
  }
  // Letters sort behind digits.
  stubs.push({ name: "unmapself", section: "x_unmapself", number: UNMAPSELF, template: "unmapself.s.in" });
  stubs.push({ name: "any", section: "y_any", number: ANY, template: "any.s.in" });
  return stubs;
}

/**
 * C functions that do nothing but their call, which cannot fail: the stub is the function. A wrapper around it would cost
 * two more jumps between pages, which are the most of a null call under emulation. Weak, since programs may have their own.
 */
const FUNCTIONS: ReadonlyMap<number, string> = new Map([
  [39, "getpid"], [102, "getuid"], [104, "getgid"], [107, "geteuid"], [108, "getegid"], [110, "getppid"],
]);

/** Sources of libc that only define one of those. */
export const REPLACED_BY_STUBS: readonly string[] = [...FUNCTIONS.values()].map((name) => `src/unistd/${name}.c`);

/** The assembly source of `stub`, from the text of its template. */
export function renderStub(stub: Stub, template: string): string {
  const name = FUNCTIONS.get(stub.number);
  const alias = name === undefined ? "" : `\t.weak ${name}\n\t.type ${name},@function\n\t.set ${name},__rr_sys_${stub.name}\n`;
  return template.replaceAll("@NAME@", stub.name).replaceAll("@SECTION@", stub.section).replaceAll("@NUMBER@", String(stub.number)) + alias;
}

/** The C header that declares all stubs of Linux calls; without prototypes, since each use has its own arity. */
export function stubHeader(): string {
  const names = allStubs().filter((stub) => /^\d/.test(stub.name)).map((stub) => `__rr_sys_${stub.name}()`);
  return `hidden long ${names.join(", ")};\n`;
}

function templateOf(number: number): string {
  if (number === SIGRETURN) {
    return "sigreturn.s.in";
  }
  return CHILD_CALLS.has(number) ? "child.s.in" : "call.s.in";
}
