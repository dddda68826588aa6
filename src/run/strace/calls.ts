import type { BITS, VALUES } from "./names.js";
import type { PointerKind } from "./pointers.js";

/**
 * How an argument is printed. Besides the bits and values of names.ts and what pointers point to (pointers.ts):
 * fd a descriptor; dir the same or AT_FDCWD; int signed 32 bits; long signed 64 bits; size unsigned; ptr an address; offset hexadecimal but for 0; mode octal; hex.
 */
export type ArgumentKind =
  | "fd" | "dir" | "int" | "long" | "size" | "ptr" | "mode" | "nodeMode" | "hex" | "offset" | "futexop" | "pid" | "socketType"
  | PointerKind | keyof typeof BITS | keyof typeof VALUES;

export interface Argument {
  kind: ArgumentKind;
  /** The call writes there: known when it is over. */
  out: boolean;
  /** The call also reads what is there first. */
  in: boolean;
}

/**
 * The usual calls; any other is printed with its arguments as far as they are not zero, in hexadecimal. `>`: what the pointer points to is the result;
 * `<>`: it goes in and comes out.
 */
const SIGNATURES = `
  read fd >data size
  write fd data size
  open path open mode
  close fd
  stat path >stat
  fstat fd >stat
  lstat path >stat
  poll <>pollfds size int
  lseek fd long whence
  mmap ptr size protection map fd offset
  mprotect ptr size protection
  munmap ptr size
  brk ptr
  rt_sigaction signal sigaction >sigaction size
  rt_sigprocmask how sigset >sigset size
  rt_sigreturn
  ioctl fd ioctl <>ioctlArgument
  pread64 fd >data size long
  pwrite64 fd data size long
  readv fd >vectors size
  writev fd vectors size
  access path access
  pipe >pair
  select int fdset fdset fdset timeval
  sched_yield
  mremap ptr size size remap ptr
  msync ptr size msync
  mincore ptr size ptr
  madvise ptr size advice
  dup fd
  dup2 fd fd
  pause
  nanosleep timespec ptr
  getitimer itimer >itimerval
  alarm size
  setitimer itimer itimerval >itimerval
  getpid
  sendfile fd fd ptr size
  socket family socketType int
  connect fd ptr size
  accept fd ptr ptr
  sendto fd data size message ptr size
  recvfrom fd >data size message ptr ptr
  sendmsg fd ptr message
  recvmsg fd ptr message
  shutdown fd int
  bind fd ptr size
  listen fd int
  getsockname fd ptr ptr
  getpeername fd ptr ptr
  socketpair family socketType int >pair
  setsockopt fd int int ptr size
  getsockopt fd int int ptr ptr
  clone clone ptr ptr ptr hex
  fork
  vfork
  execve path strings ptr
  exit int
  wait4 pid >waitstatus wait ptr
  kill pid signal
  uname >utsname
  fcntl fd fcntl <>fcntlArgument
  flock fd flock
  fsync fd
  fdatasync fd
  truncate path long
  ftruncate fd long
  getdents fd ptr size
  getcwd >text size
  chdir path
  fchdir fd
  rename path path
  mkdir path mode
  rmdir path
  creat path mode
  link path path
  unlink path
  symlink text path
  readlink path >data size
  chmod path mode
  fchmod fd mode
  chown path int int
  fchown fd int int
  lchown path int int
  umask mode
  gettimeofday >timeval ptr
  getrlimit limit >rlimit
  getrusage usage >rusage
  sysinfo ptr
  times ptr
  getuid
  getgid
  setuid int
  setgid int
  geteuid
  getegid
  setpgid pid pid
  getppid
  getpgrp
  setsid
  getpgid pid
  getsid pid
  setreuid int int
  setregid int int
  setresuid int int int
  setresgid int int int
  getgroups int ptr
  setgroups size ptr
  rt_sigpending >sigset size
  rt_sigtimedwait sigset >siginfo timespec size
  rt_sigqueueinfo pid signal siginfo
  rt_sigsuspend sigset size
  sigaltstack altstackArgument >altstackArgument
  mknod path nodeMode hex
  statfs path ptr
  fstatfs fd ptr
  getpriority priority int
  setpriority priority int int
  sched_setparam pid schedParam
  sched_getparam pid >schedParam
  sched_setscheduler pid scheduler schedParam
  sched_getscheduler pid
  sched_get_priority_max scheduler
  sched_get_priority_min scheduler
  sched_rr_get_interval pid >timespec
  mlock ptr size
  munlock ptr size
  mlockall mlock
  munlockall
  prctl prctl prctlArgument
  arch_prctl arch ptr
  setrlimit limit rlimit
  chroot path
  sync
  mount text path text hex ptr
  umount2 path hex
  sethostname data size
  gettid
  tkill pid signal
  time ptr
  futex ptr futexop int timespec ptr hex
  sched_setaffinity pid size cpuset
  sched_getaffinity pid size >cpuset
  getdents64 fd ptr size
  set_tid_address ptr
  fadvise64 fd long long fadvice
  timer_create clock sigevent >timerId
  timer_settime int timer itimerspec >itimerspec
  timer_gettime int >itimerspec
  timer_getoverrun int
  timer_delete int
  clock_settime clock timespec
  clock_gettime clock >timespec
  clock_getres clock >timespec
  clock_nanosleep clock timer timespec ptr
  exit_group int
  epoll_create int
  epoll_wait fd >epollEventsList int int
  epoll_ctl fd epollOperation fd epollEvent
  tgkill pid pid signal
  utimes path ptr
  waitid idType pid >siginfo wait ptr
  openat dir path open mode
  mkdirat dir path mode
  mknodat dir path nodeMode hex
  fchownat dir path int int at
  newfstatat dir path >stat at
  unlinkat dir path at
  renameat dir path dir path
  linkat dir path dir path at
  symlinkat text dir path
  readlinkat dir path >data size
  fchmodat dir path mode
  faccessat dir path access
  pselect6 int fdset fdset fdset timespec ptr
  ppoll <>pollfds size timespec sigset size
  set_robust_list ptr size
  get_robust_list pid ptr ptr
  splice fd ptr fd ptr size hex
  utimensat dir path timespecPair at
  epoll_pwait fd >epollEventsList int int sigset size
  signalfd fd sigset size
  timerfd_create clock timerfdCreate
  eventfd int
  fallocate fd fallocate long long
  timerfd_settime fd timerfd itimerspec >itimerspec
  timerfd_gettime fd >itimerspec
  accept4 fd ptr ptr socket
  signalfd4 fd sigset size signalfd
  eventfd2 int eventfd
  epoll_create1 epoll
  dup3 fd fd open
  pipe2 >pair pipe
  preadv fd >vectors size long
  pwritev fd vectors size long
  rt_tgsigqueueinfo pid pid signal siginfo
  prlimit64 pid limit rlimit >rlimit
  syncfs fd
  getcpu ptr ptr ptr
  sched_setattr pid ptr hex
  sched_getattr pid ptr size hex
  renameat2 dir path dir path rename
  getrandom >data size random
  memfd_create text memfd
  execveat dir path strings ptr at
  membarrier membarrier hex
  copy_file_range fd ptr fd ptr size hex
  preadv2 fd >vectors size long hex
  pwritev2 fd vectors size long hex
  statx dir path at statx >statxBuffer
  rseq ptr size hex hex
  pidfd_send_signal fd signal siginfo hex
  pidfd_open pid hex
  clone3 cloneArgs size
  close_range fd fd hex
  faccessat2 dir path access faccess
  epoll_pwait2 fd >epollEventsList int timespec sigset size
`;

const byName = new Map<string, readonly Argument[]>();
for (const line of SIGNATURES.trim().split("\n")) {
  const [name = "", ...words] = line.trim().split(" ");
  byName.set(name, words.map((word) => ({ kind: word.replace(/^[<>]+/, "") as ArgumentKind, out: word.includes(">"), in: !word.startsWith(">") })));
}

/** The arguments of the call `name`; undefined for one that is not in the table. */
export function signature(name: string): readonly Argument[] | undefined {
  return byName.get(name);
}

/** All names of the table. */
export function knownCalls(): readonly string[] {
  return [...byName.keys()];
}
