/* Robust locks when their owner ends: the list by hand (with locks that inherit priorities), and pthread's between processes. */
#include "threads.h"

struct node {
	struct robust_list list;
	uint32_t word;
};
#define WORD_OFFSET ((long)offsetof(struct node, word))

static struct robust_list_head head;

static void link_node(struct node *node, int pi)
{
	node->list.next = head.list.next;
	head.list.next = (struct robust_list *)((uintptr_t)&node->list | (pi != 0));
}

static void list_errors(void)
{
	struct robust_list_head *where;
	size_t size;
	SHOW(syscall(SYS_set_robust_list, &head, sizeof(head) - 1) < 0 ? errno : 0);
	SHOW(syscall(SYS_get_robust_list, 0x7ffffff0, &where, &size) < 0 ? errno : 0);
	SHOW(syscall(SYS_get_robust_list, 0, NULL, &size) < 0 ? errno : 0);
	SHOW(syscall(SYS_get_robust_list, 0, &where, NULL) < 0 ? errno : 0);
	SHOW(syscall(SYS_set_robust_list, &head, sizeof(head)));
	SHOW(syscall(SYS_get_robust_list, 0, &where, &size));
	printf("same %d, size %zu\n", where == &head, size);
	SHOW(syscall(SYS_get_robust_list, gettid_(), &where, &size));
	SHOW(syscall(SYS_set_robust_list, NULL, sizeof(head)));
}

static uint32_t show(uint32_t word, int tid) { return (word & FUTEX_TID_MASK) == (uint32_t)tid ? word & ~FUTEX_TID_MASK : word; }

/* A child that holds locks in `nodes` and ends in a way of its own. */
static void child_ends(struct node *nodes, volatile uint32_t *ready, int how)
{
	head = (struct robust_list_head){ .list = { &head.list }, .futex_offset = WORD_OFFSET };
	int me = gettid_();
	syscall(SYS_set_robust_list, &head, sizeof(head));
	nodes[0].word = me;
	nodes[1].word = me | FUTEX_WAITERS;
	nodes[2].word = me + 1; /* another's */
	nodes[3].word = me;     /* about to be unlocked */
	nodes[4].word = me;     /* with inheritance */
	for (int i = 0; i < 5; i++)
		if (i != 3)
			link_node(&nodes[i], i == 4);
	head.list_op_pending = &nodes[3].list;
	*ready = 1;
	usleep(30000);
	if (how == 0)
		syscall(SYS_exit, 0);
	if (how == 1)
		kill(getpid(), SIGKILL);
	char *const argv[] = { "robust", "again", NULL };
	execv("/proc/self/exe", argv);
	_exit(1);
}

static void *wait_at(void *at)
{
	struct node *node = at;
	return (void *)futex_e(&node->word, FUTEX_WAIT, node->word, NULL, NULL, 0);
}

static void *lock_at(void *at) { return (void *)futex_e(&((struct node *)at)->word, FUTEX_LOCK_PI, 0, NULL, NULL, 0); }

static void by_hand(int how)
{
	struct node *nodes = shared_page();
	volatile uint32_t *ready = (uint32_t *)nodes + 1000;
	pthread_t waiter, locker;
	void *woken, *locked;
	pid_t child = fork();
	if (!child)
		child_ends(nodes, ready, how);
	while (!*ready)
		usleep(100);
	pthread_create(&waiter, NULL, wait_at, &nodes[1]);
	pthread_create(&locker, NULL, lock_at, &nodes[4]);
	pthread_join(waiter, &woken);
	pthread_join(locker, &locked);
	waitpid(child, NULL, 0);
	printf("way %d: woken %ld, locked %ld, words", how, (long)woken, (long)locked);
	for (int i = 0; i < 4; i++)
		printf(" %x", i == 2 ? nodes[i].word == (uint32_t)child + 1 : show(nodes[i].word, child));
	printf(", inheriting one %x\n", nodes[4].word & ~FUTEX_TID_MASK);
}

static void between_processes(int protocol, const char *what)
{
	pthread_mutex_t *lock = shared_page();
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	int error = pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutex_init(lock, &attributes);
	printf("%s: protocol %d\n", what, error);
	for (int i = 0; i < 3; i++) {
		int pipes[2];
		char byte;
		FAIL_IF(pipe(pipes));
		pid_t child = fork();
		if (!child) {
			FAIL_IF(pthread_mutex_lock(lock));
			FAIL_IF(write(pipes[1], "x", 1) != 1);
			usleep(i * 20000);
			if (i == 2)
				pause();
			_exit(0);
		}
		close(pipes[1]);
		FAIL_IF(read(pipes[0], &byte, 1) != 1);
		if (i == 2)
			kill(child, SIGKILL);
		error = pthread_mutex_lock(lock);
		printf("%s: lock %s", what, error == EOWNERDEAD ? "EOWNERDEAD" : strerror(error));
		printf(", consistent %d", pthread_mutex_consistent(lock));
		printf(", unlock %d\n", pthread_mutex_unlock(lock));
		waitpid(child, NULL, 0);
		close(pipes[0]);
	}
	if (!fork()) {
		pthread_mutex_lock(lock);
		_exit(0);
	}
	wait(NULL);
	error = pthread_mutex_lock(lock);
	printf("%s: %d, unlock without consistent %d", what, error == EOWNERDEAD, pthread_mutex_unlock(lock));
	printf(", then not recoverable %d\n", pthread_mutex_lock(lock) == ENOTRECOVERABLE);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 0;
	setvbuf(stdout, NULL, _IONBF, 0);
	list_errors();
	for (int how = 0; how < 3; how++)
		by_hand(how);
	between_processes(PTHREAD_PRIO_NONE, "plain");
	between_processes(PTHREAD_PRIO_INHERIT, "inherit");
	return 0;
}
