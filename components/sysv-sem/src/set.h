/* Shared between the files of sysv-sem only. Thread context, under the big lock. */
#pragma once
#include <rr/abi/sem.h>
#include <rr/list.h>
#include <rr/sysv-ipc.h>
#include <rr/wait.h>

#define SEM_HIGHEST 32767 /* SEMVMX */

struct semaphore {
	int value, pid; /* of the last operation */
};

struct sem_set {
	struct rr_list link;
	int id;
	unsigned users;         /* who waits, besides the table */
	bool removed;
	struct rr_abi_semid_ds state;
	struct rr_waitqueue changed;
	uint64_t changes;       /* goes up with each change of a value */
	struct rr_list waiting; /* of struct sem_waiter */
	struct rr_list undos;   /* of struct sem_undo */
	unsigned count;
	struct semaphore semaphores[];
};

/* A call that waits: at which semaphore, for zero or for more. */
struct sem_waiter {
	struct rr_list link;
	unsigned number;
	bool for_zero;
};

struct sem_set *sem_set_find(int id);
/* Gives up a reference (`users`); the last frees what was removed. */
void sem_set_put(struct sem_set *set);
/* A value has changed: who waits looks again. */
void sem_set_changed(struct sem_set *set);

/* IPC_RMID, IPC_SET (to `wanted`). 0 or -EPERM. */
long sem_set_control(struct sem_set *set, int command, const struct rr_abi_ipc_perm *wanted);

struct sem_undo;
/* The running process's of a set, made if need be. 0 or -ENOMEM. */
int sem_undo_get(struct sem_set *set, struct sem_undo **out);
/* What would be given back to a semaphore; changed by the caller. */
int16_t *sem_undo_of(struct sem_undo *undo, unsigned number);
/* A value was set, or (number == set->count) all: nothing is given back any more. */
void sem_undo_forget(struct sem_set *set, unsigned number);
/* The set goes: so do all its undos. */
void sem_undo_drop(struct sem_set *set);
