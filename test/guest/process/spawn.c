/* posix_spawn: attributes, file actions, errors of the child that the parent is told. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void show(const char *what, int error, pid_t pid)
{
	int status;
	if (error) {
		printf("%s: %s\n", what, strerror(error));
	} else {
		waitpid(pid, &status, 0);
		printf("%s: %s %d\n", what, WIFEXITED(status) ? "exited" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
	fflush(stdout);
}

static int child(char **argv)
{
	sigset_t set;
	struct sigaction action;
	char line[100] = "";
	sigprocmask(SIG_SETMASK, NULL, &set);
	sigaction(SIGUSR1, NULL, &action);
	ssize_t length = read(0, line, sizeof(line));
	fprintf(stderr, "child %s: own group %d, own session %d, USR2 blocked %d, USR1 ignored %d, input %.*s, descriptor 9 %d\n", argv[2], getpgrp() == getpid(),
	        getsid(0) == getpid(), sigismember(&set, SIGUSR2), action.sa_handler == SIG_IGN, (int)(length > 0 ? length : 0), line,
	        fcntl(9, F_GETFD) >= 0);
	return 17;
}

static void *spawn_some(void *argument)
{
	char *argv[] = { "x", "quiet", NULL };
	int good = 0, status;
	for (int i = 0; i < 20; i++) {
		pid_t pid;
		if (!posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 18)
			good++;
	}
	*(int *)argument = good;
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "child"))
		return child(argv);
	if (argc > 1 && !strcmp(argv[1], "quiet"))
		return 18;
	char *arguments[] = { "x", "child", "plain", NULL };
	char folder[] = "/tmp/rr-test-XXXXXX";
	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set;
	pid_t pid = 0;
	int error, log = open("rr-spawn", O_RDWR | O_CREAT | O_TRUNC, 0600), input[2];
	if (pipe2(input, O_CLOEXEC))
		return 1;
	(void)!write(input[1], "some input", 10);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], 0);
	posix_spawn_file_actions_adddup2(&actions, log, 2);
	posix_spawn_file_actions_addopen(&actions, 9, "/dev/null", O_RDONLY, 0);
	error = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ);
	show("plain", error, pid);

	(void)!write(input[1], "more", 4);
	signal(SIGUSR1, SIG_IGN);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigmask(&attributes, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	posix_spawnattr_setsigdefault(&attributes, &set);
	arguments[2] = "with attributes";
	posix_spawn_file_actions_addclose(&actions, 9);
	error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environ);
	show("attributes", error, pid);

	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	(void)!write(input[1], "last", 4);
	arguments[2] = "in a session";
	error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environ);
	show("session", error, pid);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 29999);
	error = posix_spawn(&pid, "/proc/self/exe", NULL, &attributes, arguments, environ);
	show("no such group", error, pid);
	error = posix_spawn(&pid, "/no/such/program", NULL, NULL, arguments, environ);
	show("no such program", error, pid);
	error = posix_spawnp(&pid, "no.such.program", NULL, NULL, arguments, environ);
	show("no such program in the path", error, pid);
	posix_spawn_file_actions_addopen(&actions, 10, "/no/such/file", O_RDONLY, 0);
	error = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ);
	show("no such file", error, pid);
	printf("nobody left %d\n", waitpid(-1, NULL, 0) < 0 && errno == ECHILD);

	pthread_t threads[3];
	int good[3];
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, spawn_some, &good[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("from threads %d %d %d\n", good[0], good[1], good[2]);
	char text[1000];
	ssize_t length = pread(log, text, sizeof(text), 0);
	printf("%.*s", (int)length, text);
	unlink("rr-spawn");
	rmdir(folder);
	return 0;
}
