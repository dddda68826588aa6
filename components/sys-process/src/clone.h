/* What clone(2), clone3(2), fork(2) and vfork(2) ask for. */
#pragma once
#include <rr/types.h>

#define CSIGNAL 0xffu
#define CLONE_VM 0x100u
#define CLONE_FS 0x200u
#define CLONE_FILES 0x400u
#define CLONE_SIGHAND 0x800u
#define CLONE_PIDFD 0x1000u
#define CLONE_VFORK 0x4000u
#define CLONE_PARENT 0x8000u
#define CLONE_THREAD 0x10000u
#define CLONE_SYSVSEM 0x40000u
#define CLONE_SETTLS 0x80000u
#define CLONE_PARENT_SETTID 0x100000u
#define CLONE_CHILD_CLEARTID 0x200000u
#define CLONE_DETACHED 0x400000u
#define CLONE_UNTRACED 0x800000u
#define CLONE_CHILD_SETTID 0x1000000u
#define CLONE_IO 0x80000000u
#define CLONE_CLEAR_SIGHAND 0x100000000ul

struct clone_request {
	uint64_t flags;          /* without the signal */
	uint64_t stack;          /* 0: the caller's */
	uint64_t parent_tid, child_tid, tls, pidfd;
	uint32_t exit_signal;
};

/* Do it; the caller leaves by its registers with the result, as the child does: the stack may have been used by the child meanwhile. */
RR_NORETURN void clone_and_leave(const struct clone_request *request);
