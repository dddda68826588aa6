/* sigaction: flags, masks, what is ignored, in which order signals are delivered. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void result(const char *what, long value) { printf("%s: %s\n", what, value < 0 ? strerror(errno) : "ok"); fflush(stdout); }

static char trace[400];
static void note(const char *format, int number)
{
	size_t used = strlen(trace);
	snprintf(trace + used, sizeof(trace) - used, format, number);
}
static void show_trace(const char *what)
{
	printf("%s:%s\n", what, trace);
	fflush(stdout);
	trace[0] = 0;
}

static void in_and_out(int number)
{
	note(" <%d", number);
	note(" %d>", number);
}

static void install(int number, void (*handler)(int), int flags, int also)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	if (also)
		sigaddset(&action.sa_mask, also);
	sigaction(number, &action, NULL);
}

static int depth;
static void again(int number)
{
	note(" <%d", number);
	if (depth++ < 2)
		raise(number);
	note(" %d>", number);
}

static void other(int number)
{
	note(" <%d", number);
	raise(SIGUSR2);
	raise(SIGURG);
	note(" %d>", number);
}

static void kinds(void)
{
	install(SIGUSR1, again, 0, 0);
	depth = 0;
	raise(SIGUSR1);
	show_trace("deferred");
	install(SIGUSR1, again, SA_NODEFER, 0);
	depth = 0;
	raise(SIGUSR1);
	show_trace("nested");
	install(SIGUSR2, in_and_out, 0, 0);
	install(SIGURG, in_and_out, 0, 0);
	install(SIGUSR1, other, 0, SIGUSR2);
	raise(SIGUSR1);
	show_trace("one in the mask");

	struct sigaction now;
	install(SIGUSR1, in_and_out, SA_RESETHAND | SA_RESTART, SIGUSR2);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &now);
	show_trace("once");
	printf("then default %d, flags %x, mask %d\n", now.sa_handler == SIG_DFL, now.sa_flags & ~0x4000000, sigismember(&now.sa_mask, SIGUSR2));
}

static void order(void)
{
	const int numbers[] = { SIGRTMIN + 2, SIGTERM, SIGRTMIN + 1, SIGUSR1, SIGCHLD, SIGHUP, SIGRTMAX };
	sigset_t all, old;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction action = { .sa_handler = in_and_out };
		sigfillset(&action.sa_mask);
		sigaction(numbers[i], &action, NULL);
		kill(getpid(), numbers[i]);
		kill(getpid(), numbers[i]);
	}
	raise(SIGTERM);
	sigprocmask(SIG_SETMASK, &old, NULL);
	show_trace("one after the other, own first");
	sigprocmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		install(numbers[i], in_and_out, 0, 0);
		kill(getpid(), numbers[i]);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	show_trace("one on top of the other");
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		signal(numbers[i], SIG_DFL);
}

static int pending(int number)
{
	sigset_t set;
	sigpending(&set);
	return sigismember(&set, number);
}

static void ignoring(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR1, in_and_out);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	printf("pending %d\n", pending(SIGUSR1));
	signal(SIGUSR1, SIG_IGN);
	printf("ignored: pending %d\n", pending(SIGUSR1));
	raise(SIGUSR1);
	printf("sent while blocked and ignored: pending %d\n", pending(SIGUSR1));
	raise(SIGWINCH);
	printf("ignored by default: pending %d\n", pending(SIGWINCH));
	signal(SIGWINCH, in_and_out);
	printf("with a handler: pending %d\n", pending(SIGWINCH));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	show_trace("unblocked");
	signal(SIGUSR1, SIG_DFL);
	signal(SIGWINCH, SIG_DFL);
}

struct kernel_action { void *handler; unsigned long flags; void *restorer; uint64_t mask; };

static void errors(void)
{
	struct sigaction action = { .sa_handler = SIG_IGN };
	struct kernel_action raw = { .flags = ~0ul, .mask = ~0ull }, seen;
	sigset_t set;
	result("SIGKILL", sigaction(SIGKILL, &action, NULL));
	result("SIGSTOP", sigaction(SIGSTOP, &action, NULL));
	result("looking at SIGKILL", syscall(SYS_rt_sigaction, SIGKILL, NULL, &raw, 8));
	result("signal 0", syscall(SYS_rt_sigaction, 0, NULL, NULL, 8));
	result("signal 65", syscall(SYS_rt_sigaction, 65, NULL, NULL, 8));
	result("size", syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 16));
	result("bad address", syscall(SYS_rt_sigaction, SIGUSR1, 8l, NULL, 8));
	result("bad address to", syscall(SYS_rt_sigaction, SIGUSR1, NULL, 8l, 8));
	raw = (struct kernel_action){ .handler = SIG_IGN, .flags = ~0ul, .mask = ~0ull };
	result("all flags", syscall(SYS_rt_sigaction, SIGUSR1, &raw, NULL, 8));
	syscall(SYS_rt_sigaction, SIGUSR1, NULL, &seen, 8);
	printf("kept flags %lx mask %llx\n", seen.flags, (unsigned long long)seen.mask);
	signal(SIGUSR1, SIG_DFL);
	result("how 7", syscall(SYS_rt_sigprocmask, 7, &set, NULL, 8));
	result("how 7 without set", syscall(SYS_rt_sigprocmask, 7, NULL, &set, 8));
	result("mask size", syscall(SYS_rt_sigprocmask, 0, NULL, NULL, 4));
	result("mask address", syscall(SYS_rt_sigprocmask, 0, 8l, NULL, 8));
	result("old mask address", syscall(SYS_rt_sigprocmask, 0, NULL, 8l, 8));
	result("pending size", syscall(SYS_rt_sigpending, &set, 9));
	result("pending, less", syscall(SYS_rt_sigpending, &set, 4));
	result("pending address", syscall(SYS_rt_sigpending, 8l, 8));
	sigfillset(&set);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &(uint64_t){ ~0ull }, NULL, 8);
	uint64_t mask;
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &mask, 8);
	printf("all blocked: %llx\n", (unsigned long long)mask);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &(uint64_t){ 0 }, NULL, 8);
}

/* The default action of each signal, seen from outside. */
static void defaults(void)
{
	for (int number = 1; number <= 64; number++) {
		if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
			continue;
		pid_t pid = fork();
		int status;
		if (!pid) {
			syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), number);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		if (WIFSIGNALED(status))
			printf(" %d", WTERMSIG(status) == number ? number : -WTERMSIG(status));
		else
			printf(" (%d)", number);
	}
	printf("\n");
}

int main(void)
{
	kinds();
	order();
	ignoring();
	errors();
	fflush(stdout);
	defaults();
	return 0;
}
