/*
 * Random calls with hostile arguments, in children that are ended when they wait too long: soak SEED ROUNDS [ROUND]. Whatever happens to a child,
 * the machine goes on. In an image only: as root on a host this would do harm. ROUND: only that one, telling each call before it is made.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "arena.h"

#define CALLS_PER_CHILD 60
#define WAIT_MICROSECONDS 5000
#define CHILD_SECONDS 2
#define TIDY_EVERY 25

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dul >> 8;
}
static uint64_t below(uint64_t n) { return next() % n; }

static long hostile(char kind)
{
	size_t count;
	const struct value *values = hostile_values(kind, &count);
	return values[below(count)].value;
}

static long any_value(void)
{
	static const char kinds[] = "psflgqaiu";
	return below(4) ? hostile(kinds[below(sizeof(kinds) - 1)]) : (long)(next() << below(40));
}

static long argument(char kind)
{
	unsigned choice = (unsigned)below(20);
	if (kind == 'q') /* never process 1: that is the test */
		return choice < 10 ? 0 : choice < 14 ? getpid() : hostile(kind);
	return choice < 10 ? good_value(kind) : choice < 18 ? hostile(kind) : any_value();
}

/* Without a way back, the end of the child as a matter of course, or the stack of code that goes on. */
static int is_left_out(const struct call *call)
{
	static const char *const names[] = { "exit", "exit_group", "rt_sigreturn" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(call->name, names[i]))
			return 1;
	return 0;
}

/* What structures of the program's are read from: hostile words in one of three. */
static void fill_memory(void)
{
	uint64_t *words = (uint64_t *)good_value('p');
	for (unsigned i = 0; i < 32; i++)
		words[i] = below(3) ? below(4) ? 0 : below(100) : (uint64_t)any_value();
}

static void ignore(int number) { (void)number; }

static void one_call(const struct call *call, int tell)
{
	long a[6] = { 0 };
	for (int i = 0; i < 6 && call->arguments[i]; i++)
		a[i] = argument(call->arguments[i]);
	if (!strcmp(call->name, "clone"))
		a[1] = 0; /* on a stack of garbage the child would run wherever that leads, which is no call */
	if (tell)
		dprintf(2, "%s(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx)\n", call->name, a[0], a[1], a[2], a[3], a[4], a[5]);
	call->stub(a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void child_main(uint64_t seed, int tell)
{
	struct itimerval limit = { { 0, WAIT_MICROSECONDS }, { 0, WAIT_MICROSECONDS } };
	struct sigaction action = { .sa_handler = ignore };
	pid_t me = getpid();
	state = seed;
	setpgid(0, 0);
	for (int fd = 0; fd < (tell ? 2 : 3); fd++)
		dup2(NULL_FD, fd);
	for (unsigned i = 0; i < CALLS_PER_CHILD; i++) {
		const struct call *call = &calls[below(call_count)];
		if (is_left_out(call))
			continue;
		sigaction(SIGALRM, &action, NULL);
		setitimer(ITIMER_REAL, &limit, NULL);
		if (below(2))
			fill_memory();
		one_call(call, tell);
		if (getpid() != me)
			_exit(0);
	}
	_exit(0);
}

static void wait_for(pid_t child, const sigset_t *child_ended)
{
	struct timespec limit = { CHILD_SECONDS, 0 };
	for (;;) {
		int status;
		pid_t ended;
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == child)
				return;
		if (sigtimedwait(child_ended, NULL, &limit) < 0)
			kill(child, SIGKILL);
	}
}

/* Strays of children, and what became of the files. */
static void tidy(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0) {
	}
	arena_remove_files();
}

static unsigned long free_kilobytes(void)
{
	struct sysinfo info;
	sysinfo(&info);
	return info.freeram * info.mem_unit / 1024;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 100;
	unsigned only = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
	unsigned long before = 0;
	sigset_t child_ended;
	if (getpid() != 1) {
		fputs("soak: only in an image\n", stderr);
		return 1;
	}
	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_ended, NULL);
	arena_make();
	for (unsigned round = 1; round <= rounds; round++) {
		if (only && round != only)
			continue;
		pid_t child = fork();
		if (!child)
			child_main((seed << 32 | round) * 0x9e3779b97f4a7c15ul | 1, only != 0);
		if (child < 0) {
			perror("soak: fork");
			return 1;
		}
		wait_for(child, &child_ended);
		if (round % TIDY_EVERY == 0) {
			tidy();
			arena_make_files();
			if (!before)
				before = free_kilobytes();
			fprintf(stderr, "round %u: %ld KiB less\n", round, (long)(before - free_kilobytes()));
		}
	}
	printf("%u rounds survived\n", rounds);
	return 0;
}
