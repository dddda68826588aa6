/* What the kinds of System V objects share: linux/ipc.h, asm-generic/ipcbuf.h. */
#pragma once
#include <rr/types.h>

#define IPC_PRIVATE 0
#define IPC_CREAT 01000u
#define IPC_EXCL 02000u
#define IPC_NOWAIT 04000u
#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2

struct rr_abi_ipc_perm {
	int32_t key;
	uint32_t uid, gid, cuid, cgid, mode;
	uint16_t seq, pad;
	uint64_t unused[2];
};
_Static_assert(sizeof(struct rr_abi_ipc_perm) == 48, "struct ipc64_perm");
