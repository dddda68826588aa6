import { describe, expect, it } from "vitest";
import { callNumber } from "../../component/linux-calls.js";
import type { TraceEvent } from "../control.js";
import { TraceFormatter } from "./formatter.js";

function event(name: string, args: (number | bigint)[], more: Partial<Omit<TraceEvent, "items">> & { items?: Record<number, string | Buffer | readonly (string | Buffer)[]> } = {}): TraceEvent {
  const { items, ...rest } = more;
  const bytes = (each: string | Buffer): Buffer => (typeof each === "string" ? Buffer.from(each, "latin1") : each);
  return {
    nanoseconds: 0n, tid: 1, pid: 1, n: callNumber(name) ?? 9999, phase: "both", result: 0n, ...rest,
    args: Array.from({ length: 6 }, (_, index) => BigInt.asUintN(64, BigInt(args[index] ?? 0))),
    items: new Map(Object.entries(items ?? {}).map(([index, what]) => {
      const [own, ...elements] = typeof what === "string" || Buffer.isBuffer(what) ? [what] : what;
      return [Number(index), { bytes: own === undefined ? undefined : bytes(own), elements: elements.map(bytes) }];
    })),
  };
}

const line = (...parameters: Parameters<typeof event>): string => new TraceFormatter().push(event(...parameters)).join("\n").replace(/ +=/, " =");

describe("one call in one line", () => {
  it.each<[string, Parameters<typeof event>]>([
    ['openat(AT_FDCWD, "/etc/x", O_RDONLY|O_CLOEXEC) = 3', ["openat", [-100, 1, 0o2000000, 0], { items: { 1: "/etc/x" }, result: 3n }]],
    ['open("f", O_WRONLY|O_CREAT|O_TRUNC, 0644) = -1 ENOENT (No such file or directory)', ["open", [1, 0o1101, 0o644], { items: { 0: "f" }, result: -2n }]],
    ['write(1, "a\\n\\"\\0\\33\\0011", 7) = 7', ["write", [1, 4096, 7], { items: { 1: 'a\n"\0\x1b\x011' }, result: 7n }]],
    ['write(1, "abc"..., 4000) = 4000', ["write", [1, 4096, 4000], { items: { 1: "abc" }, result: 4000n }]],
    ["mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000", ["mmap", [0, 8192, 3, 0x22, 0xffffffffn, 0], { result: 0x7f0000000000n }]],
    ["mprotect(0x1000, 4096, PROT_NONE) = 0", ["mprotect", [0x1000, 4096, 0]]],
    ["futex(0x10, FUTEX_WAIT_PRIVATE, 2, NULL) = -1 EAGAIN (Resource temporarily unavailable)", ["futex", [16, 128, 2], { result: -11n }]],
    ["kill(-1, SIGTERM) = 0", ["kill", [-1, 15]]],
    ["lseek(3, -5, SEEK_END) = 7", ["lseek", [3, -5, 2], { result: 7n }]],
    ["wait4(-1, NULL, 0, NULL) = -1 ECHILD (No child processes)", ["wait4", [-1], { result: -10n }]],
    ["getppid() = 0", ["getppid", []]],
    ["acct(0x1, 0x0, 0x5) = -1 ENOSYS (Function not implemented)", ["acct", [1, 0, 5], { result: -38n }]],
    ["unknown(0x1) = 5", ["unknown", [1], { result: 5n }]],
  ])("%s", (expected, parameters) => {
    const printed = line(...parameters);
    expect(printed.replace(/^\S*9999\S*\(/, "unknown(")).toBe(expected);
  });
});

describe("two events a call", () => {
  it("make one line, with what came out", () => {
    const formatter = new TraceFormatter();
    expect(formatter.push(event("read", [0, 4096, 100], { phase: "enter" }))).toEqual([]);
    const lines = formatter.push(event("read", [0, 4096, 100], { phase: "exit", result: 3n, items: { 1: "abc" } }));
    expect(lines).toEqual(['read(0, "abc", 100)                     = 3']);
  });

  it("are told apart when threads alternate, and at the end", () => {
    const formatter = new TraceFormatter();
    const lines = [
      event("read", [0, 4096, 1], { phase: "enter" }),
      event("getpid", [], { phase: "enter", tid: 2, pid: 2 }),
      event("getpid", [], { phase: "exit", tid: 2, pid: 2, result: 1n }),
      event("read", [0, 4096, 1], { phase: "exit", result: 0n, items: { 1: "" } }),
      event("exit_group", [3], { phase: "enter" }),
    ].flatMap((each) => formatter.push(each));
    expect([...lines, ...formatter.end()].map((each) => each.replace(/ +=/, " ="))).toEqual([
      "[pid 1] read(0,  <unfinished ...>", "strace: Process 2 attached", "[pid 2] getpid() = 1",
      '[pid 1] <... read resumed>"", 1) = 0', "[pid 1] exit_group(3) = ?", "[pid 1] +++ exited with 3 +++",
    ]);
  });

  const lines = (events: readonly TraceEvent[], options = {}): string[] => {
    const formatter = new TraceFormatter(options);
    return [...events.flatMap((each) => formatter.push(each)), ...formatter.end()].map((each) => each.replace(/ +=/, " ="));
  };

  it("show who made whom, and how each ended", () => {
    const status = Buffer.alloc(4);
    status.writeInt32LE(9);
    expect(lines([
      event("fork", [], { phase: "enter" }), event("fork", [], { phase: "exit", result: 2n }),
      event("wait4", [-1, 64, 0, 0], { phase: "enter" }),
      event("write", [1, 0, 0], { phase: "enter", tid: 2, pid: 2 }),
      event("", [1], { n: 9, phase: "signal", tid: 2, pid: 2, items: { 0: siginfo(9, 0, 1) } }),
      event("wait4", [-1, 64, 0, 0], { phase: "exit", result: 2n, items: { 1: status } }),
    ])).toEqual([
      "strace: Process 2 attached", "[pid 1] fork() = 2", "[pid 1] wait4(-1,  <unfinished ...>", "[pid 2] write(1, NULL, 0 <unfinished ...>",
      "[pid 2] --- SIGKILL {si_signo=SIGKILL, si_code=SI_USER, si_pid=1, si_uid=0} ---",
      "[pid 2] <... write resumed>) = ?", "[pid 2] +++ killed by SIGKILL +++",
      "<... wait4 resumed>[{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = 2",
    ]);
  });

  it("know threads of a process from processes, also a child that ended first", () => {
    expect(lines([
      event("clone", [0x10000, 4096, 0, 0, 0], { phase: "exit", result: 2n }),
      event("futex", [64, 0, 0, 0], { phase: "enter", tid: 2, pid: 1 }),
      event("vfork", [], { phase: "enter" }),
      event("exit_group", [3], { phase: "enter", tid: 3, pid: 3 }),
      event("vfork", [], { phase: "exit", result: 3n }),
      event("exit_group", [0], { phase: "enter" }),
    ])).toEqual([
      "strace: Process 2 attached", "[pid 1] clone(child_stack=0x1000, flags=CLONE_THREAD) = 2", "[pid 2] futex(0x40, FUTEX_WAIT, 0, NULL <unfinished ...>",
      "[pid 1] vfork( <unfinished ...>", "strace: Process 3 attached", "[pid 3] exit_group(3) = ?", "[pid 3] +++ exited with 3 +++",
      "[pid 1] <... vfork resumed>) = 3", "[pid 1] exit_group(0) = ?", "[pid 1] +++ exited with 0 +++",
      "<... futex resumed>) = ?", "+++ exited with 0 +++",
    ]);
  });

  it("begin with the time since the line before, if asked", () => {
    expect(lines([event("getpid", [], { nanoseconds: 5_000_000n }), event("getpid", [], { nanoseconds: 1_005_123_000n })], { relative: true }))
      .toEqual(["     0.000000 getpid() = 0", "     1.000123 getpid() = 0"]);
  });
});

/** The beginning of a siginfo_t of kill(2). */
function siginfo(signal: number, code: number, pid: number): Buffer {
  const info = Buffer.alloc(128);
  info.writeInt32LE(signal, 0);
  info.writeInt32LE(code, 8);
  info.writeInt32LE(pid, 16);
  return info;
}

/** Little-endian words of 8 bytes. */
function words(...values: (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), index * 8));
  return bytes;
}

describe("what pointers point to", () => {
  const stat = Buffer.alloc(144);
  stat.writeUInt32LE(0o100644, 24);
  stat.writeBigInt64LE(12n, 48);
  it.each<[string, Parameters<typeof event>]>([
    ['newfstatat(AT_FDCWD, "f", {st_mode=S_IFREG|0644, st_size=12, ...}, AT_SYMLINK_NOFOLLOW) = 0', ["newfstatat", [-100, 1, 2, 256], { items: { 1: "f", 2: stat } }]],
    ["fstat(3, 0x2) = -1 EBADF (Bad file descriptor)", ["fstat", [3, 2], { result: -9n }]],
    ["nanosleep({tv_sec=1, tv_nsec=5}, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)", ["nanosleep", [1, 0], { result: -512n, items: { 0: words(1, 5) } }]],
    ['writev(1, [{iov_base="ab", iov_len=2}, {iov_base="c"..., iov_len=50}], 2) = 52', ["writev", [1, 1, 2], { result: 52n, items: { 1: [words(4096, 2, 8192, 50), "ab", "c"] } }]],
    ['readv(0, [{iov_base="ab", iov_len=2}, {iov_base="c", iov_len=50}], 2) = 3', ["readv", [0, 1, 2], { result: 3n, items: { 1: [words(4096, 2, 8192, 50), "ab", "c???"] } }]],
    ['execve("/bin/x", ["x", "a b"], 0x3) = -1 ENOENT (No such file or directory)', ["execve", [1, 2, 3], { result: -2n, items: { 0: "/bin/x", 1: [words(1), "x", "a b"] } }]],
    [
      "rt_sigaction(SIGTERM, {sa_handler=0x4000, sa_mask=[INT RT_1], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x5000}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0",
      ["rt_sigaction", [15, 1, 2, 8], { items: { 1: words(0x4000, 0x14000000, 0x5000, 0x100000002), 2: words(0, 0, 0, 0) } }],
    ],
    ["rt_sigprocmask(SIG_BLOCK, ~[KILL STOP], NULL, 8) = 0", ["rt_sigprocmask", [0, 1, 0, 8], { items: { 1: words(~((1n << 8n) | (1n << 18n))) } }]],
    ["poll([{fd=3, events=POLLIN}], 1, 5) = 1 ([{fd=3, revents=POLLHUP}])", ["poll", [1, 1, 5], { result: 1n, items: { 0: words(0x0010000100000003n) } }]],
    ["poll([{fd=3, events=POLLIN}], 1, 5) = 0 (Timeout)", ["poll", [1, 1, 5], { items: { 0: words(0x100000003n) } }]],
    ["pipe2([3, 4], O_CLOEXEC) = 0", ["pipe2", [1, 0o2000000], { items: { 0: words(0x400000003n) } }]],
    ["wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP}], WSTOPPED, NULL) = 2", ["wait4", [-1, 1, 2, 0], { result: 2n, items: { 1: words(0x147f) } }]],
    ["wait4(-1, 0x1, WNOHANG, NULL) = 0", ["wait4", [-1, 1, 1, 0], { items: { 1: words(0) } }]],
    ["clock_gettime(CLOCK_MONOTONIC, {tv_sec=7, tv_nsec=8}) = 0", ["clock_gettime", [1, 1], { items: { 1: words(7, 8) } }]],
    ["setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=0}, it_value={tv_sec=1, tv_usec=2}}, NULL) = 0", ["setitimer", [0, 1, 0], { items: { 1: words(0, 0, 1, 2) } }]],
    ["prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0", ["prlimit64", [0, 3, 0, 1], { items: { 3: words(8 << 20, -1) } }]],
    ["fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)", ["fcntl", [3, 3], { result: 0x8002n }]],
    ["fcntl(3, F_SETFD, FD_CLOEXEC) = 0", ["fcntl", [3, 2, 1]]],
    ["fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1, l_len=2}) = 0", ["fcntl", [3, 6, 1], { items: { 2: words(1, 1, 2, 0) } }]],
    ["ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0", ["ioctl", [0, 0x5413, 1], { items: { 2: words(24 + 80 * 65536) } }]],
    ["select(4, [0 3], NULL, NULL, NULL) = 1", ["select", [4, 1], { result: 1n, items: { 1: Buffer.concat([words(9), Buffer.alloc(120)]) } }]],
    ["epoll_wait(3, [{events=EPOLLIN|EPOLLET, data={u32=5, u64=5}}], 8, -1) = 1", ["epoll_wait", [3, 1, 8, -1], { result: 1n, items: { 1: Buffer.from("010000800500000000000000", "hex") } }]],
    ["mknod(\"p\", S_IFIFO|0600, 0x0) = 0", ["mknod", [1, 0o010600, 0], { items: { 0: "p" } }]],
    ["getcwd(\"/tmp\", 100) = 5", ["getcwd", [1, 100], { result: 5n, items: { 0: "/tmp" } }]],
  ])("%s", (expected, parameters) => {
    expect(line(...parameters)).toBe(expected);
  });
});

describe("whatever a guest sends", () => {
  it("becomes lines, and nothing else", () => {
    // A guest may be broken: numbers, lengths and order mean nothing.
    let state = 12345;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    const phases = ["enter", "exit", "both", "signal"] as const;
    const formatter = new TraceFormatter();
    for (let round = 0; round < 20_000; round++) {
      const items = new Map(Array.from({ length: random(4) }, () => [random(8), {
        bytes: random(3) === 0 ? undefined : Buffer.from(Array.from({ length: random(300) }, () => random(256))),
        elements: Array.from({ length: random(3) }, () => Buffer.from([random(256)])),
      }] as const));
      const lines = formatter.push({
        nanoseconds: BigInt(random(1e9)), tid: random(4), pid: random(3), n: random(500), phase: phases[random(4)] ?? "both",
        args: Array.from({ length: 6 }, () => BigInt.asUintN(64, BigInt(random(4000) - 100) ** BigInt(1 + random(5)))), result: BigInt(random(5000) - 4500), items,
      });
      lines.forEach((each) => expect(each).toMatch(/^[ -~]*$/));
    }
    formatter.end();
  });
});
