/* System V semaphores on x86-64: linux/sem.h, asm/sembuf.h. */
#pragma once
#include <rr/abi/ipc.h>

#define SEM_UNDO 0x1000
#define GETPID 11
#define GETVAL 12
#define GETALL 13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL 16
#define SETALL 17

struct rr_abi_sembuf {
	uint16_t number;
	int16_t change, flags;
};
_Static_assert(sizeof(struct rr_abi_sembuf) == 6, "struct sembuf");

struct rr_abi_semid_ds {
	struct rr_abi_ipc_perm perm;
	int64_t otime;
	uint64_t unused0;
	int64_t ctime;
	uint64_t unused1;
	uint64_t count, unused2[2];
};
_Static_assert(sizeof(struct rr_abi_semid_ds) == 104, "struct semid64_ds");
