/* uname(2), sysinfo(2), times(2): linux/utsname.h, linux/sysinfo.h, linux/times.h. */
#pragma once
#include <rr/types.h>

#define RR_UTS_LENGTH 65

struct rr_abi_utsname {
	char sysname[RR_UTS_LENGTH], nodename[RR_UTS_LENGTH], release[RR_UTS_LENGTH], version[RR_UTS_LENGTH], machine[RR_UTS_LENGTH],
		domainname[RR_UTS_LENGTH];
};
_Static_assert(sizeof(struct rr_abi_utsname) == 390, "struct new_utsname");

struct rr_abi_sysinfo {
	int64_t uptime;
	uint64_t loads[3]; /* 16 fraction bits */
	uint64_t totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint32_t pad2;
	uint64_t totalhigh, freehigh;
	uint32_t mem_unit, pad3;
};
_Static_assert(sizeof(struct rr_abi_sysinfo) == 112, "struct sysinfo");

/* In clock ticks, of which there are 100 a second. */
struct rr_abi_tms {
	int64_t utime, stime, cutime, cstime;
};
_Static_assert(sizeof(struct rr_abi_tms) == 32, "struct tms");
#define RR_CLOCK_TICK_NS 10000000ul
