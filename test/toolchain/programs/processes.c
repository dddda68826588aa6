/* Every way to a child process, and a signal handler's return. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int in_clone(void *argument)
{
	return *(int *)argument;
}

static volatile sig_atomic_t handled;

static void handler(int signal)
{
	handled = signal;
}

static int status_of(pid_t child)
{
	int status;
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

int main(void)
{
	pid_t child;
	int value = 7;
	static char stack[65536];

	posix_spawn(&child, "/bin/sh", 0, 0, (char *[]){"sh", "-c", "exit 2", 0}, environ);
	printf("posix_spawn %d\n", status_of(child));

	child = vfork();
	if (child == 0) {
		/* What the child leaves on the shared stack must not hurt the parent. */
		char scratch[4096];
		memset(scratch, 1, sizeof scratch);
		execl("/bin/sh", "sh", "-c", "exit 3", (char *)0);
		_exit(scratch[0]);
	}
	printf("vfork %d\n", status_of(child));

	child = fork();
	if (child == 0)
		_exit(4);
	printf("fork %d\n", status_of(child));

	child = clone(in_clone, stack + sizeof stack, SIGCHLD | CLONE_VM | CLONE_VFORK, &value);
	printf("clone %d\n", status_of(child));
	printf("system %d\n", WEXITSTATUS(system("exit 5")));

	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	printf("handler %d\n", handled == SIGUSR1);
	fflush(stdout);
	abort();
}
