/* semget(2), semop(2), semtimedop(2), semctl(2). */
#include "calls.h"
#include <signal.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

#define KEY 0x72720002

static int id;
static struct timespec soon = { 0, 2000000 };

static void nothing(int number) { (void)number; }
static void interrupt_soon(void) { ualarm(20000, 0); }
static struct sembuf *one(int number, int change, int flags)
{
	static struct sembuf operation;
	operation = (struct sembuf){ number, change, flags };
	return &operation;
}

static void getting(void)
{
	RAW(semctl, RAW(semget, KEY, 0, 0), 0, IPC_RMID, 0); /* of an earlier run */
	CALL(semget, "no such key", KEY, 3, 0);
	id = CALL_OK(semget, "made", KEY, 3, IPC_CREAT | IPC_EXCL | 0600);
	CALL(semget, "made again", KEY, 3, IPC_CREAT | IPC_EXCL | 0600);
	EFFECT(semget, "what is there", RAW(semget, KEY, 3, 0) == id);
	CALL(semget, "what is there, with more", KEY, 4, 0);
	CALL(semget, "of none", IPC_PRIVATE, 0, IPC_CREAT | 0600);
	CALL(semget, "less than none", IPC_PRIVATE, -1, IPC_CREAT | 0600);
	CALL(semget, "more than can be", IPC_PRIVATE, 32001, IPC_CREAT | 0600);
}

static void operating(void)
{
	struct sembuf both[2] = { { 0, -2, 0 }, { 1, 5, 0 } }, none[2] = { { 1, 5, 0 }, { 2, -1, IPC_NOWAIT } };
	CALL(semop, "three more", id, one(0, 3, 0), 1);
	CALL(semop, "two at once", id, both, 2);
	CALL(semctl, "GETVAL", id, 0, GETVAL, 0);
	CALL(semctl, "GETVAL", id, 1, GETVAL, 0);
	CALL(semop, "two, one of which must wait and shall not", id, none, 2);
	CALL(semctl, "GETVAL of what must stay", id, 1, GETVAL, 0);
	CALL(semop, "for zero, shall not wait", id, one(1, 0, IPC_NOWAIT), 1);
	CALL(semop, "for zero", id, one(2, 0, 0), 1);
	CALL(semop, "more than there can be", id, one(0, 32767, 0), 1);
	CALL(semop, "no such semaphore", id, one(3, 1, 0), 1);
	CALL(semop, "no such set", 99999999, one(0, 1, 0), 1);
	CALL(semop, "a number below zero", -1, one(0, 1, 0), 1);
	CALL(semop, "none", id, one(0, 1, 0), 0);
	CALL(semop, "501", id, one(0, 1, 0), 501);
	CALL(semop, "a wild pointer", id, BAD, 1);
	interrupt_soon();
	CALL(semop, "interrupted", id, one(2, -1, 0), 1);
	CALL(semtimedop, "at once", id, one(2, 1, 0), 1, &soon);
	CALL(semtimedop, "that ends", id, one(2, -2, 0), 1, &soon);
	CALL(semtimedop, "a billion nanoseconds", id, one(2, 1, 0), 1, (&(struct timespec[1]){ [0].tv_nsec = 1000000000 }));
	CALL(semtimedop, "a wild time", id, one(2, 1, 0), 1, BAD);
	CALL(semtimedop, "no such semaphore", id, one(3, 1, 0), 1, &soon);
	CALL(semtimedop, "no such set", 99999999, one(0, 1, 0), 1, &soon);
	interrupt_soon();
	CALL(semtimedop, "interrupted", id, one(2, -2, 0), 1, NULL);
}

static void await(int count)
{
	while (RAW(semctl, id, 0, GETNCNT, 0) != count)
		nanosleep(&soon, NULL);
}

/* Two processes: waiting, undoing at the end, removal under who waits. */
static void together(void)
{
	int status, pid;
	RAW(semctl, id, 0, SETVAL, 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(RAW(semop, id, one(0, -2, 0), 1) == 0 ? 0 : 1);
	await(1);
	CALL(semctl, "GETNCNT while one waits", id, 0, GETNCNT, 0);
	CALL(semctl, "GETZCNT", id, 0, GETZCNT, 0);
	RAW(semop, id, one(0, 1, 0), 1);
	CALL(semctl, "GETNCNT after too little", id, 0, GETNCNT, 0);
	RAW(semop, id, one(0, 2, 0), 1);
	waitpid(pid, &status, 0);
	EFFECT(semop, "another process went on", status == 0);
	CALL(semctl, "GETVAL after it", id, 0, GETVAL, 0);
	EFFECT(semctl, "GETPID is the other's", RAW(semctl, id, 0, GETPID, 0) == pid);
	pid = fork();
	if (pid == 0) {
		RAW(semop, id, one(0, 4, SEM_UNDO), 1);
		RAW(semop, id, one(0, 1, 0), 1);
		_exit(RAW(semctl, id, 0, GETVAL, 0));
	}
	waitpid(pid, &status, 0);
	SHOWS(semop, "while a process was there that undoes", "%d", WEXITSTATUS(status));
	CALL(semctl, "GETVAL after its end", id, 0, GETVAL, 0);
	RAW(semctl, id, 0, SETVAL, 0);
	pid = fork();
	if (pid == 0)
		_exit(RAW(semop, id, one(0, -2, 0), 1) == -1 && errno == EIDRM ? 0 : 1);
	await(1);
	CALL(semctl, "IPC_RMID while one waits", id, 0, IPC_RMID, 0);
	waitpid(pid, &status, 0);
	EFFECT(semop, "the other is told", status == 0);
}

static void as_user(void)
{
	struct semid_ds state;
	RAW(setgroups, 0, NULL);
	RAW(setresgid, 1000, 1000, 1000);
	RAW(setresuid, 1000, 1000, 1000);
	CALL(semget, "another's", KEY, 3, 0600);
	CALL(semop, "another's", id, one(0, 1, 0), 1);
	CALL(semtimedop, "another's", id, one(0, 0, 0), 1, NULL);
	CALL(semctl, "GETVAL of another's", id, 0, GETVAL, 0);
	CALL(semctl, "SETVAL of another's", id, 0, SETVAL, 1);
	CALL(semctl, "IPC_STAT of another's", id, 0, IPC_STAT, &state);
	CALL(semctl, "IPC_SET of another's", id, 0, IPC_SET, &state);
	CALL(semctl, "IPC_RMID of another's", id, 0, IPC_RMID, 0);
}

static void controlling(void)
{
	unsigned short values[3] = { 7, 8, 9 }, large[3] = { 7, 40000, 9 }, got[3] = { 0 };
	struct semid_ds state;
	CALL(semctl, "SETALL", id, 0, SETALL, values);
	CALL(semctl, "GETALL", id, 0, GETALL, got);
	EFFECT(semctl, "are those", got[0] == 7 && got[1] == 8 && got[2] == 9);
	CALL(semctl, "SETALL, one more than there can be", id, 0, SETALL, large);
	CALL(semctl, "SETALL, wild", id, 0, SETALL, BAD);
	CALL(semctl, "GETALL, wild", id, 0, GETALL, BAD);
	CALL(semctl, "SETVAL", id, 1, SETVAL, 1);
	CALL(semctl, "SETVAL below zero", id, 1, SETVAL, -1);
	CALL(semctl, "SETVAL, more than there can be", id, 1, SETVAL, 32768);
	CALL(semctl, "SETVAL of no such semaphore", id, 3, SETVAL, 1);
	CALL(semctl, "GETVAL of no such semaphore", id, -1, GETVAL, 0);
	CALL(semctl, "IPC_STAT", id, 0, IPC_STAT, &state);
	EFFECT(semctl, "is right", state.sem_nsems == 3 && (state.sem_perm.mode & 0777) == 0600 && state.sem_otime && state.sem_ctime);
	state.sem_perm.mode = 0640;
	CALL(semctl, "IPC_SET", id, 0, IPC_SET, &state);
	RAW(semctl, id, 0, IPC_STAT, &state);
	EFFECT(semctl, "is done", (state.sem_perm.mode & 0777) == 0640);
	CALL(semctl, "IPC_STAT, wild", id, 0, IPC_STAT, BAD);
	CALL(semctl, "IPC_SET, wild", id, 0, IPC_SET, BAD);
	CALL(semctl, "no such command", id, 0, 99, 0);
	CALL(semctl, "no such set", 99999999, 0, GETVAL, 0);
	CALL(semctl, "a number below zero", -1, 0, GETVAL, 0);
}

int main(void)
{
	files_enter();
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	sigaction(SIGALRM, &action, NULL);
	getting();
	operating();
	controlling();
	calls_apart(as_user);
	together();
	CALL(semctl, "what was removed", id, 0, GETVAL, 0);
	files_leave();
	return 0;
}
