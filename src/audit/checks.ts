/** The protections an audit looks at, in the order in which they are shown. The names are those of programs/audit. */
export interface Check {
  name: string;
  /** What must hold. */
  what: string;
  group: "memory" | "stacks" | "page tables" | "randomness" | "processor" | "image";
}

const group = (name: Check["group"], checks: Readonly<Record<string, string>>): Check[] =>
  Object.entries(checks).map(([check, what]) => ({ name: check, what, group: name }));

export const CHECKS: readonly Check[] = [
  ...group("image", { "image-wx": "no part of the image is writable and executable" }),
  ...group("memory", {
    "null-page": "page 0 cannot be read, written or called",
    "nx-data": "a program's data is not executable",
    "nx-heap": "a program's heap is not executable",
    "nx-brk": "what brk adds is not executable",
    "nx-mmap": "anonymous mappings are not executable",
    "nx-stack": "a program's stack is not executable",
    "nx-thread-stack": "stacks of threads are not executable",
    "wx-refused": "a mapping cannot become writable and executable",
    "ro-text": "a program's code is read-only",
    "ro-rodata": "a program's constants are read-only",
    "ro-libos-text": "the libOS's code is read-only",
    "ro-libos-rodata": "the libOS's constants are read-only",
    "nx-libos-data": "the libOS's data is not executable",
    "nx-libos-rodata": "the libOS's constants are not executable",
    "nx-libos-stack": "the libOS's first stack is not executable",
    "nx-libos-thread-stack": "the libOS's stacks of threads are not executable",
    "nx-direct-map": "the libOS's view of all memory is not executable",
  }),
  ...group("stacks", {
    "guard-stack": "a program's stack ends in a guard",
    "guard-thread": "a thread's stack ends in a guard",
    "guard-libos": "the libOS's first stack ends in a guard",
    "guard-libos-thread": "the libOS's stacks of threads end in a guard",
    "canary-program-checked": "a program's overwritten frame is found",
    "canary-libos-checked": "an overwritten frame of the libOS ends the machine",
  }),
  ...group("page tables", {
    "pages-wx": "no page is writable and executable",
    "pages-null": "page 0 is not mapped",
    "pages-libos": "the libOS's pages have the rights of their kind",
    "pages-direct-map": "the view of all memory is not executable",
  }),
  ...group("randomness", {
    "aslr-stack": "the stack's place differs from boot to boot",
    "aslr-mmap": "the place of mappings differs from boot to boot",
    "aslr-brk": "the heap's place differs from boot to boot",
    "at-random": "AT_RANDOM differs from boot to boot",
    "canary-program": "a program's canary differs from boot to boot",
    "canary-libos": "the libOS's canary differs from boot to boot",
  }),
  ...group("processor", {
    "cr0-wp": "read-only holds for ring 0 (CR0.WP)",
    "efer-nxe": "no-execute is on (EFER.NXE)",
    smep: "ring 0 executes nothing of ring 3 (SMEP)",
    smap: "ring 0 reads nothing of ring 3 by accident (SMAP)",
    umip: "ring 3 cannot look at descriptor tables (UMIP)",
  }),
];

/** What guards ring 0 against ring 3: without pages for ring 3 there is nothing to guard against. */
export const AGAINST_RING_3: ReadonlySet<string> = new Set(["smep", "smap", "umip"]);
/** Whether there are such pages; no protection by itself. */
export const NO_RING_3 = "pages-user";

/** Values that must differ between boots. */
export const RANDOM: readonly string[] = CHECKS.filter((check) => check.group === "randomness").map(({ name }) => name);
