/* Alternate signal stacks. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define SIZE 32768
#define AUTODISARM (1u << 31)

static char *low;
static sigjmp_buf back;
static int depth;

static void result(const char *what, long value) { printf("%s: %s\n", what, value < 0 ? strerror(errno) : "ok"); fflush(stdout); }

static int on_it(void)
{
	char here;
	return &here >= low && &here < low + SIZE;
}

/* musl's own checks more than Linux does. */
static int alt(const stack_t *new, stack_t *old) { return syscall(SYS_sigaltstack, new, old); }

static void show(const char *what)
{
	stack_t now;
	alt(NULL, &now);
	printf("%s: here %d, stack %d size %d flags %x\n", what, on_it(), now.ss_sp == low, (int)now.ss_size, now.ss_flags);
	fflush(stdout);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	const ucontext_t *c = context;
	(void)info;
	show(number == SIGUSR1 ? "SIGUSR1" : number == SIGUSR2 ? "SIGUSR2" : "signal");
	printf("interrupted: stack %d size %d flags %x\n", c->uc_stack.ss_sp == low, (int)c->uc_stack.ss_size, (unsigned)c->uc_stack.ss_flags);
	stack_t other = { .ss_sp = low, .ss_size = SIZE };
	result("change it now", alt(&other, NULL));
	stack_t off = { .ss_flags = SS_DISABLE };
	if (number == SIGUSR2)
		result("switch it off now", alt(&off, NULL));
	if (number == SIGUSR1 && !depth++)
		raise(SIGUSR2);
}

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };
	sigaction(number, &action, NULL);
}

static void errors(void)
{
	stack_t stack = { .ss_sp = low, .ss_size = 2047 }, old;
	result("too small", alt(&stack, NULL));
	stack.ss_size = 2048;
	result("just large enough", alt(&stack, NULL));
	stack.ss_flags = SS_ONSTACK;
	result("SS_ONSTACK", alt(&stack, &old));
	printf("old flags %x\n", old.ss_flags);
	stack.ss_flags = 8;
	result("flags 8", alt(&stack, NULL));
	stack.ss_flags = SS_DISABLE | SS_ONSTACK;
	result("both flags", alt(&stack, NULL));
	stack.ss_flags = SS_DISABLE;
	stack.ss_size = 5;
	result("off", alt(&stack, &old));
	printf("old flags %x size %d\n", old.ss_flags, (int)old.ss_size);
	show("off");
	stack_t *volatile bad = (stack_t *)8;
	result("bad address", alt(bad, NULL));
	result("bad address to", alt(NULL, bad));
	stack = (stack_t){ .ss_sp = low, .ss_size = SIZE, .ss_flags = SS_DISABLE | (int)AUTODISARM };
	result("off with AUTODISARM", alt(&stack, &old));
	show("off with AUTODISARM");
}

static volatile char *touch(int n)
{
	volatile char frame[4096];
	frame[0] = (char)n;
	return n ? touch(n - 1) + frame[0] : NULL;
}

static void on_overflow(int number, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	printf("signal %d on the alternate stack %d\n", number, on_it());
	siglongjmp(back, 1);
}

static pthread_t main_thread;
static volatile int broken;
static void *disturb(void *argument)
{
	while (!broken)
		usleep(1000);
	pthread_kill(main_thread, SIGUSR1);
	return argument;
}

static void overflow(void)
{
	stack_t stack = { .ss_sp = low, .ss_size = SIZE };
	alt(&stack, NULL);
	install(SIGSEGV, on_overflow, SA_ONSTACK);
	for (int i = 0; i < 2; i++)
		if (!sigsetjmp(back, 1))
			touch(100000);
	/* a handler that has no room on a broken stack: SIGSEGV instead, on its own */
	install(SIGUSR1, on_signal, 0);
	main_thread = pthread_self();
	pthread_t thread;
	pthread_create(&thread, NULL, disturb, NULL);
	if (!sigsetjmp(back, 1))
		__asm__ volatile("mov %%rsp, %%r12; mov $64, %%rsp; movl $1, %0; 1: jmp 1b; mov %%r12, %%rsp" : "=m"(broken) : : "r12", "memory");
	pthread_join(thread, NULL);
}

static void fill(int number, siginfo_t *info, void *context)
{
	char here[1024];
	(void)info, (void)context;
	memset(here, number, sizeof(here));
	raise(number);
	__asm__ volatile("" : : "r"(here) : "memory");
}

static void die(const char *what, void (*run)(void))
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		run();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("%s: %s %d\n", what, WIFSIGNALED(status) ? "signal" : "exited", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fflush(stdout);
}

/* Frames that no longer fit on the alternate stack. */
static void full(void)
{
	stack_t stack = { .ss_sp = low, .ss_size = 20000 };
	signal(SIGSEGV, SIG_DFL);
	alt(&stack, NULL);
	install(SIGUSR1, fill, SA_ONSTACK | SA_NODEFER);
	raise(SIGUSR1);
}

static void *in_thread(void *argument)
{
	show("a thread has none");
	return argument;
}

int main(void)
{
	low = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	errors();
	stack_t stack = { .ss_sp = low, .ss_size = SIZE };
	alt(&stack, NULL);
	install(SIGUSR1, on_signal, SA_ONSTACK);
	install(SIGUSR2, on_signal, SA_ONSTACK);
	raise(SIGUSR1);
	show("after");
	install(SIGUSR1, on_signal, 0);
	depth = 1;
	raise(SIGUSR1);
	show("without SA_ONSTACK");
	stack.ss_flags = (int)AUTODISARM;
	alt(&stack, NULL);
	show("AUTODISARM");
	install(SIGUSR1, on_signal, SA_ONSTACK);
	raise(SIGUSR1);
	show("after");
	raise(SIGUSR2);
	show("after switching it off");
	pthread_t thread;
	alt(&stack, NULL);
	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
	overflow();
	die("a full alternate stack", full);
	return 0;
}
