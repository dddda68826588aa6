import { constants } from "node:os";

/** Names of bits and values of the Linux x86_64 ABI (kernel headers uapi/), for printing system calls. */

/** A set of bits: those named, in this order; the rest is printed as a number. */
export type BitNames = readonly (readonly [bit: number, name: string])[];
export type ValueNames = Readonly<Record<number, string>>;

const values = (first: number, names: string): ValueNames => Object.fromEntries(names.split(" ").map((name, index) => [first + index, name]));
/** One bit after the other from `first` on; "-" for one without a name. */
const bits = (first: number, names: string): BitNames => names.split(" ").flatMap((name, index) => (name === "-" ? [] : [[2 ** (Math.log2(first) + index), name] as const]));

export const BITS = {
  open: [
    [0o1, "O_WRONLY"], [0o2, "O_RDWR"], [0o100, "O_CREAT"], [0o200, "O_EXCL"], [0o400, "O_NOCTTY"], [0o1000, "O_TRUNC"], [0o2000, "O_APPEND"],
    [0o4000, "O_NONBLOCK"], [0o4010000, "O_SYNC"], [0o10000, "O_DSYNC"], [0o40000, "O_DIRECT"], [0o100000, "O_LARGEFILE"],
    [0o20200000, "O_TMPFILE"], [0o200000, "O_DIRECTORY"], [0o400000, "O_NOFOLLOW"], [0o1000000, "O_NOATIME"], [0o2000000, "O_CLOEXEC"],
    [0o10000000, "O_PATH"],
  ],
  protection: [[1, "PROT_READ"], [2, "PROT_WRITE"], [4, "PROT_EXEC"], [0x1000000, "PROT_GROWSDOWN"]],
  map: [
    [0x01, "MAP_SHARED"], [0x02, "MAP_PRIVATE"], [0x10, "MAP_FIXED"], [0x20, "MAP_ANONYMOUS"], [0x100, "MAP_GROWSDOWN"], [0x2000, "MAP_LOCKED"],
    [0x4000, "MAP_NORESERVE"], [0x8000, "MAP_POPULATE"], [0x10000, "MAP_NONBLOCK"], [0x20000, "MAP_STACK"], [0x40000, "MAP_HUGETLB"],
    [0x100000, "MAP_FIXED_NOREPLACE"],
  ],
  remap: bits(1, "MREMAP_MAYMOVE MREMAP_FIXED MREMAP_DONTUNMAP"),
  msync: bits(1, "MS_ASYNC MS_INVALIDATE MS_SYNC"),
  mlock: bits(1, "MCL_CURRENT MCL_FUTURE MCL_ONFAULT"),
  at: bits(0x100, "AT_SYMLINK_NOFOLLOW AT_REMOVEDIR AT_SYMLINK_FOLLOW AT_NO_AUTOMOUNT AT_EMPTY_PATH AT_STATX_FORCE_SYNC AT_STATX_DONT_SYNC"),
  faccess: [[0x100, "AT_SYMLINK_NOFOLLOW"], [0x200, "AT_EACCESS"], [0x1000, "AT_EMPTY_PATH"]],
  access: [[4, "R_OK"], [2, "W_OK"], [1, "X_OK"]],
  clone: bits(
    0x100,
    "CLONE_VM CLONE_FS CLONE_FILES CLONE_SIGHAND CLONE_PIDFD CLONE_PTRACE CLONE_VFORK CLONE_PARENT CLONE_THREAD CLONE_NEWNS CLONE_SYSVSEM CLONE_SETTLS " +
      "CLONE_PARENT_SETTID CLONE_CHILD_CLEARTID - CLONE_UNTRACED CLONE_CHILD_SETTID CLONE_NEWCGROUP CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER " +
      "CLONE_NEWPID CLONE_NEWNET CLONE_IO",
  ),
  pipe: [[0o4000, "O_NONBLOCK"], [0o2000000, "O_CLOEXEC"], [0o40000, "O_DIRECT"]],
  cloexec: [[1, "FD_CLOEXEC"]],
  random: bits(1, "GRND_NONBLOCK GRND_RANDOM GRND_INSECURE"),
  wait: [
    [1, "WNOHANG"], [2, "WSTOPPED"], [4, "WEXITED"], [8, "WCONTINUED"], [0x1000000, "WNOWAIT"], [0x20000000, "__WNOTHREAD"], [0x40000000, "__WALL"],
    [0x80000000, "__WCLONE"],
  ],
  timer: [[1, "TIMER_ABSTIME"]],
  timerfd: [[1, "TFD_TIMER_ABSTIME"], [2, "TFD_TIMER_CANCEL_ON_SET"]],
  timerfdCreate: [[0o4000, "TFD_NONBLOCK"], [0o2000000, "TFD_CLOEXEC"]],
  eventfd: [[1, "EFD_SEMAPHORE"], [0o4000, "EFD_NONBLOCK"], [0o2000000, "EFD_CLOEXEC"]],
  signalfd: [[0o4000, "SFD_NONBLOCK"], [0o2000000, "SFD_CLOEXEC"]],
  memfd: bits(1, "MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB"),
  epoll: [[0o2000000, "EPOLL_CLOEXEC"]],
  epollEvents: [
    ...bits(1, "EPOLLIN EPOLLPRI EPOLLOUT EPOLLERR EPOLLHUP - EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND EPOLLMSG - - EPOLLRDHUP"),
    [0x10000000, "EPOLLEXCLUSIVE"], [0x20000000, "EPOLLWAKEUP"], [0x40000000, "EPOLLONESHOT"], [0x80000000, "EPOLLET"],
  ],
  pollEvents: bits(1, "POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND POLLMSG - - POLLRDHUP"),
  sigactionFlags: [
    [0x04000000, "SA_RESTORER"], [0x08000000, "SA_ONSTACK"], [0x10000000, "SA_RESTART"], [0x40000000, "SA_NODEFER"], [0x80000000, "SA_RESETHAND"],
    [1, "SA_NOCLDSTOP"], [2, "SA_NOCLDWAIT"], [4, "SA_SIGINFO"],
  ],
  altstack: [[1, "SS_ONSTACK"], [2, "SS_DISABLE"], [0x80000000, "SS_AUTODISARM"]],
  flock: [[1, "LOCK_SH"], [2, "LOCK_EX"], [8, "LOCK_UN"], [4, "LOCK_NB"]],
  rename: bits(1, "RENAME_NOREPLACE RENAME_EXCHANGE RENAME_WHITEOUT"),
  fallocate: bits(1, "FALLOC_FL_KEEP_SIZE FALLOC_FL_PUNCH_HOLE FALLOC_FL_NO_HIDE_STALE FALLOC_FL_COLLAPSE_RANGE FALLOC_FL_ZERO_RANGE"),
  statx: [
    [0xfff, "STATX_ALL"], [0x7ff, "STATX_BASIC_STATS"],
    ...bits(1, "STATX_TYPE STATX_MODE STATX_NLINK STATX_UID STATX_GID STATX_ATIME STATX_MTIME STATX_CTIME STATX_INO STATX_SIZE STATX_BLOCKS STATX_BTIME STATX_MNT_ID"),
  ],
  socket: [[0o4000, "SOCK_NONBLOCK"], [0o2000000, "SOCK_CLOEXEC"]],
  message: [
    [0x1, "MSG_OOB"], [0x2, "MSG_PEEK"], [0x20, "MSG_TRUNC"], [0x40, "MSG_DONTWAIT"], [0x100, "MSG_WAITALL"], [0x4000, "MSG_NOSIGNAL"],
    [0x8000, "MSG_MORE"], [0x40000000, "MSG_CMSG_CLOEXEC"],
  ],
} as const satisfies Readonly<Record<string, BitNames>>;

export const VALUES = {
  whence: values(0, "SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE"),
  how: values(0, "SIG_BLOCK SIG_UNBLOCK SIG_SETMASK"),
  clock: values(
    0,
    "CLOCK_REALTIME CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID CLOCK_THREAD_CPUTIME_ID CLOCK_MONOTONIC_RAW CLOCK_REALTIME_COARSE " +
      "CLOCK_MONOTONIC_COARSE CLOCK_BOOTTIME CLOCK_REALTIME_ALARM CLOCK_BOOTTIME_ALARM CLOCK_SGI_CYCLE CLOCK_TAI",
  ),
  itimer: values(0, "ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF"),
  fcntl: {
    ...values(0, "F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW F_SETOWN F_GETOWN F_SETSIG F_GETSIG"),
    36: "F_OFD_GETLK", 37: "F_OFD_SETLK", 38: "F_OFD_SETLKW", 1024: "F_SETLEASE", 1025: "F_GETLEASE", 1030: "F_DUPFD_CLOEXEC", 1031: "F_SETPIPE_SZ",
    1032: "F_GETPIPE_SZ", 1033: "F_ADD_SEALS", 1034: "F_GET_SEALS",
  },
  lock: values(0, "F_RDLCK F_WRLCK F_UNLCK"),
  advice: {
    ...values(0, "MADV_NORMAL MADV_RANDOM MADV_SEQUENTIAL MADV_WILLNEED MADV_DONTNEED"),
    ...values(8, "MADV_FREE MADV_REMOVE MADV_DONTFORK MADV_DOFORK MADV_MERGEABLE MADV_UNMERGEABLE MADV_HUGEPAGE MADV_NOHUGEPAGE MADV_DONTDUMP MADV_DODUMP"),
  },
  fadvice: values(0, "POSIX_FADV_NORMAL POSIX_FADV_RANDOM POSIX_FADV_SEQUENTIAL POSIX_FADV_WILLNEED POSIX_FADV_DONTNEED POSIX_FADV_NOREUSE"),
  ioctl: {
    0x5401: "TCGETS", 0x5402: "TCSETS", 0x5403: "TCSETSW", 0x5404: "TCSETSF", 0x5409: "TCSBRK", 0x540a: "TCXONC", 0x540b: "TCFLSH", 0x540e: "TIOCSCTTY",
    0x540f: "TIOCGPGRP", 0x5410: "TIOCSPGRP", 0x5411: "TIOCOUTQ", 0x5412: "TIOCSTI", 0x5413: "TIOCGWINSZ", 0x5414: "TIOCSWINSZ", 0x541b: "FIONREAD",
    0x5421: "FIONBIO", 0x5422: "TIOCNOTTY", 0x5429: "TIOCGSID", 0x5450: "FIONCLEX", 0x5451: "FIOCLEX", 0x5452: "FIOASYNC",
  },
  arch: { 0x1001: "ARCH_SET_GS", 0x1002: "ARCH_SET_FS", 0x1003: "ARCH_GET_FS", 0x1004: "ARCH_GET_GS" },
  limit: values(
    0,
    "RLIMIT_CPU RLIMIT_FSIZE RLIMIT_DATA RLIMIT_STACK RLIMIT_CORE RLIMIT_RSS RLIMIT_NPROC RLIMIT_NOFILE RLIMIT_MEMLOCK RLIMIT_AS " +
      "RLIMIT_LOCKS RLIMIT_SIGPENDING RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_RTTIME",
  ),
  usage: { [-1]: "RUSAGE_CHILDREN", 0: "RUSAGE_SELF", 1: "RUSAGE_THREAD" },
  priority: values(0, "PRIO_PROCESS PRIO_PGRP PRIO_USER"),
  scheduler: { 0: "SCHED_OTHER", 1: "SCHED_FIFO", 2: "SCHED_RR", 3: "SCHED_BATCH", 5: "SCHED_IDLE", 6: "SCHED_DEADLINE" },
  idType: values(0, "P_ALL P_PID P_PGID P_PIDFD"),
  family: { 1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK" },
  prctl: {
    1: "PR_SET_PDEATHSIG", 2: "PR_GET_PDEATHSIG", 3: "PR_GET_DUMPABLE", 4: "PR_SET_DUMPABLE", 15: "PR_SET_NAME", 16: "PR_GET_NAME", 21: "PR_GET_SECCOMP",
    22: "PR_SET_SECCOMP", 29: "PR_SET_TIMERSLACK", 30: "PR_GET_TIMERSLACK", 36: "PR_SET_CHILD_SUBREAPER", 37: "PR_GET_CHILD_SUBREAPER",
    38: "PR_SET_NO_NEW_PRIVS", 39: "PR_GET_NO_NEW_PRIVS",
  },
  membarrier: {
    0: "MEMBARRIER_CMD_QUERY", 1: "MEMBARRIER_CMD_GLOBAL", 2: "MEMBARRIER_CMD_GLOBAL_EXPEDITED", 4: "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED",
    8: "MEMBARRIER_CMD_PRIVATE_EXPEDITED", 16: "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED",
  },
  futex: values(
    0,
    "FUTEX_WAIT FUTEX_WAKE FUTEX_FD FUTEX_REQUEUE FUTEX_CMP_REQUEUE FUTEX_WAKE_OP FUTEX_LOCK_PI FUTEX_UNLOCK_PI FUTEX_TRYLOCK_PI " +
      "FUTEX_WAIT_BITSET FUTEX_WAKE_BITSET FUTEX_WAIT_REQUEUE_PI FUTEX_CMP_REQUEUE_PI FUTEX_LOCK_PI2",
  ),
  notify: { 0: "SIGEV_SIGNAL", 1: "SIGEV_NONE", 2: "SIGEV_THREAD", 4: "SIGEV_THREAD_ID" },
  epollOperation: values(1, "EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD"),
  signal: Object.fromEntries([
    // os.constants has names of old times for some numbers; the ABI's come last.
    ...Object.entries(constants.signals).map(([name, number]) => [number, name] as const),
    [6, "SIGABRT"], [17, "SIGCHLD"], [29, "SIGIO"], [31, "SIGSYS"],
    ...Array.from({ length: 33 }, (_, index) => [32 + index, index === 0 ? "SIGRTMIN" : `SIGRT_${index}`] as const),
  ]),
  fileKind: { 0o140000: "S_IFSOCK", 0o120000: "S_IFLNK", 0o100000: "S_IFREG", 0o060000: "S_IFBLK", 0o040000: "S_IFDIR", 0o020000: "S_IFCHR", 0o010000: "S_IFIFO" },
} as const satisfies Readonly<Record<string, ValueNames>>;

/** What flags of zero are called, where that says something. */
export const ZERO: Readonly<Partial<Record<keyof typeof BITS, string>>> = { open: "O_RDONLY", protection: "PROT_NONE", access: "F_OK" };

/** si_code: for all signals, then by signal. */
const CODES: ValueNames = { 0: "SI_USER", 0x80: "SI_KERNEL", [-1]: "SI_QUEUE", [-2]: "SI_TIMER", [-3]: "SI_MESGQ", [-6]: "SI_TKILL" };
const CODES_BY_SIGNAL: Readonly<Record<number, ValueNames>> = {
  4: values(1, "ILL_ILLOPC ILL_ILLOPN ILL_ILLADR ILL_ILLTRP ILL_PRVOPC ILL_PRVREG ILL_COPROC ILL_BADSTK"),
  5: values(1, "TRAP_BRKPT TRAP_TRACE"),
  7: values(1, "BUS_ADRALN BUS_ADRERR BUS_OBJERR"),
  8: values(1, "FPE_INTDIV FPE_INTOVF FPE_FLTDIV FPE_FLTOVF FPE_FLTUND FPE_FLTRES FPE_FLTINV FPE_FLTSUB"),
  11: values(1, "SEGV_MAPERR SEGV_ACCERR"),
  17: values(1, "CLD_EXITED CLD_KILLED CLD_DUMPED CLD_TRAPPED CLD_STOPPED CLD_CONTINUED"),
};

export function signalCode(signal: number, code: number): string {
  return CODES[code] ?? CODES_BY_SIGNAL[signal]?.[code] ?? String(code);
}
