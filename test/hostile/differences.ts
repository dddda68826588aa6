/** Where a hostile argument has another result in an image than on the host, and why that is right. `values`: of these only. */
export interface Difference {
  readonly of: readonly string[];
  readonly values?: readonly string[];
  readonly why: string;
}

export const DIFFERENCES: readonly Difference[] = [
  { of: ["munmap 1", "mremap 1"], values: ["INT_MAX", "UINT_MAX", "UINT_MAX + 1"], why: "what lies above goes with it, and that is another thing here" },
  { of: ["fallocate 3"], values: ["INT_MAX", "UINT_MAX", "UINT_MAX + 1"], why: "the host has more memory" },
  { of: ["read 2"], why: "at the end of the file nothing is read, and the buffer is not looked at" },
  { of: ["poll 0", "ppoll 0"], why: "no descriptor is asked about, and the array is not looked at" },
  { of: ["mprotect 2"], values: ["7"], why: "writable and executable at once is refused" },
  { of: ["getcwd 0", "getcwd 1"], why: "the folder's name is longer on the host" },
  { of: ["ioctl 1"], values: ["2^0", "2^1"], why: "FIBMAP, FIGETBSZ: of file systems on disks" },
  { of: ["personality 0"], why: "PER_LINUX only" },
  { of: ["pipe2 1"], values: ["2^7", "2^14"], why: "notification pipes, packets" },
  { of: ["renameat2 4"], values: ["2^2"], why: "RENAME_WHITEOUT is for union file systems" },
  { of: ["preadv2 5", "pwritev2 5"], why: "flags of newer kernels" },
  { of: ["sched_get_priority_max 0", "sched_get_priority_min 0"], values: ["7"], why: "a policy of newer kernels" },
  { of: ["clock_gettime 0", "clock_getres 0", "clock_nanosleep 0"], values: ["2^3"], why: "alarm clocks: a host may have none" },
  { of: ["membarrier 0"], values: ["2^7", "2^8"], why: "restartable sequences" },
  { of: ["prctl 0"], values: ["2^5"], why: "PR_TASK_PERF_EVENTS_ENABLE" },
  { of: ["fcntl 1"], values: ["2^10"], why: "F_SETLEASE: none" },
  { of: ["fcntl 2"], values: ["hole's begin", "hole", "sign", "direct map"], why: "newer kernels look at the lower half only" },
  { of: ["sched_getaffinity 1"], values: ["INT_MIN"], why: "its product with 8 overflows in Linux" },
  { of: ["capget 0", "capset 0"], values: ["across the end"], why: "the header is read in one piece" },
  { of: ["sigaltstack 0"], values: ["read-only"], why: "what is there already is not checked by Linux" },
  { of: ["getrandom 0"], values: ["page's last byte", "across the end"], why: "nothing is given rather than a part" },
  { of: ["mmap 1", "mmap 3", "mmap 4", "mmap 5"], why: "which of several errors is told" },
  { of: ["execve 1", "execve 2", "execveat 2", "execveat 3", "execveat 4"], why: "which of several errors is told" },
  { of: ["waitid 2", "pidfd_send_signal 3", "mremap 2", "rt_sigaction 1", "rt_tgsigqueueinfo 3"], why: "which of several errors is told" },
  { of: ["sched_setparam 1", "sched_getparam 1", "sched_setscheduler 2"], values: ["null"], why: "not as Linux yet: EINVAL there" },
  { of: ["futex 1"], values: ["3", "2^2"], why: "the lower half of an address is a count, negative or not" },
  { of: ["clock_nanosleep 0"], values: ["2^1"], why: "how soon a clock of CPU time advances while its process sleeps" },
  { of: ["sendfile 3"], why: "the host counts from where the file stands" },
];
