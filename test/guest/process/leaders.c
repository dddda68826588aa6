/* First threads: one that has ended can be sent signals while its process is there; another one that executes takes its place, with its children. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *what, long result)
{
	printf("%s: %ld, errno %d\n", what, result, result < 0 ? errno : 0);
	fflush(stdout);
}

static void signal_first(pid_t tgid, pid_t tid)
{
	show("tgkill 0", syscall(SYS_tgkill, tgid, tid, 0));
	show("tgkill", syscall(SYS_tgkill, tgid, tid, SIGTERM));
	show("tgkill, no signal", syscall(SYS_tgkill, tgid, tid, 65));
	show("tgkill, another process", syscall(SYS_tgkill, 1, tid, 0));
	show("tkill", syscall(SYS_tkill, tid, SIGKILL));
}

static void *remain(void *argument)
{
	usleep(50000);
	signal_first(getpid(), getpid());
	_exit(3);
	return argument;
}

static void wait_for(const char *what, pid_t child)
{
	int status = 0;
	waitpid(child, &status, 0);
	printf("%s: exit %d, signal %d\n", what, WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	fflush(stdout);
}

static void left_by_its_first(void)
{
	pid_t child = fork();
	pthread_t thread;
	if (!child) {
		pthread_create(&thread, NULL, remain, NULL);
		syscall(SYS_exit, 0);
	}
	wait_for("left by its first thread", child);
}

static void ended(void)
{
	siginfo_t info;
	pid_t child = fork();
	if (!child)
		_exit(4);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	signal_first(child, child);
	wait_for("ended", child);
	show("waited for", syscall(SYS_tgkill, child, child, 0));
}

static void *execute(void *argument)
{
	if (!fork())
		_exit(7);
	execl("/proc/self/exe", "x", "executed", NULL);
	return argument;
}

/* The children of the thread that executes are those of the new program's first one; so are the others'. */
static void executes(void)
{
	pid_t child = fork();
	pthread_t thread;
	if (!child) {
		if (!fork())
			_exit(8);
		pthread_create(&thread, NULL, execute, NULL);
		for (;;)
			pause();
	}
	wait_for("executes", child);
}

static int executed(void)
{
	int sum = 0, status;
	while (waitpid(-1, &status, __WNOTHREAD) > 0)
		sum += WEXITSTATUS(status);
	show("then", -1);
	printf("children: %d\n", sum);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "executed"))
		return executed();
	left_by_its_first();
	ended();
	executes();
	return 0;
}
