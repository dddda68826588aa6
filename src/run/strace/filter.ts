import { callNumber } from "../../component/linux-calls.js";
import { nearest, RrError } from "../../errors/rr-error.js";
import { knownCalls, signature } from "./calls.js";

const words = (text: string): string[] => text.trim().split(/\s+/);
/** strace's classes that do not follow from the arguments. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  process: words("clone clone3 fork vfork execve execveat exit exit_group wait4 waitid pidfd_open pidfd_send_signal"),
  signal: words(`rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack kill
    tkill tgkill pause signalfd signalfd4 pidfd_send_signal`),
  memory: words("mmap munmap mprotect mremap brk madvise mincore msync mlock munlock mlockall munlockall"),
  network: words(`socket connect accept accept4 sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername socketpair setsockopt
    getsockopt`),
};
const DERIVED: Readonly<Record<string, (kind: string) => boolean>> = {
  file: (kind) => kind === "path",
  desc: (kind) => kind === "fd" || kind === "dir" || kind === "pollfds",
};
/** Of the class %desc though their arguments do not show it. */
const MORE_DESC = words("pipe pipe2 socket socketpair epoll_create epoll_create1 eventfd eventfd2 timerfd_create memfd_create select pselect6 open openat");

/**
 * The numbers of the calls that `text` asks for, as strace's -e trace=: names and %classes (%file %process %signal %memory %desc %network), separated by
 * commas, after a "!" all but those; "all", "none". Undefined: all. Throws STRACE_FILTER.
 */
export function parseFilter(text: string): ReadonlySet<number> | undefined {
  const list = text.replace(/^trace=/, "");
  const negated = list.startsWith("!");
  const items = (negated ? list.slice(1) : list).split(",").map((item) => item.trim()).filter((item) => item !== "");
  if (items.length === 0 || (items.length === 1 && items[0] === "all")) {
    return negated ? new Set() : undefined;
  }
  const chosen = new Set(items.flatMap((item) => (item === "none" ? [] : callsOf(item))));
  return negated ? new Set(allNumbers().filter((n) => !chosen.has(n))) : chosen;
}

function allNumbers(): number[] {
  // The guest's table has room for numbers of 12 bits; Linux ends below 512.
  return Array.from({ length: 512 }, (_, n) => n);
}

function callsOf(item: string): number[] {
  if (item.startsWith("%")) {
    return classMembers(item.slice(1)).map((name) => callNumber(name) ?? 0);
  }
  const number = callNumber(item);
  if (number === undefined) {
    throw new RrError("STRACE_FILTER", `there is no system call "${item}"`, { exitCode: 2, hint: suggestion(item) });
  }
  return [number];
}

function classMembers(name: string): readonly string[] {
  const kinds = DERIVED[name];
  if (kinds !== undefined) {
    const members = knownCalls().filter((call) => signature(call)?.some(({ kind }) => kinds(kind)));
    return name === "desc" ? [...new Set([...members, ...MORE_DESC])] : members;
  }
  const members = CLASSES[name];
  if (members === undefined) {
    throw new RrError("STRACE_FILTER", `there is no class "%${name}" of system calls`, { exitCode: 2, hint: `the classes are ${classNames().join(", ")}` });
  }
  return members;
}

function classNames(): string[] {
  return [...Object.keys(DERIVED), ...Object.keys(CLASSES)].map((name) => `%${name}`);
}

function suggestion(name: string): string {
  const near = nearest(name, [...knownCalls(), ...classNames()]);
  return near === undefined ? `names as in docs/syscalls.md, or ${classNames().join(", ")}` : `did you mean "${near}"?`;
}
