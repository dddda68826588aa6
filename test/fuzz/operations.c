/* What a step can do: operations on descriptors and files are in files.c. Results are told by name where numbers differ between systems. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "files.h"
#include "shared.h"

static int signals[] = { SIGUSR1, SIGUSR2, SIGHUP, SIGTERM, SIGCHLD, SIGPIPE, SIGALRM, SIGURG, 34, 35 };
#define SIGNALS 10
static int signal_of(int a) { return signals[(unsigned)a % SIGNALS]; }
static int actor_of(int a) { return (int)((unsigned)a % ACTORS); }

/* --- processes and threads --- */

static void kick(void)
{
	uint64_t one = 1;
	write(KICK, &one, sizeof(one));
}

static void born(int actor, pid_t pid, pid_t tid, int is_thread)
{
	struct actor *new = &shared->actors[actor];
	new->pid = pid;
	new->tid = tid;
	new->is_thread = is_thread;
	new->parent = home_of(me);
	new->mask = shared->actors[me].mask;
	new->state = ALIVE;
}

static void run_fork(const int *a)
{
	int actor = actor_of(a[0]);
	if (shared->actors[actor].state != UNBORN) {
		tell(": taken");
		return;
	}
	int home = home_of(me);
	shared->fatal[actor] = shared->fatal[home];
	shared->caught[actor] = shared->caught[home];
	shared->once[actor] = shared->once[home];
	fflush(stdout);
	/* no handler runs in the child before it knows who it is */
	sigset_t all, mask;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	pid_t pid = fork();
	if (!pid) {
		born(actor, getpid(), getpid(), 0);
		me = actor;
		pthread_sigmask(SIG_SETMASK, &mask, NULL);
		act();
		_exit(0);
	}
	if (pid > 0)
		born(actor, pid, pid, 0);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	told(pid < 0 ? -1 : 0);
	kick();
}

static void run_vfork(const int *a)
{
	int status = 0;
	if (shared->actors[home_of(me)].awaiting) {
		tell(": would be taken for another");
		return;
	}
	pid_t pid = vfork();
	if (!pid)
		_exit(a[0] & 0xff);
	pid_t ended = waitpid(pid, &status, 0);
	if (ended == pid)
		tell(": with %d", WEXITSTATUS(status));
	else
		told(-1);
}

static pthread_t threads[ACTORS];

static void *thread_main(void *argument)
{
	me = (int)(long)argument;
	shared->actors[me].tid = (pid_t)syscall(SYS_gettid);
	act();
	return NULL;
}

static void run_thread(const int *a)
{
	int actor = actor_of(a[0]);
	if (shared->actors[actor].state != UNBORN) {
		tell(": taken");
		return;
	}
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	born(actor, getpid(), 0, 1);
	shared->actors[actor].mask = ~0ul;
	int error = pthread_create(&threads[actor], NULL, thread_main, (void *)(long)actor);
	if (error)
		shared->actors[actor].state = UNBORN;
	for (int i = 0; !error && !shared->actors[actor].tid && i < 20000; i++)
		nanosleep(&(struct timespec){ 0, 50000 }, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	tell(": %d", error);
}

static void run_join(const int *a)
{
	int actor = actor_of(a[0]);
	struct actor *other = &shared->actors[actor];
	if (!other->is_thread || other->pid != getpid() || other->state != DEAD || !threads[actor]) {
		tell(": no");
		return;
	}
	void *result;
	int error = pthread_join(threads[actor], &result);
	threads[actor] = 0;
	tell(": %d %ld", error, (long)result);
}

/* The supervisor goes on when the process has ended; a thread does so itself. */
static void run_exit(const int *a)
{
	if (shared->actors[me].is_thread) {
		tell("\n");
		int turn = shared->turn;
		shared->actors[me].state = DEAD;
		advance(turn);
		pthread_exit((void *)(long)(a[0] & 0xff));
	}
	tell("\n");
	_exit(a[0] & 0xff);
}

static void told_status(pid_t pid, int status)
{
	if (pid < 0)
		tell(": %s", error_name());
	else if (!pid)
		tell(": nobody");
	else if (WIFSIGNALED(status))
		tell(": %s by signal %d", who(pid), WTERMSIG(status));
	else
		tell(": %s with %d", who(pid), WEXITSTATUS(status));
}

static void run_wait(const int *a)
{
	int status = 0, actor = actor_of(a[0]);
	pid_t pid = a[1] & 1 ? -1 : shared->actors[actor].state == UNBORN || shared->actors[actor].is_thread ? 999999 : shared->actors[actor].pid;
	pid_t ended = waitpid(pid, &status, WNOHANG);
	told_status(ended, status);
}

static void run_waitid(const int *a)
{
	siginfo_t info = { 0 };
	int options = WEXITED | WNOHANG | (a[1] & 1 ? WNOWAIT : 0);
	int result = waitid(P_ALL, 0, &info, options);
	if (result)
		tell(": %s", error_name());
	else
		tell(": %d code %d status %d of %s", info.si_signo, info.si_pid ? info.si_code : 0, info.si_status, who(info.si_pid));
}

/* It is known what the end of the next child leads to: this thread alone waits for it. */
static int has_child(void)
{
	int home = home_of(me), found = 0;
	for (int i = 1; i < ACTORS; i++)
		found |= shared->actors[i].state == ALIVE && !shared->actors[i].is_thread && shared->actors[i].parent == home;
	if (!found || shared->actors[home].awaiting)
		return 0;
	shared->actors[home].awaiting = 1;
	return 1;
}

/* Until a child ends; others go on meanwhile. */
static void run_await(const int *a)
{
	(void)a;
	int status = 0;
	pid_t ended;
	struct actor *home = &shared->actors[home_of(me)];
	if (!shared->actors[me].waiting) {
		tell(": not now");
		return;
	}
	do
		ended = waitpid(-1, &status, 0);
	while (ended < 0 && errno == EINTR);
	home->awaiting = 0;
	home->awaited++;
	tell_later(ended < 0 ? error_name() : "a child");
}

static void run_parent(const int *a)
{
	(void)a;
	pid_t parent = getppid();
	tell(": %s", who(parent));
}

static void run_group(const int *a)
{
	int actor = actor_of(a[1]);
	pid_t group = shared->actors[actor].state == ALIVE && a[0] & 2 ? shared->actors[actor].pid : 0;
	int result = a[0] & 1 ? setpgid(0, group) : 0;
	tell(": %s, %s", result ? error_name() : "0", who(getpgrp()));
}

static void run_yield(const int *a)
{
	(void)a;
	told(sched_yield());
}

/* --- signals --- */

static void handler(int number, siginfo_t *info, void *context)
{
	int saved = errno, home = home_of(me);
	(void)context;
	const char *from = info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL || number == SIGCHLD ? who(info->si_pid) : "-";
	if (number == SIGCHLD && info->si_code > 0)
		tell("[%d code %d status %d from %s]", number, info->si_code, info->si_status, from);
	else
		tell("[%d code %d from %s value %d]", number, info->si_code, from, info->si_code == SI_QUEUE ? info->si_value.sival_int : 0);
	if (shared->once[home] & 1ul << number) {
		shared->fatal[home] |= 1ul << number;
		shared->caught[home] &= ~(1ul << number);
	}
	for (int i = 0; number == SIGCHLD && info->si_code > 0 && i < ACTORS; i++)
		if (shared->actors[i].pid == info->si_pid)
			shared->actors[home].children_told++;
	shared->actors[home].handled++;
	errno = saved;
}

static void set_bit(uint64_t *bits, int number, int value) { *bits = value ? *bits | 1ul << number : *bits & ~(1ul << number); }

static void run_action(const int *a)
{
	int number = signal_of(a[0]), kind = (int)((unsigned)a[1] % 6);
	struct sigaction action = { .sa_flags = SA_SIGINFO }, old;
	if (kind == 0 || kind == 1)
		action.sa_handler = kind ? SIG_IGN : SIG_DFL;
	else
		action.sa_sigaction = handler;
	action.sa_flags |= kind == 3 ? SA_RESTART : kind == 4 ? (int)SA_RESETHAND : kind == 5 ? SA_NODEFER : 0;
	int result = sigaction(number, &action, &old);
	int home = home_of(me);
	set_bit(&shared->fatal[home], number, kind == 0);
	set_bit(&shared->caught[home], number, kind > 1);
	set_bit(&shared->once[home], number, kind == 4);
	tell(": %d, was %s", result, old.sa_handler == SIG_DFL ? "default" : old.sa_handler == SIG_IGN ? "ignored" : "handled");
}

static void run_mask(const int *a)
{
	int number = signal_of(a[0]);
	sigset_t set, old;
	sigemptyset(&set);
	sigaddset(&set, number);
	int result = pthread_sigmask(a[1] & 1 ? SIG_BLOCK : SIG_UNBLOCK, &set, &old);
	if (a[1] & 1)
		shared->actors[me].mask |= 1ul << number;
	else
		shared->actors[me].mask &= ~(1ul << number);
	tell(": %d, was %d", result, sigismember(&old, number));
}

static void run_pending(const int *a)
{
	(void)a;
	sigset_t set;
	sigpending(&set);
	tell(":");
	for (int i = 0; i < SIGNALS; i++)
		if (sigismember(&set, signals[i]))
			tell(" %d", signals[i]);
}

static void run_take(const int *a)
{
	sigset_t set;
	siginfo_t info = { 0 };
	sigemptyset(&set);
	for (int i = 0; i < SIGNALS; i++)
		if (a[0] >> i & 1)
			sigaddset(&set, signals[i]);
	int number = sigtimedwait(&set, &info, &(struct timespec){ 0, 0 });
	if (number < 0)
		tell(": %s", error_name());
	else
		tell(": %d code %d", number, info.si_code);
}

/* Send, and wait for what follows from it in another thread or process: what comes next must find it done. */
static void send(int actor, int number, int (*how)(struct actor *actor, int number, int value), int value, int one)
{
	struct actor *other = &shared->actors[actor];
	int home = home_of(actor), before = shared->actors[home].handled;
	int in = one ? !(other->mask & 1ul << number) : lets_in(home, number);
	int ends = number == SIGKILL || (in && number && number != SIGCHLD && number != SIGURG && shared->fatal[home] & 1ul << number);
	int runs = in && number && shared->caught[home] & 1ul << number;
	int result = how(other, number, value);
	if (!result && ends && other->pid != getpid())
		await_end(actor);
	if (!result && runs)
		await_more(&shared->actors[home].handled, before);
	told(result);
}

static int by_kill(struct actor *other, int number, int value) { return (void)value, kill(other->pid, number); }
static int by_queue(struct actor *other, int number, int value) { return sigqueue(other->pid, number, (union sigval){ .sival_int = value }); }
static int by_tkill(struct actor *other, int number, int value)
{
	(void)value;
	return (int)syscall(SYS_tgkill, other->pid, other->tid, number);
}

static void run_kill(const int *a)
{
	int actor = actor_of(a[0]), number = a[1] < 0 ? 0 : a[1] == 99 ? SIGKILL : signal_of(a[1]);
	if (shared->actors[actor].state != ALIVE || shared->actors[actor].is_thread)
		tell(": nobody");
	else
		send(actor, number, by_kill, 0, 0);
}

static void run_queue(const int *a)
{
	int actor = actor_of(a[0]), number = signal_of(a[1]);
	if (shared->actors[actor].state != ALIVE || shared->actors[actor].is_thread)
		tell(": nobody");
	else
		send(actor, number, by_queue, a[2], 0);
}

static void run_tkill(const int *a)
{
	int actor = actor_of(a[0]), number = signal_of(a[1]);
	struct actor *other = &shared->actors[actor];
	if (other->state != ALIVE || !other->tid)
		tell(": nobody");
	else
		send(actor, number, by_tkill, 0, 1);
}

/* A timer that has rung, and one that will not. */
static void run_timer(const int *a)
{
	sigset_t set, old;
	siginfo_t info;
	struct itimerval soon = { .it_value = { 0, 1000 } }, late = { { 5000, 0 }, { 3000, 0 } }, was;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	setitimer(ITIMER_REAL, &soon, NULL);
	int number = sigwaitinfo(&set, &info);
	setitimer(ITIMER_REAL, a[0] & 1 ? &late : &(struct itimerval){ 0 }, NULL);
	getitimer(ITIMER_REAL, &was);
	unsigned left = alarm(0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	tell(": %d code %d, every %ld, %u left", number, number > 0 ? info.si_code : 0, (long)was.it_interval.tv_sec, left);
}

/* --- memory --- */

#define PAGE 4096l
#define MAPS 3
#define MAP_PAGES 8
/* Each in a place of its own, so that what is beside it is known. */
static char *place_of(int a) { return (char *)0x100000000l + ((unsigned)a % MAPS) * 0x1000000l; }
static long page_of(int a) { return (unsigned)a % MAP_PAGES; }

static sigjmp_buf fault_jump;
static volatile int fault_signal, fault_code;
static void fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	fault_signal = number;
	fault_code = info->si_code;
	siglongjmp(fault_jump, 1);
}

static void touch(volatile char *at, int value)
{
	struct sigaction action = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO }, segv, bus;
	sigaction(SIGSEGV, &action, &segv);
	sigaction(SIGBUS, &action, &bus);
	if (sigsetjmp(fault_jump, 1)) {
		tell(": %s %d", fault_signal == SIGSEGV ? "SIGSEGV" : "SIGBUS", fault_code);
	} else {
		int old = *at;
		if (value >= 0)
			*at = (char)value;
		tell(": %d", old);
	}
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
}

static void run_map(const int *a)
{
	int kind = (int)((unsigned)a[2] % 3), fd = kind == 2 ? slot(a[1]) : -1;
	void *at = mmap(place_of(a[0]) + page_of(a[1]) * PAGE, (size_t)(page_of(a[1] >> 3) + 1) * PAGE, PROT_READ | PROT_WRITE,
	                MAP_FIXED | (kind ? MAP_SHARED : MAP_PRIVATE) | (kind == 2 ? 0 : MAP_ANONYMOUS), fd, 0);
	told(at == MAP_FAILED ? -1 : 0);
}

static void run_unmap(const int *a) { told(munmap(place_of(a[0]) + page_of(a[1]) * PAGE, (size_t)(page_of(a[2]) + 1) * PAGE)); }
static void run_protect(const int *a)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	told(mprotect(place_of(a[0]) + page_of(a[1]) * PAGE, (size_t)(page_of(a[1] >> 3) + 1) * PAGE, prots[(unsigned)a[2] % 3]));
}
static void run_poke(const int *a) { touch(place_of(a[0]) + page_of(a[1]) * PAGE, a[2] & 0x7f); }
static void run_peek(const int *a) { touch(place_of(a[0]) + page_of(a[1]) * PAGE, -1); }
static void run_forget(const int *a) { told(madvise(place_of(a[0]) + page_of(a[1]) * PAGE, (size_t)(page_of(a[2]) + 1) * PAGE, MADV_DONTNEED)); }
static void run_move(const int *a)
{
	size_t length = (size_t)(page_of(a[1] >> 3) + 1) * PAGE;
	size_t new = (size_t)(page_of(a[2]) + 1) * PAGE;
	if (new == length)
		new += PAGE; /* newer kernels move several mappings at once */
	void *at = mremap(place_of(a[0]) + page_of(a[1]) * PAGE, length, new, a[2] & 8 ? MREMAP_MAYMOVE | MREMAP_FIXED : 0,
	                  place_of(a[0] + 1));
	told(at == MAP_FAILED ? -1 : 0);
}
static void run_resident(const int *a)
{
	unsigned char pages[MAP_PAGES];
	if (mincore(place_of(a[0]), MAP_PAGES * PAGE, pages))
		told(-1);
	else
		tell(": all there");
}

static void run_limit(const int *a)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = 3 + (unsigned)a[0] % 12;
	told(setrlimit(RLIMIT_NOFILE, &limit));
}

const struct operation operations[] = {
	{ "fork", run_fork, NULL }, { "vfork", run_vfork, NULL }, { "thread", run_thread, NULL }, { "join", run_join, NULL }, { "exit", run_exit, NULL },
	{ "wait", run_wait, NULL }, { "waitid", run_waitid, NULL }, { "await", run_await, has_child }, { "parent", run_parent, NULL }, { "group", run_group, NULL },
	{ "yield", run_yield, NULL }, { "action", run_action, NULL }, { "mask", run_mask, NULL }, { "pending", run_pending, NULL }, { "take", run_take, NULL },
	{ "kill", run_kill, NULL }, { "queue", run_queue, NULL }, { "tkill", run_tkill, NULL }, { "timer", run_timer, NULL }, { "map", run_map, NULL },
	{ "unmap", run_unmap, NULL }, { "protect", run_protect, NULL }, { "poke", run_poke, NULL }, { "peek", run_peek, NULL }, { "forget", run_forget, NULL },
	{ "move", run_move, NULL }, { "resident", run_resident, NULL }, { "limit", run_limit, NULL }, FILE_OPERATIONS
};
const int operation_count = sizeof(operations) / sizeof(operations[0]);
