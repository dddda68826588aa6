/* System V message queues on x86-64: linux/msg.h, asm-generic/msgbuf.h. */
#pragma once
#include <rr/abi/ipc.h>

#define MSG_NOERROR 010000u
#define MSG_EXCEPT 020000u
#define MSG_COPY 040000u

struct rr_abi_msqid_ds {
	struct rr_abi_ipc_perm perm;
	int64_t stime, rtime, ctime;
	uint64_t bytes, count, most_bytes;
	int32_t lspid, lrpid;
	uint64_t unused[2];
};
_Static_assert(sizeof(struct rr_abi_msqid_ds) == 120, "struct msqid64_ds");
