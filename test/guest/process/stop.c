/* Stopping and continuing: what the parent is told by wait4, waitid and SIGCHLD. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;
/* SIGCHLD is blocked: its next one, or none. */
static void show_tell(const char *what, int wait)
{
	sigset_t set;
	siginfo_t info;
	struct timespec limit = { wait ? 20 : 0, 0 };
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigtimedwait(&set, &info, &limit) < 0)
		printf("%s: no SIGCHLD, errno %d\n", what, errno);
	else
		printf("%s: SIGCHLD, code %d status %d pid right %d uid right %d\n", what, info.si_code, info.si_status, info.si_pid == child,
		       info.si_uid == getuid());
}

static void forget_tells(void)
{
	sigset_t set;
	struct timespec now = { 0, 0 };
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	while (sigtimedwait(&set, NULL, &now) > 0) {
	}
}

static void show_status(const char *what, int status)
{
	printf("%s: ", what);
	if (WIFSTOPPED(status))
		printf("stopped by %d\n", WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("continued\n");
	else if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		printf("exited %d\n", WEXITSTATUS(status));
	fflush(stdout);
}

static void wait_for(const char *what, int options)
{
	int status = 0;
	pid_t pid = waitpid(child, &status, options);
	if (pid != child)
		printf("%s: waitpid %d errno %d\n", what, (int)pid, pid < 0 ? errno : 0);
	else
		show_status(what, status);
}

static void wait_id(const char *what, int options)
{
	siginfo_t info;
	memset(&info, 0x55, sizeof(info));
	int result = waitid(P_PID, child, &info, options);
	if (result)
		printf("%s: waitid errno %d\n", what, errno);
	else if (!info.si_pid)
		printf("%s: nothing, signo %d code %d\n", what, info.si_signo, info.si_signo ? info.si_code : 0);
	else
		printf("%s: signo %d code %d status %d pid right %d uid right %d\n", what, info.si_signo, info.si_code, info.si_status,
		       info.si_pid == child, info.si_uid == getuid());
	fflush(stdout);
}

static int *counter;

static pid_t make_counter(void)
{
	pid_t pid = fork();
	if (!pid)
		for (;;)
			(*(volatile int *)counter)++;
	return pid;
}

static void counts(const char *what)
{
	volatile int *c = counter;
	int before = *c;
	for (int i = 0; i < 200 && *c == before; i++)
		usleep(1000);
	printf("%s: it %s\n", what, *c == before ? "stands" : "runs");
	fflush(stdout);
}

static void computing(void)
{
	child = make_counter();
	counts("started");
	kill(child, SIGSTOP);
	wait_for("SIGSTOP", WUNTRACED);
	show_tell("SIGSTOP", 1);
	counts("stopped");
	wait_for("once only", WUNTRACED | WNOHANG);
	kill(child, SIGTERM);
	wait_for("SIGTERM waits", WUNTRACED | WNOHANG);
	kill(child, SIGCONT);
	wait_for("SIGCONT, then SIGTERM", WUNTRACED);
	forget_tells();

	child = make_counter();
	kill(child, SIGSTOP);
	wait_id("left", WSTOPPED | WNOWAIT);
	show_tell("stopped", 1);
	wait_id("again", WSTOPPED);
	wait_id("taken", WSTOPPED | WNOHANG);
	kill(child, SIGCONT);
	wait_id("going on, left", WCONTINUED | WNOWAIT);
	show_tell("going on", 1);
	wait_for("going on", WCONTINUED);
	wait_for("told", WCONTINUED | WNOHANG);
	counts("continued");
	kill(child, SIGSTOP);
	wait_for("stopped", WUNTRACED);
	kill(child, SIGKILL);
	wait_id("killed while stopped", WEXITED);
	wait_for("gone", 0);
	forget_tells();
}

static void quietly(void)
{
	struct sigaction action = { .sa_flags = SA_NOCLDSTOP };
	sigaction(SIGCHLD, &action, NULL);
	child = make_counter();
	kill(child, SIGSTOP);
	wait_for("with SA_NOCLDSTOP", WUNTRACED);
	show_tell("with SA_NOCLDSTOP", 0);
	kill(child, SIGCONT);
	wait_for("with SA_NOCLDSTOP", WCONTINUED);
	show_tell("with SA_NOCLDSTOP", 0);
	kill(child, SIGKILL);
	wait_for("with SA_NOCLDSTOP", 0);
	show_tell("but of its end", 1);
	action.sa_flags &= ~SA_NOCLDSTOP;
	sigaction(SIGCHLD, &action, NULL);
}

static volatile sig_atomic_t got_continue, got_stop;
static int answers = -1;
static void on_continue(int number)
{
	(void)number;
	got_continue++;
	if (answers >= 0)
		write(answers, "c", 1);
}
static void on_stop(int number) { (void)number; got_stop++; }

static void catching(void)
{
	int pipes[2], answer[2];
	char byte;
	if (pipe(pipes) || pipe(answer))
		exit(1);
	child = fork();
	if (!child) {
		answers = answer[1];
		signal(SIGCONT, on_continue);
		signal(SIGTSTP, on_stop);
		signal(SIGTTIN, SIG_IGN);
		write(answer[1], "r", 1);
		while (read(pipes[0], &byte, 1) == 1) {
			if (byte == 'q')
				_exit(got_continue * 10 + got_stop);
			if (byte == 's')
				raise(SIGSTOP);
			write(answer[1], "k", 1);
		}
		_exit(99);
	}
	read(answer[0], &byte, 1);
	kill(child, SIGTTIN);
	kill(child, SIGTSTP);
	write(pipes[1], "a", 1);
	read(answer[0], &byte, 1);
	wait_for("SIGTSTP is caught, SIGTTIN ignored", WUNTRACED | WNOHANG);
	write(pipes[1], "s", 1);
	wait_for("it stops itself", WUNTRACED);
	kill(child, SIGCONT);
	read(answer[0], &byte, 1);
	printf("handles in raise: %c\n", byte);
	read(answer[0], &byte, 1);
	printf("goes on in raise: %c\n", byte);
	wait_for("it goes on", WCONTINUED);
	/* blocked in a read that goes on after the stop */
	kill(child, SIGSTOP);
	wait_for("stopped in read", WUNTRACED);
	kill(child, SIGCONT);
	read(answer[0], &byte, 1);
	printf("handles in read: %c\n", byte);
	wait_for("going on in read", WCONTINUED);
	write(pipes[1], "q", 1);
	wait_for("its counts", 0);
	forget_tells();
}

/* What stops forgets a pending SIGCONT, what continues forgets pending stops. */
static void forgetting(void)
{
	sigset_t all, pending;
	sigemptyset(&all);
	sigaddset(&all, SIGCONT);
	sigaddset(&all, SIGTSTP);
	sigaddset(&all, SIGTTOU);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGCONT, on_continue);
	raise(SIGTSTP);
	raise(SIGTTOU);
	sigpending(&pending);
	printf("pending: TSTP %d TTOU %d CONT %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGTTOU), sigismember(&pending, SIGCONT));
	kill(getpid(), SIGCONT);
	sigpending(&pending);
	printf("pending: TSTP %d TTOU %d CONT %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGTTOU), sigismember(&pending, SIGCONT));
	raise(SIGTSTP);
	sigpending(&pending);
	printf("pending: TSTP %d TTOU %d CONT %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGTTOU), sigismember(&pending, SIGCONT));
	signal(SIGTSTP, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	signal(SIGTSTP, SIG_DFL);
	signal(SIGCONT, SIG_DFL);
	printf("handlers: %d\n", got_continue);
}

static void *count(void *argument)
{
	for (;;)
		++*(volatile int *)argument;
	return NULL;
}

static void with_threads(void)
{
	int pipes[2];
	char byte;
	if (pipe(pipes))
		exit(1);
	child = fork();
	if (!child) {
		pthread_t thread;
		for (int i = 0; i < 3; i++)
			pthread_create(&thread, NULL, count, counter);
		write(pipes[1], "", 1);
		read(pipes[0], &byte, 0);
		for (;;)
			pause();
	}
	read(pipes[0], &byte, 1);
	counts("threads");
	kill(child, SIGSTOP);
	wait_for("all of them", WUNTRACED);
	counts("threads stopped");
	kill(child, SIGCONT);
	wait_for("all of them", WCONTINUED);
	counts("threads continued");
	kill(child, SIGSTOP);
	wait_for("all of them", WUNTRACED);
	kill(child, SIGKILL);
	wait_for("all of them", 0);
}

/* What is pending beside a signal that stops waits until the process goes on, also if it ends it or stops it again. */
static void others_pending(void)
{
	const int pairs[][2] = { { SIGTSTP, SIGPROF }, { SIGTTIN, SIGRTMIN }, { SIGSTOP, SIGRTMIN }, { SIGTSTP, SIGTTIN } };
	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int status = 0;
		sigset_t set;
		child = fork();
		if (!child) {
			setpgid(0, 0);
			sigfillset(&set);
			sigprocmask(SIG_BLOCK, &set, NULL);
			raise(pairs[i][1]);
			raise(pairs[i][0]); /* SIGSTOP is not blocked */
			sigprocmask(SIG_UNBLOCK, &set, NULL);
			_exit(5);
		}
		setpgid(child, child); /* which is no orphan, wherever this is run */
		do {
			waitpid(child, &status, WUNTRACED);
			show_status("two pending", status);
			kill(child, SIGCONT);
		} while (WIFSTOPPED(status));
	}
}

/* The first process may be stopped too. */
static void myself(void)
{
	pid_t me = getpid();
	child = fork();
	if (!child) {
		kill(me, SIGSTOP);
		usleep(20000);
		kill(me, SIGCONT);
		_exit(3);
	}
	wait_for("stopped meanwhile", 0);
}

int main(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	computing();
	quietly();
	catching();
	forgetting();
	with_threads();
	others_pending();
	myself();
	return 0;
}
