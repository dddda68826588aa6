/* getrlimit(2), prlimit(2), getrusage(2): asm-generic/resource.h, linux/resource.h. */
#pragma once
#include <rr/types.h>
#include <rr/abi/time.h>

#define RLIMIT_CPU 0u
#define RLIMIT_FSIZE 1u
#define RLIMIT_DATA 2u
#define RLIMIT_STACK 3u
#define RLIMIT_CORE 4u
#define RLIMIT_RSS 5u
#define RLIMIT_NPROC 6u
#define RLIMIT_NOFILE 7u
#define RLIMIT_MEMLOCK 8u
#define RLIMIT_AS 9u
#define RLIMIT_LOCKS 10u
#define RLIMIT_SIGPENDING 11u
#define RLIMIT_MSGQUEUE 12u
#define RLIMIT_NICE 13u
#define RLIMIT_RTPRIO 14u
#define RLIMIT_RTTIME 15u
#define RLIM_NLIMITS 16u
#define RLIM_INFINITY UINT64_MAX

struct rr_abi_rlimit {
	uint64_t soft, hard;
};
_Static_assert(sizeof(struct rr_abi_rlimit) == 16, "struct rlimit64");

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

struct rr_abi_rusage {
	struct rr_abi_timeval utime, stime;
	int64_t maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
_Static_assert(sizeof(struct rr_abi_rusage) == 144, "struct rusage");
