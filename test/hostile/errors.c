/*
 * Each implemented call with good arguments, but one of them hostile: one line for each argument, "call argument: value=result ...", where a result
 * is 0, an errno or the signal that ended the caller. The same on the host and in an image: errors [ONE_IN [CALL]].
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "arena.h"

/* What would hurt the host, or cannot be told by its result. */
static const char *const skipped[] = {
	"exit", "exit_group", "fork", "vfork", "rt_sigreturn", "sethostname", "setdomainname", "settimeofday", "clock_settime", "sync", "syncfs", "pause",
	"clone", "clone3", "adjtimex", "clock_adjtime",
};

static int is_skipped(const struct call *call)
{
	const char *name = call->name;
	if (*call->arguments == 'u')
		return 1;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (!strcmp(skipped[i], name))
			return 1;
	return 0;
}

/* A child makes the call, so that whatever it does is over afterwards. What waits is ended by SIGALRM. */
static void try(const struct call *call, const long *a)
{
	int status;
	pid_t child = fork();
	if (!child) {
		struct itimerval limit = { .it_value = { 0, 200000 } };
		setpgid(0, 0);
		setitimer(ITIMER_REAL, &limit, NULL);
		pid_t me = getpid();
		long result = call->stub(a[0], a[1], a[2], a[3], a[4], a[5]);
		if (getpid() != me)
			_exit(0); /* a clone */
		_exit(result < 0 && result > -4096 ? (int)-result : 0);
	}
	if (waitpid(child, &status, WUNTRACED) != child) {
		printf("lost");
	} else if (WIFSTOPPED(status)) {
		printf("stopped by %d", WSTOPSIG(status));
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
	} else if (WIFSIGNALED(status)) {
		printf("signal %d", WTERMSIG(status));
	} else {
		printf("%d", WEXITSTATUS(status));
	}
}

static size_t one_in; /* of so many values one is tried, of each call others */

static void vary(const struct call *call, int argument)
{
	long arguments[6] = { 0 };
	size_t count;
	const struct value *values = hostile_values(call->arguments[argument], &count);
	for (int i = 0; call->arguments[i]; i++)
		arguments[i] = good_value(call->arguments[i]);
	printf("%s %d:", call->name, argument);
	for (size_t i = 0; i < count; i++) {
		if ((i + (size_t)call->number + (size_t)argument) % one_in)
			continue;
		/* Not everybody on this machine. */
		if (!strcmp(call->name, "kill") && values[i].value == -1)
			continue;
		arguments[argument] = values[i].value;
		printf(" %s=", values[i].name);
		fflush(stdout);
		try(call, arguments);
		printf(",");
	}
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1024, 1024 });
	arena_make();
	one_in = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	for (const struct call *call = calls; call < calls + call_count; call++) {
		if (argc > 2 ? strcmp(argv[2], call->name) != 0 : is_skipped(call))
			continue;
		for (int argument = 0; call->arguments[argument]; argument++) {
			arena_make();
			vary(call, argument);
		}
	}
	arena_remove_files();
	return 0;
}
