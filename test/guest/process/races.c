/* Ends that meet: exec, exit, kill, stop and fork of several threads at once, again and again. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 12
static pthread_barrier_t barrier;

static void *execute(void *argument)
{
	char *argv[] = { "x", "end", argument, NULL };
	pthread_barrier_wait(&barrier);
	execv("/proc/self/exe", argv);
	return NULL;
}

static void *fork_on(void *argument)
{
	pthread_barrier_wait(&barrier);
	for (;;) {
		pid_t pid = fork();
		if (!pid)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	return argument;
}

static void *spin(void *argument)
{
	pthread_barrier_wait(&barrier);
	for (volatile long i = 0;; i++) {
	}
	return argument;
}

static void *leave(void *argument)
{
	pthread_barrier_wait(&barrier);
	_exit(*(char *)argument - '0');
}

static void *vfork_on(void *argument)
{
	pthread_barrier_wait(&barrier);
	if (!vfork()) {
		for (int i = 0; i < 1000; i++)
			sched_yield();
		_exit(1);
	}
	for (;;)
		pause();
	return argument;
}

static void *start_threads(void *argument)
{
	pthread_barrier_wait(&barrier);
	for (;;) {
		pthread_t thread;
		if (!pthread_create(&thread, NULL, (void *(*)(void *))(void *)abs, NULL))
			pthread_join(thread, NULL);
	}
	return argument;
}

/* A child whose threads start together, and which is sent a signal then. */
static pid_t start(void *(*one)(void *), void *(*two)(void *), void *(*three)(void *), int signal)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	pthread_t threads[3];
	pthread_barrier_init(&barrier, NULL, 4);
	pthread_create(&threads[0], NULL, one, "1");
	pthread_create(&threads[1], NULL, two, "2");
	pthread_create(&threads[2], NULL, three, "3");
	pthread_barrier_wait(&barrier);
	if (signal) {
		usleep(1000);
		kill(getpid(), signal);
	}
	for (;;)
		pause();
}

static void show(const char *what, void *(*one)(void *), void *(*two)(void *), void *(*three)(void *), int signal)
{
	int exits = 0, signals = 0;
	for (int i = 0; i < ROUNDS; i++) {
		int status;
		waitpid(start(one, two, three, signal), &status, 0);
		exits += WIFEXITED(status) && WEXITSTATUS(status) >= 1 && WEXITSTATUS(status) <= 3;
		signals += WIFSIGNALED(status) && WTERMSIG(status) == signal;
	}
	printf("%s: %d exits, %d signals\n", what, exits, signals);
	fflush(stdout);
}

/* Stopped, continued and killed while its threads do all that. */
static void stops(void)
{
	int stopped = 0, continued = 0, killed = 0, status;
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = start(spin, start_threads, fork_on, 0);
		for (int j = 0; j < 3; j++) {
			usleep(1000);
			kill(pid, SIGSTOP);
			stopped += waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
			kill(pid, SIGCONT);
			continued += waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status);
		}
		kill(pid, SIGKILL);
		killed += waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
	}
	printf("stopped %d, continued %d, killed %d\n", stopped, continued, killed);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "end"))
		return argv[2][0] - '0';
	show("two exec", execute, execute, spin, 0);
	show("exec and exit", execute, leave, spin, 0);
	show("exec and fork", execute, fork_on, fork_on, 0);
	show("exec and new threads", execute, start_threads, start_threads, 0);
	show("exec and vfork", execute, vfork_on, spin, 0);
	show("exit and vfork", leave, vfork_on, vfork_on, 0);
	show("kill and vfork", spin, vfork_on, vfork_on, SIGKILL);
	show("kill and new threads", start_threads, start_threads, fork_on, SIGKILL);
	show("terminate and fork", fork_on, start_threads, fork_on, SIGTERM);
	stops();
	return 0;
}
