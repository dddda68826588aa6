/* struct sigevent: asm-generic/siginfo.h. */
#pragma once
#include <rr/types.h>

#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4

struct rr_abi_sigevent {
	uint64_t value;
	int32_t signo, notify;
	int32_t thread_id;
	uint8_t pad[44];
};
_Static_assert(sizeof(struct rr_abi_sigevent) == 64, "struct sigevent");
