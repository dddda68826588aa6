/* A process that waits for its vfork child ends by a signal at once, and the child runs on: a handler would have to wait. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int started[2], go_on[2], over[2];
static volatile int handled;

static void on_signal(int number)
{
	(void)number;
	handled = 1;
}

static void send_nothing(void) {}

static void set_alarm(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 0, 50000 } }, NULL);
}

static void set_timer(void)
{
	timer_t timer;
	timer_create(CLOCK_MONOTONIC, NULL, &timer);
	timer_settime(timer, 0, &(struct itimerspec){ .it_value = { 0, 50000000 } }, NULL);
}

/* The child borrows all from its parent, which must not look at what it leaves on the stack: it only says, waits, and ends. */
static pid_t make(void (*prepare)(void))
{
	char byte;
	pid_t parent = fork();
	if (parent) {
		(void)!read(started[0], &byte, 1);
		return parent;
	}
	prepare();
	if (!vfork()) {
		(void)!write(started[1], "x", 1);
		(void)!read(go_on[0], &byte, 1);
		(void)!write(over[1], handled ? "h" : "-", 1);
		_exit(0);
	}
	_exit(handled ? 9 : 5);
}

static void show(const char *what, pid_t parent)
{
	int status = 0;
	waitpid(parent, &status, 0);
	printf("%s: exit %d, signal %d\n", what, WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void let_go(void)
{
	char byte = 0;
	(void)!write(go_on[1], "x", 1);
	(void)!read(over[0], &byte, 1);
	printf("child: %c\n", byte);
	fflush(stdout);
}

static void ends(const char *what, void (*prepare)(void), int number)
{
	pid_t parent = make(prepare);
	if (number)
		kill(parent, number);
	show(what, parent);
	let_go();
}

static void handles(void)
{
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	pid_t parent = make(send_nothing);
	kill(parent, SIGUSR1);
	let_go();
	show("handled", parent);
	signal(SIGUSR1, SIG_DFL);
}

int main(void)
{
	(void)!pipe(started);
	(void)!pipe(go_on);
	(void)!pipe(over);
	ends("killed", send_nothing, SIGKILL);
	ends("terminated", send_nothing, SIGTERM);
	ends("of real time", send_nothing, SIGRTMIN);
	ends("alarm", set_alarm, 0);
	ends("timer", set_timer, 0);
	handles();
	return 0;
}
