/* Signals whose default action is nothing, sent to a process whose first thread blocks them and whose second does not: nothing ends. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>

static const struct { int number; const char *name; } signals[] = {
	{ SIGCHLD, "SIGCHLD" }, { SIGURG, "SIGURG" }, { SIGWINCH, "SIGWINCH" }, { SIGCONT, "SIGCONT" },
};
#define COUNT (sizeof(signals) / sizeof(signals[0]))

static pthread_barrier_t barrier;

/* Takes what the first thread blocks. */
static void *bystander(void *argument)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return argument;
}

static int child(int number)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_t thread;
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, bystander, NULL);
	pthread_barrier_wait(&barrier);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), number);
	if (number == SIGCHLD && !fork())
		_exit(0);
	usleep(10000);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	return 7;
}

int main(void)
{
	for (unsigned i = 0; i < COUNT; i++) {
		pid_t pid = fork();
		if (!pid)
			_exit(child(signals[i].number));
		int status = 0;
		waitpid(pid, &status, 0);
		printf("%s: %s %d\n", signals[i].name, WIFEXITED(status) ? "exit" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
	return 0;
}
