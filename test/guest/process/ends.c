/* The end of a child that stops, has stopped or went on: what its parent is told, and what no more. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready[2];

static void *idle(void *argument)
{
	for (;;)
		pause();
	return argument;
}

/* A child of so many threads, which wait. */
static pid_t make(int threads)
{
	char byte;
	pid_t child = fork();
	if (child) {
		(void)!read(ready[0], &byte, 1);
		return child;
	}
	alarm(30);
	while (threads-- > 1) {
		pthread_t thread;
		pthread_create(&thread, NULL, idle, NULL);
	}
	(void)!write(ready[1], "x", 1);
	idle(NULL);
	return 0;
}

static int show(const char *what, int pid, int status)
{
	if (pid <= 0)
		printf("%s: %d, errno %d\n", what, pid, pid < 0 ? errno : 0);
	else if (WIFSTOPPED(status))
		printf("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("%s: continued\n", what);
	else
		printf("%s: exit %d, signal %d\n", what, WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	fflush(stdout);
	return pid > 0 && (WIFSIGNALED(status) || WIFEXITED(status));
}

static void wait_all(const char *what, pid_t child, int options)
{
	int ended, status = 0;
	do {
		pid_t pid = waitpid(child, &status, options);
		ended = show(what, pid, status) || pid <= 0;
	} while (!ended);
}

/* Stopped, which nobody was told, then killed. */
static void stopped_and_killed(int threads)
{
	siginfo_t info;
	pid_t child = make(threads);
	kill(child, SIGSTOP);
	waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOWAIT);
	kill(child, SIGKILL);
	wait_all("stopped and killed", child, WUNTRACED | WCONTINUED);
}

static void continued_and_killed(int threads)
{
	siginfo_t info;
	pid_t child = make(threads);
	kill(child, SIGSTOP);
	waitid(P_PID, (id_t)child, &info, WSTOPPED);
	kill(child, SIGCONT);
	waitid(P_PID, (id_t)child, &info, WCONTINUED | WNOWAIT);
	kill(child, SIGKILL);
	wait_all("continued and killed", child, WUNTRACED | WCONTINUED);
}

/* What ends a process ends no stopped one, but for SIGKILL. */
static void stopped_and_terminated(int threads)
{
	int status = 0;
	pid_t child = make(threads);
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	kill(child, SIGTERM);
	usleep(50000);
	show("stopped and terminated", waitpid(child, &status, WUNTRACED | WCONTINUED | WNOHANG), status);
	kill(child, SIGCONT);
	wait_all("then continued", child, 0);
}

/* Who has ended will not stop: there is nobody to wait for. */
static void ended(void)
{
	siginfo_t info;
	pid_t child = fork();
	if (!child)
		_exit(3);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	show("ended, to be stopped", waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOHANG), 0);
	show("ended, to be stopped, waited for", waitid(P_PID, (id_t)child, &info, WSTOPPED), 0);
	show("any, to go on", waitid(P_ALL, 0, &info, WCONTINUED), 0);
	wait_all("ended", child, WUNTRACED);
}

/* The wait for a stop ends when that cannot come any more. */
static void ends_meanwhile(void)
{
	siginfo_t info;
	pid_t child = fork();
	if (!child) {
		usleep(50000);
		_exit(4);
	}
	show("ends meanwhile", waitid(P_PID, (id_t)child, &info, WSTOPPED | WCONTINUED), 0);
	wait_all("ended", child, 0);
}

int main(void)
{
	(void)!pipe(ready);
	for (int threads = 1; threads < 5; threads += 3) {
		printf("threads: %d\n", threads);
		stopped_and_killed(threads);
		continued_and_killed(threads);
		stopped_and_terminated(threads);
	}
	ended();
	ends_meanwhile();
	return 0;
}
