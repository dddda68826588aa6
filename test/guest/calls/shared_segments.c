/* shmget(2), shmat(2), shmdt(2), shmctl(2). */
#include "calls.h"
#include "../memory/probe.h"
#include <sys/ipc.h>
#include <sys/shm.h>

#define KEY 0x72720001

static int id;

static void getting(void)
{
	RAW(shmctl, RAW(shmget, KEY, 0, 0), IPC_RMID, NULL); /* of an earlier run */
	CALL(shmget, "no such key", KEY, 4096, 0);
	id = CALL_OK(shmget, "made", KEY, 5000, IPC_CREAT | IPC_EXCL | 0600);
	CALL(shmget, "made again", KEY, 5000, IPC_CREAT | IPC_EXCL | 0600);
	EFFECT(shmget, "what is there", RAW(shmget, KEY, 5000, 0) == id);
	CALL(shmget, "what is there, larger", KEY, 5001, 0);
	CALL(shmget, "of no size", IPC_PRIVATE, 0, IPC_CREAT | 0600);
	CALL(shmget, "larger than can be", IPC_PRIVATE, -1, IPC_CREAT | 0600);
}

static void child(void)
{
	char *there = shmat(id, NULL, 0);
	EFFECT(shmat, "another process sees it", there[0] == 'p');
	there[1] = 'c';
	shmdt(there);
}

static void attaching(void)
{
	char *there = (char *)CALL_OK(shmat, "where there is room", id, NULL, 0), *again;
	there[0] = 'p';
	EFFECT(shmat, "it is zero, to the end of its page", there[5000] == 0 && there[8191] == 0);
	calls_apart(child);
	EFFECT(shmat, "this process sees the other's", there[1] == 'c');
	again = (char *)CALL_OK(shmat, "again, to read", id, NULL, SHM_RDONLY);
	EFFECT(shmat, "the same", again[0] == 'p');
	SHOWS(shmat, "writing there", "%s", probe(again, PROBE_WRITE));
	struct shmid_ds state;
	CALL(shmctl, "IPC_STAT", id, IPC_STAT, &state);
	SHOWS(shmctl, "attached", "%lu", (unsigned long)state.shm_nattch);
	EFFECT(shmctl, "is right", state.shm_segsz == 5000 && state.shm_cpid == getpid() && state.shm_lpid == getpid() && state.shm_perm.mode == 0600 && state.shm_atime && state.shm_ctime);
	CALL(shmat, "where something is", id, there, 0);
	CALL(shmat, "off a page", id, there + 1, 0);
	EFFECT(shmat, "in place of something", RAW(shmat, id, again + 1, SHM_RND | SHM_REMAP) == (long)again);
	CALL(shmat, "in place of nothing", id, NULL, SHM_REMAP);
	CALL(shmat, "no such segment", 99999999, NULL, 0);
	CALL(shmat, "a number below zero", -1, NULL, 0);
	CALL(shmdt, "one", again);
	SHOWS(shmdt, "reading there", "%s", probe(again, PROBE_READ));
	CALL(shmdt, "the same again", again);
	CALL(shmdt, "off a page", there + 1);
	CALL(shmdt, "what is no segment", (long)&state & -4096);
	CALL(shmctl, "IPC_RMID while it is attached", id, IPC_RMID, NULL);
	EFFECT(shmctl, "it stays until it is left", there[0] == 'p' && RAW(shmctl, id, IPC_STAT, &state) == 0 && state.shm_perm.mode == (0600 | SHM_DEST));
	CALL(shmget, "the key of what is removed", KEY, 0, 0);
	CALL(shmdt, "the last", there);
	CALL(shmctl, "IPC_STAT of what is gone", id, IPC_STAT, &state);
}

static void as_user(void)
{
	struct shmid_ds state;
	RAW(setresuid, 1000, 1000, 1000);
	CALL(shmget, "another's, to read", KEY, 0, 0400);
	CALL(shmat, "another's", id, NULL, 0);
	CALL(shmctl, "IPC_STAT of another's", id, IPC_STAT, &state);
	CALL(shmctl, "IPC_SET of another's", id, IPC_SET, &state);
	CALL(shmctl, "IPC_RMID of another's", id, IPC_RMID, NULL);
}

static void controlling(void)
{
	struct shmid_ds state;
	id = RAW(shmget, KEY, 4096, IPC_CREAT | 0600);
	calls_apart(as_user);
	RAW(shmctl, id, IPC_STAT, &state);
	state.shm_perm.mode = 0640, state.shm_perm.uid = 1000;
	CALL(shmctl, "IPC_SET", id, IPC_SET, &state);
	RAW(shmctl, id, IPC_STAT, &state);
	EFFECT(shmctl, "is done", state.shm_perm.mode == 0640 && state.shm_perm.uid == 1000);
	CALL(shmctl, "IPC_STAT to a wild pointer", id, IPC_STAT, BAD);
	CALL(shmctl, "IPC_SET from a wild pointer", id, IPC_SET, BAD);
	CALL(shmctl, "no such command", id, 99, &state);
	CALL(shmctl, "no such segment", 99999999, IPC_STAT, &state);
	CALL(shmctl, "a number below zero", -1, IPC_STAT, &state);
	CALL(shmctl, "SHM_LOCK", id, SHM_LOCK, NULL);
	CALL(shmctl, "SHM_UNLOCK", id, SHM_UNLOCK, NULL);
	CALL(shmctl, "IPC_RMID", id, IPC_RMID, NULL);
	CALL(shmctl, "IPC_RMID again", id, IPC_RMID, NULL);
}

int main(void)
{
	files_enter();
	probe_init();
	getting();
	attaching();
	controlling();
	files_leave();
	return 0;
}
