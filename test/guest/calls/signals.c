/* Signals: actions, masks, sending, waiting for them, alternate stacks. */
#include "calls.h"
#include <signal.h>
#include <ucontext.h>

struct kernel_action {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned long mask;
};
#define SET_OF(number) (1ul << ((number) - 1))
#define SET_SIZE 8

static volatile int count, code, value, from_self;
static void handle(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	count++;
	code = info->si_code;
	value = info->si_value.sival_int;
	from_self = info->si_pid == getpid();
}
static void catch(int number)
{
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
	sigaction(number, &action, NULL);
	count = 0;
}

static void actions(void)
{
	struct kernel_action ignore = { .handler = SIG_IGN }, old;
	CALL(rt_sigaction, "ignored", SIGUSR1, &ignore, NULL, SET_SIZE);
	CALL(rt_sigaction, "asked", SIGUSR1, NULL, &old, SET_SIZE);
	EFFECT(rt_sigaction, "is ignored", old.handler == (void *)SIG_IGN);
	CALL(rt_sigaction, "SIGKILL", SIGKILL, &ignore, NULL, SET_SIZE);
	CALL(rt_sigaction, "SIGSTOP", SIGSTOP, &ignore, NULL, SET_SIZE);
	CALL(rt_sigaction, "SIGKILL asked", SIGKILL, NULL, &old, SET_SIZE);
	CALL(rt_sigaction, "signal 0", 0, NULL, &old, SET_SIZE);
	CALL(rt_sigaction, "signal 65", 65, NULL, &old, SET_SIZE);
	CALL(rt_sigaction, "another size of sets", SIGUSR1, NULL, &old, 16);
	CALL(rt_sigaction, "a wild new one", SIGUSR1, BAD, NULL, SET_SIZE);
	CALL(rt_sigaction, "a wild old one", SIGUSR1, NULL, BAD, SET_SIZE);
}

static void masks(void)
{
	unsigned long set = SET_OF(SIGUSR1) | SET_OF(SIGKILL), old = 0, none = 0;
	catch(SIGUSR1);
	CALL(rt_sigprocmask, "blocked", SIG_BLOCK, &set, &old, SET_SIZE);
	kill(getpid(), SIGUSR1);
	CALL(rt_sigpending, "one waits", &old, SET_SIZE);
	EFFECT(rt_sigpending, "is that", old == SET_OF(SIGUSR1) && count == 0);
	CALL(rt_sigprocmask, "asked", SIG_BLOCK, NULL, &old, SET_SIZE);
	EFFECT(rt_sigprocmask, "without SIGKILL", old == SET_OF(SIGUSR1));
	CALL(rt_sigsuspend, "with another mask", &none, SET_SIZE);
	EFFECT(rt_sigsuspend, "it was handled", count == 1);
	CALL(rt_sigprocmask, "unblocked", SIG_UNBLOCK, &set, NULL, SET_SIZE);
	CALL(rt_sigprocmask, "set", SIG_SETMASK, &none, NULL, SET_SIZE);
	CALL(rt_sigprocmask, "no such way", 7, &set, NULL, SET_SIZE);
	CALL(rt_sigprocmask, "no such way, nothing to set", 7, NULL, &old, SET_SIZE);
	CALL(rt_sigprocmask, "another size of sets", SIG_BLOCK, &set, NULL, 16);
	CALL(rt_sigprocmask, "a wild new one", SIG_BLOCK, BAD, NULL, SET_SIZE);
	CALL(rt_sigprocmask, "a wild old one", SIG_BLOCK, NULL, BAD, SET_SIZE);
	CALL(rt_sigpending, "a larger set", &old, 16);
	CALL(rt_sigpending, "a wild pointer", BAD, SET_SIZE);
	CALL(rt_sigsuspend, "another size of sets", &none, 16);
	CALL(rt_sigsuspend, "a wild pointer", BAD, SET_SIZE);
}

static void sending(void)
{
	catch(SIGUSR1);
	CALL(kill, "oneself", getpid(), SIGUSR1);
	EFFECT(kill, "is handled", count == 1 && code == SI_USER && from_self);
	CALL(kill, "asked whether one is there", getpid(), 0);
	CALL(kill, "no such process", 999999, SIGUSR1);
	CALL(kill, "no such group", -999999, SIGUSR1);
	CALL(kill, "no such signal", getpid(), 65);
	CALL(kill, "a signal below zero", getpid(), -1);
	CALL(kill, "no such process nor signal", 999999, 65);
	CALL(kill, "the least number", (long)(int)0x80000000, SIGUSR1);
	CALL(tkill, "this thread", gettid(), SIGUSR1);
	EFFECT(tkill, "is handled", count == 2 && code == SI_TKILL);
	CALL(tkill, "no such thread", 999999, SIGUSR1);
	CALL(tkill, "thread 0", 0, SIGUSR1);
	CALL(tkill, "no such signal", gettid(), 65);
	CALL(tgkill, "this thread", getpid(), gettid(), SIGUSR1);
	EFFECT(tgkill, "is handled", count == 3 && code == SI_TKILL);
	CALL(tgkill, "another process's", 999999, gettid(), SIGUSR1);
	CALL(tgkill, "no such thread", getpid(), 999999, SIGUSR1);
	CALL(tgkill, "thread 0", getpid(), 0, SIGUSR1);
	CALL(tgkill, "process below zero", -1, gettid(), SIGUSR1);
	CALL(tgkill, "no such signal", getpid(), gettid(), 65);
	siginfo_t info = { .si_code = SI_QUEUE, .si_value.sival_int = 42 };
	CALL(rt_sigqueueinfo, "oneself, with a value", getpid(), SIGUSR1, &info);
	EFFECT(rt_sigqueueinfo, "is handled", count == 4 && code == SI_QUEUE && value == 42);
	CALL(rt_sigqueueinfo, "no such process", 999999, SIGUSR1, &info);
	CALL(rt_sigqueueinfo, "no such signal", getpid(), 65, &info);
	CALL(rt_sigqueueinfo, "a wild pointer", getpid(), SIGUSR1, BAD);
	CALL(rt_tgsigqueueinfo, "this thread, with a value", getpid(), gettid(), SIGUSR1, &info);
	EFFECT(rt_tgsigqueueinfo, "is handled", count == 5 && code == SI_QUEUE && value == 42);
	CALL(rt_tgsigqueueinfo, "no such thread", getpid(), 999999, SIGUSR1, &info);
	CALL(rt_tgsigqueueinfo, "thread 0", getpid(), 0, SIGUSR1, &info);
	CALL(rt_tgsigqueueinfo, "no such signal", getpid(), gettid(), 65, &info);
	CALL(rt_tgsigqueueinfo, "a wild pointer", getpid(), gettid(), SIGUSR1, BAD);
	int child = fork(), status;
	if (child == 0) {
		pause();
		_exit(0);
	}
	info.si_code = SI_USER;
	CALL(rt_sigqueueinfo, "another process, as if by kill", child, SIGUSR1, &info);
	CALL(rt_tgsigqueueinfo, "another process, as if by kill", child, child, SIGUSR1, &info);
	CALL(kill, "a child, killed", child, SIGKILL);
	waitpid(child, &status, 0);
	EFFECT(kill, "it ends by it", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void as_user(void)
{
	RAW(setresuid, 1000, 1000, 1000);
	siginfo_t info = { .si_code = SI_QUEUE };
	CALL(kill, "another user's process", getppid(), SIGUSR1);
	CALL(kill, "another user's process, asked", getppid(), 0);
	CALL(tkill, "another user's thread", getppid(), SIGUSR1);
	CALL(tgkill, "another user's thread", getppid(), getppid(), SIGUSR1);
	CALL(rt_sigqueueinfo, "another user's process", getppid(), SIGUSR1, &info);
}

static void receiving(void)
{
	unsigned long set = SET_OF(SIGUSR1) | SET_OF(SIGRTMAX);
	struct timespec now = { 0, 0 }, soon = { 0, 1000000 }, bad = { 0, 1000000000 };
	siginfo_t info;
	RAW(rt_sigprocmask, SIG_BLOCK, &set, NULL, SET_SIZE);
	union sigval sent = { .sival_int = 7 };
	sigqueue(getpid(), SIGRTMAX, sent);
	sent.sival_int = 8;
	sigqueue(getpid(), SIGRTMAX, sent);
	kill(getpid(), SIGUSR1);
	EFFECT(rt_sigtimedwait, "the lowest first", CALL(rt_sigtimedwait, "what waits", &set, &info, NULL, SET_SIZE) == SIGUSR1 && info.si_code == SI_USER);
	CALL_OK(rt_sigtimedwait, "a queued one", &set, &info, &now, SET_SIZE);
	SHOWS(rt_sigtimedwait, "its value", "%d", info.si_value.sival_int);
	CALL_OK(rt_sigtimedwait, "the next", &set, NULL, &now, SET_SIZE);
	CALL(rt_sigtimedwait, "none waits", &set, &info, &now, SET_SIZE);
	CALL(rt_sigtimedwait, "none comes", &set, &info, &soon, SET_SIZE);
	CALL(rt_sigtimedwait, "a billion nanoseconds", &set, &info, &bad, SET_SIZE);
	CALL(rt_sigtimedwait, "another size of sets", &set, &info, &now, 16);
	CALL(rt_sigtimedwait, "a wild set", BAD, &info, &now, SET_SIZE);
	CALL(rt_sigtimedwait, "a wild time", &set, &info, BAD, SET_SIZE);
	kill(getpid(), SIGUSR1);
	CALL(rt_sigtimedwait, "to a wild pointer", &set, BAD, &now, SET_SIZE);
	catch(SIGALRM);
	ualarm(20000, 0);
	CALL(rt_sigtimedwait, "interrupted by another", &set, &info, NULL, SET_SIZE);
	ualarm(20000, 0);
	CALL(pause, "until one is handled");
	EFFECT(pause, "which was", count == 2);
	RAW(rt_sigprocmask, SIG_UNBLOCK, &set, NULL, SET_SIZE);
}

static volatile int on_stack;
static stack_t *volatile alternate;
static void handle_there(int number)
{
	stack_t now;
	(void)number;
	on_stack = (char *)&now >= (char *)alternate->ss_sp && (char *)&now < (char *)alternate->ss_sp + alternate->ss_size;
	RAW(sigaltstack, NULL, &now);
	EFFECT(sigaltstack, "a handler is told it is on it", now.ss_flags == SS_ONSTACK);
	CALL(sigaltstack, "changed while on it", alternate, NULL);
}

static void stacks(void)
{
	static char memory[65536];
	stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) }, old, bad = stack, small = stack, off = { .ss_flags = SS_DISABLE };
	bad.ss_flags = 16;
	small.ss_size = 100;
	alternate = &stack;
	CALL(sigaltstack, "one", &stack, NULL);
	CALL(sigaltstack, "asked", NULL, &old);
	EFFECT(sigaltstack, "is that", old.ss_sp == memory && old.ss_size == sizeof(memory) && old.ss_flags == 0);
	struct sigaction action = { .sa_handler = handle_there, .sa_flags = SA_ONSTACK };
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR2);
	EFFECT(sigaltstack, "the handler ran there", on_stack);
	CALL(sigaltstack, "no such flag", &bad, NULL);
	CALL(sigaltstack, "too small", &small, NULL);
	CALL(sigaltstack, "a wild new one", BAD, NULL);
	CALL(sigaltstack, "a wild old one", NULL, BAD);
	CALL(sigaltstack, "none", &off, NULL);
	CALL(sigaltstack, "asked", NULL, &old);
	SHOWS(sigaltstack, "is", "%d", old.ss_flags);
}

/* Returning from a handler restores what the handler changed in its context. */
static void change(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	((ucontext_t *)context)->uc_sigmask.__bits[0] |= SET_OF(SIGUSR2);
}
static void returning(void)
{
	struct sigaction action = { .sa_sigaction = change, .sa_flags = SA_SIGINFO };
	unsigned long mask = 0;
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	RAW(rt_sigprocmask, SIG_BLOCK, NULL, &mask, SET_SIZE);
	EFFECT(rt_sigreturn, "the mask is the context's", mask == SET_OF(SIGUSR2));
}

int main(void)
{
	files_enter();
	actions();
	masks();
	sending();
	calls_apart(as_user);
	receiving();
	stacks();
	calls_apart(returning);
	files_leave();
	return 0;
}
