/*
 * What each argument of a call means, one letter an argument. A call without an entry has six unknown ones, and only the random test makes it.
 *
 *   p  memory to read or write, at most 4096 bytes    P  the same, NULL is allowed and usual
 *   s  path of a file that exists     n  path of none     D  path of a directory
 *   f  descriptor of a file           d  descriptor of a directory, or AT_FDCWD      r, w  ends of a pipe
 *   v  vector of buffers              c  its count
 *   l  length of memory               z  size of a set of signals (8)                 o  offset
 *   i  flags or a small number        g  number of a signal      q  process or thread     m  mode
 *   a  address of a mapping of two pages     A  its length
 *   t  struct timespec, 1 us (struct timeval: 1 ms)   u  unknown
 */
#pragma once

struct signature {
	const char *name, *arguments;
};

static const struct signature signatures[] = {
	{ "read", "fpl" }, { "write", "fpl" }, { "pread64", "fplo" }, { "pwrite64", "fplo" }, { "readv", "fvc" }, { "writev", "fvc" },
	{ "preadv", "fvcoo" }, { "pwritev", "fvcoo" }, { "preadv2", "fvcooi" }, { "pwritev2", "fvcooi" },
	{ "open", "sim" }, { "creat", "nm" }, { "openat", "dsim" }, { "close", "f" }, { "stat", "sp" }, { "lstat", "sp" }, { "fstat", "fp" },
	{ "newfstatat", "dspi" }, { "statx", "dsiip" }, { "poll", "pii" }, { "ppoll", "pitPz" }, { "select", "iPPPt" }, { "pselect6", "iPPPtP" },
	{ "lseek", "foi" }, { "mmap", "aAiifo" }, { "mprotect", "aAi" }, { "munmap", "aA" }, { "brk", "a" }, { "mremap", "aAAia" },
	{ "msync", "aAi" }, { "mincore", "aAp" }, { "madvise", "aAi" }, { "mlock", "aA" }, { "munlock", "aA" }, { "mlock2", "aAi" },
	{ "mlockall", "i" }, { "munlockall", "" },
	{ "rt_sigaction", "gPPz" }, { "rt_sigprocmask", "iPPz" }, { "rt_sigpending", "pl" }, { "rt_sigtimedwait", "pPtz" },
	{ "rt_sigqueueinfo", "qgp" }, { "rt_tgsigqueueinfo", "qqgp" }, { "rt_sigsuspend", "pz" }, { "sigaltstack", "PP" }, { "pause", "" },
	{ "kill", "qg" }, { "tkill", "qg" }, { "tgkill", "qqg" }, { "ioctl", "fip" }, { "access", "si" }, { "faccessat", "dsi" },
	{ "faccessat2", "dsii" }, { "pipe", "p" }, { "pipe2", "pi" }, { "sched_yield", "" }, { "dup", "f" }, { "dup2", "fi" },
	{ "dup3", "fii" }, { "nanosleep", "tP" }, { "getitimer", "ip" }, { "setitimer", "iPP" }, { "alarm", "i" }, { "getpid", "" },
	{ "sendfile", "ffPl" }, { "copy_file_range", "fPfPli" }, { "clone", "iPPPP" }, { "clone3", "pl" }, { "fork", "" }, { "vfork", "" },
	{ "execve", "spp" }, { "execveat", "dsppi" }, { "exit", "i" }, { "exit_group", "i" }, { "wait4", "qPiP" }, { "waitid", "iqPiP" },
	{ "uname", "p" }, { "fcntl", "fip" }, { "flock", "fi" }, { "fsync", "f" }, { "fdatasync", "f" }, { "syncfs", "f" }, { "sync", "" },
	{ "truncate", "so" }, { "ftruncate", "fo" }, { "fallocate", "fioo" }, { "fadvise64", "fooi" }, { "readahead", "fol" }, { "sync_file_range", "fooi" },
	{ "getdents", "fpl" }, { "getdents64", "fpl" }, { "getcwd", "pl" }, { "chdir", "D" }, { "fchdir", "f" }, { "chroot", "D" },
	{ "rename", "sn" }, { "renameat", "dsdn" }, { "renameat2", "dsdni" }, { "mkdir", "nm" }, { "mkdirat", "dnm" }, { "rmdir", "D" },
	{ "link", "sn" }, { "linkat", "dsdni" }, { "unlink", "s" }, { "unlinkat", "dsi" }, { "symlink", "sn" }, { "symlinkat", "sdn" },
	{ "readlink", "spl" }, { "readlinkat", "dspl" }, { "chmod", "sm" }, { "fchmod", "fm" }, { "fchmodat", "dsm" }, { "chown", "sii" },
	{ "lchown", "sii" }, { "fchown", "fii" }, { "fchownat", "dsiii" }, { "umask", "m" }, { "mknod", "nmi" }, { "mknodat", "dnmi" },
	{ "utime", "sP" }, { "utimes", "sP" }, { "futimesat", "dsP" }, { "utimensat", "dsPi" }, { "statfs", "sp" }, { "fstatfs", "fp" },
	{ "gettimeofday", "PP" }, { "settimeofday", "PP" }, { "time", "P" }, { "times", "P" }, { "clock_gettime", "ip" }, { "clock_settime", "ip" },
	{ "clock_getres", "iP" }, { "clock_nanosleep", "iitP" }, { "getrlimit", "ip" }, { "setrlimit", "ip" }, { "prlimit64", "qiPP" },
	{ "getrusage", "ip" }, { "sysinfo", "p" }, { "getuid", "" }, { "getgid", "" }, { "geteuid", "" }, { "getegid", "" },
	{ "setuid", "i" }, { "setgid", "i" }, { "setreuid", "ii" }, { "setregid", "ii" }, { "setresuid", "iii" }, { "setresgid", "iii" },
	{ "getresuid", "ppp" }, { "getresgid", "ppp" }, { "setfsuid", "i" }, { "setfsgid", "i" }, { "getgroups", "ip" }, { "setgroups", "ip" },
	{ "setpgid", "qq" }, { "getpgid", "q" }, { "getsid", "q" }, { "setsid", "" }, { "getppid", "" }, { "getpgrp", "" }, { "gettid", "" },
	{ "capget", "pP" }, { "capset", "pP" }, { "personality", "i" }, { "getpriority", "iq" }, { "setpriority", "iqi" },
	{ "sched_setparam", "qp" }, { "sched_getparam", "qp" }, { "sched_setscheduler", "qip" }, { "sched_getscheduler", "q" },
	{ "sched_get_priority_max", "i" }, { "sched_get_priority_min", "i" }, { "sched_rr_get_interval", "qp" },
	{ "sched_setaffinity", "qlp" }, { "sched_getaffinity", "qlp" }, { "sched_setattr", "qpi" }, { "sched_getattr", "qpli" },
	{ "prctl", "ipppp" }, { "arch_prctl", "ip" }, { "sethostname", "pl" }, { "setdomainname", "pl" }, { "futex", "piitpi" },
	{ "set_tid_address", "p" }, { "set_robust_list", "pl" }, { "get_robust_list", "qpp" }, { "getcpu", "PPP" }, { "getrandom", "pli" },
	{ "close_range", "iii" }, { "membarrier", "iii" }, { "rseq", "plii" }, { "memfd_create", "si" },
	{ "epoll_create", "i" }, { "epoll_create1", "i" }, { "epoll_ctl", "fifp" }, { "epoll_wait", "fpii" }, { "epoll_pwait", "fpiiPz" },
	{ "epoll_pwait2", "fpitPz" }, { "eventfd", "i" }, { "eventfd2", "ii" }, { "signalfd", "ipz" }, { "signalfd4", "ipzi" },
	{ "timerfd_create", "ii" }, { "timerfd_settime", "fipP" }, { "timerfd_gettime", "fp" }, { "timer_create", "iPp" },
	{ "timer_settime", "iipP" }, { "timer_gettime", "ip" }, { "timer_getoverrun", "i" }, { "timer_delete", "i" },
	{ "pidfd_open", "qi" }, { "pidfd_send_signal", "fgPi" }, { "pidfd_getfd", "fii" }, { "futex_waitv", "piiti" },
	{ "splice", "rPwPli" }, { "tee", "rwli" }, { "vmsplice", "wvci" }, { "unshare", "i" }, { "openat2", "dspl" }, { "kcmp", "qqiii" },
	{ "process_vm_readv", "qvcvci" }, { "process_vm_writev", "qvcvci" }, { "process_madvise", "fvcii" },
};
