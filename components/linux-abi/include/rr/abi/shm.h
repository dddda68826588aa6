/* System V shared memory on x86-64: linux/shm.h, asm-generic/shmbuf.h. */
#pragma once
#include <rr/abi/ipc.h>

#define SHM_HUGETLB 04000u
#define SHM_DEST 01000u /* in shm_perm.mode: goes with its last attachment */
#define SHM_LOCKED 02000u
#define SHM_RDONLY 010000u
#define SHM_RND 020000u
#define SHM_REMAP 040000u
#define SHM_EXEC 0100000u
#define SHM_LOCK 11
#define SHM_UNLOCK 12

struct rr_abi_shmid_ds {
	struct rr_abi_ipc_perm perm;
	uint64_t size;
	int64_t atime, dtime, ctime;
	int32_t cpid, lpid;
	uint64_t attached, unused[2];
};
_Static_assert(sizeof(struct rr_abi_shmid_ds) == 112, "struct shmid64_ds");
