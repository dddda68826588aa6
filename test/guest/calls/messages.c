/* msgget(2), msgsnd(2), msgrcv(2), msgctl(2). */
#include "calls.h"
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>

#define KEY 0x72720003

static int id;
static struct {
	long type;
	char text[9000];
} message;

static void nothing(int number) { (void)number; }
static void interrupt_soon(void) { ualarm(20000, 0); }

static void put(long type, const char *text)
{
	message.type = type;
	strcpy(message.text, text);
	RAW(msgsnd, id, &message, strlen(text), 0);
}

static void getting(void)
{
	RAW(msgctl, RAW(msgget, KEY, 0), IPC_RMID, NULL); /* of an earlier run */
	CALL(msgget, "no such key", KEY, 0);
	id = CALL_OK(msgget, "made", KEY, IPC_CREAT | IPC_EXCL | 0600);
	CALL(msgget, "made again", KEY, IPC_CREAT | IPC_EXCL | 0600);
	EFFECT(msgget, "what is there", RAW(msgget, KEY, 0) == id);
}

static void sending(void)
{
	message.type = 1;
	CALL(msgsnd, "three bytes", id, &message, 3, 0);
	CALL(msgsnd, "no bytes", id, &message, 0, 0);
	CALL(msgsnd, "more than there can be", id, &message, 8193, 0);
	CALL(msgsnd, "bytes below zero", id, &message, -1, 0);
	message.type = 0;
	CALL(msgsnd, "of type 0", id, &message, 3, 0);
	message.type = 1;
	CALL(msgsnd, "no such queue", 99999999, &message, 3, 0);
	CALL(msgsnd, "a number below zero", -1, &message, 3, 0);
	CALL(msgsnd, "a wild pointer", id, BAD, 3, 0);
	while (RAW(msgsnd, id, &message, 8000, IPC_NOWAIT) == 0)
		;
	CALL(msgsnd, "to a full queue, not waiting", id, &message, 8000, IPC_NOWAIT);
	interrupt_soon();
	CALL(msgsnd, "to a full queue, interrupted", id, &message, 8000, 0);
	while (RAW(msgrcv, id, &message, 9000, 0, IPC_NOWAIT) >= 0)
		;
}

static void receiving(void)
{
	put(5, "five"), put(3, "three"), put(3, "again"), put(9, "nine");
	CALL(msgrcv, "the first", id, &message, 100, 0, 0);
	SHOWS(msgrcv, "which is", "%ld %.4s", message.type, message.text);
	put(5, "five");
	CALL(msgrcv, "by type", id, &message, 100, 9, 0);
	CALL(msgrcv, "the lowest type up to 4", id, &message, 100, -4, 0);
	SHOWS(msgrcv, "which is", "%ld %.5s", message.type, message.text);
	CALL(msgrcv, "but one type", id, &message, 100, 3, MSG_EXCEPT);
	SHOWS(msgrcv, "which is", "%ld", message.type);
	CALL(msgrcv, "longer than there is room", id, &message, 2, 0, 0);
	CALL(msgrcv, "longer than there is room, cut", id, &message, 2, 0, MSG_NOERROR);
	CALL(msgrcv, "none, not waiting", id, &message, 100, 0, IPC_NOWAIT);
	interrupt_soon();
	CALL(msgrcv, "none, interrupted", id, &message, 100, 0, 0);
	CALL(msgrcv, "bytes below zero", id, &message, -1, 0, 0);
	CALL(msgrcv, "no such queue", 99999999, &message, 100, 0, 0);
	CALL(msgrcv, "a number below zero", -1, &message, 100, 0, 0);
	put(1, "x");
	CALL(msgrcv, "to a wild pointer", id, BAD, 100, 0, 0);
}

static void controlling(void)
{
	struct msqid_ds state;
	put(1, "12345");
	CALL(msgctl, "IPC_STAT", id, IPC_STAT, &state);
	EFFECT(msgctl, "is right", state.msg_qnum == 1 && state.msg_cbytes == 5 && (state.msg_perm.mode & 0777) == 0600 && state.msg_lspid == getpid() && state.msg_stime);
	state.msg_perm.mode = 0640, state.msg_qbytes = 100;
	CALL(msgctl, "IPC_SET", id, IPC_SET, &state);
	CALL(msgsnd, "to a smaller queue", id, &message, 96, IPC_NOWAIT);
	RAW(msgctl, id, IPC_STAT, &state);
	EFFECT(msgctl, "is done", state.msg_qbytes == 100 && (state.msg_perm.mode & 0777) == 0640);
	CALL(msgctl, "IPC_STAT, wild", id, IPC_STAT, BAD);
	CALL(msgctl, "IPC_SET, wild", id, IPC_SET, BAD);
	CALL(msgctl, "no such command", id, 99, &state);
	CALL(msgctl, "no such queue", 99999999, IPC_STAT, &state);
	CALL(msgctl, "a number below zero", -1, IPC_STAT, &state);
}

static void as_user(void)
{
	struct msqid_ds state;
	RAW(setgroups, 0, NULL);
	RAW(setresgid, 1000, 1000, 1000);
	RAW(setresuid, 1000, 1000, 1000);
	CALL(msgget, "another's", KEY, 0600);
	CALL(msgsnd, "another's", id, &message, 3, IPC_NOWAIT);
	CALL(msgrcv, "another's", id, &message, 100, 0, IPC_NOWAIT);
	CALL(msgctl, "IPC_STAT of another's", id, IPC_STAT, &state);
	CALL(msgctl, "IPC_SET of another's", id, IPC_SET, &state);
	CALL(msgctl, "IPC_RMID of another's", id, IPC_RMID, NULL);
}

/* One waits for a message that comes, and then while the queue goes. */
static void together(void)
{
	int status, pid, ready[2];
	if (pipe(ready))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (RAW(msgrcv, id, &message, 100, 7, 0) != 3 || write(ready[1], "r", 1) != 1)
			_exit(1);
		_exit(RAW(msgrcv, id, &message, 100, 8, 0) == -1 && errno == EIDRM ? 0 : 2);
	}
	put(7, "abc");
	if (read(ready[0], &(char){ 0 }, 1) != 1)
		printf("the other process ended\n");
	struct timespec little = { 0, 10000000 };
	nanosleep(&little, NULL);
	CALL(msgctl, "IPC_RMID", id, IPC_RMID, NULL);
	waitpid(pid, &status, 0);
	/* It may not have been waiting yet. */
	EFFECT(msgrcv, "the other got its message and is told of the end", WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2));
}

int main(void)
{
	files_enter();
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	sigaction(SIGALRM, &action, NULL);
	getting();
	sending();
	receiving();
	controlling();
	calls_apart(as_user);
	together();
	CALL(msgctl, "what was removed", id, IPC_STAT, BAD);
	files_leave();
	return 0;
}
