/* Handlers, restorers, stacks and frames that lead nowhere: the process ends by SIGSEGV, whatever it wrote there. */
#define _GNU_SOURCE
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

static const unsigned long wild[] = {
	0, 1, 0x1000, 0x7ffffffff000, 0x800000000000, 0xffff800000000000, 0xffff800000100000, 0xffffffffc0000000, 0xffffffffc0101000,
	0xffffffffe0002000, 0xfffffffffffff000, 0xffffffffffffffff,
};

struct kernel_action {
	unsigned long handler, flags, restorer, mask;
};

static void set(int number, unsigned long handler, unsigned long flags, unsigned long restorer)
{
	struct kernel_action action = { handler, flags | SA_RESTORER, restorer, 0 };
	syscall(SYS_rt_sigaction, number, &action, NULL, 8);
}

static void nothing(int number) { (void)number; }

static void bad_handler(unsigned long value)
{
	set(SIGUSR1, value > 1 ? value : 2, 0, 0);
	raise(SIGUSR1);
}

static void bad_restorer(unsigned long value)
{
	set(SIGUSR1, (unsigned long)nothing, 0, value);
	raise(SIGUSR1);
}

static void bad_alternate_stack(unsigned long value)
{
	struct kernel_action action = { (unsigned long)nothing, SA_RESTORER | SA_ONSTACK, 0, 0 };
	stack_t stack = { .ss_sp = (void *)value, .ss_size = 65536 };
	if (sigaltstack(&stack, NULL))
		_exit(1);
	syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8);
	raise(SIGUSR1);
}

static void bad_stack_pointer(unsigned long value)
{
	set(SIGSEGV, (unsigned long)nothing, 0, 0);
	__asm__ volatile("mov %0, %%rsp\n\tpush %%rax\n\tud2" : : "r"(value) : "memory");
}

static unsigned long wanted;

static void change_rip(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = (long)wanted;
}
static void change_rsp(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RSP] = (long)wanted;
}
static void change_state(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	((ucontext_t *)context)->uc_mcontext.fpregs = (void *)wanted;
}

static void with_handler(void (*handler)(int, siginfo_t *, void *), unsigned long value)
{
	wanted = value;
	sigaction(SIGUSR1, &(struct sigaction){ .sa_sigaction = handler, .sa_flags = SA_SIGINFO }, NULL);
	raise(SIGUSR1);
}

static void bad_rip(unsigned long value) { with_handler(change_rip, value); }
static void bad_rsp(unsigned long value) { with_handler(change_rsp, value); }
static void bad_state(unsigned long value) { with_handler(change_state, value ? value : 8); }

static void bad_frame(unsigned long value)
{
	__asm__ volatile("mov %0, %%rsp\n\tmov $15, %%eax\n\tjmp *%1" : : "r"(value), "r"(&syscall) : "memory", "rax");
}

/* A handler for SIGSEGV that finds its stack overflown again and again. */
static void in_vain(int number) { raise(number); }
static void nested(unsigned long value)
{
	sigaction(SIGSEGV, &(struct sigaction){ .sa_handler = in_vain, .sa_flags = SA_NODEFER }, NULL);
	*(volatile char *)(value & 0xfff) = 1;
}

/* Where the program itself goes there, and not a call: a baked program has the right to, so only addresses below the libOS. */
#define LOW 4
#define ALL (sizeof(wild) / sizeof(wild[0]))

static void run(const char *what, void (*test)(unsigned long), size_t count)
{
	printf("%s:", what);
	for (size_t i = 0; i < count; i++) {
		int status;
		fflush(stdout);
		pid_t child = fork();
		if (!child) {
			alarm(20);
			test(wild[i]);
			_exit(0);
		}
		waitpid(child, &status, 0);
		/* An address in the hole between the halves is one or the other, by the instruction. */
		if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS))
			printf(" SIGSEGV or SIGBUS,");
		else
			printf(" status %#x,", status);
	}
	printf("\n");
}

int main(void)
{
	run("handler", bad_handler, ALL);
	run("restorer", bad_restorer, LOW);
	run("alternate stack", bad_alternate_stack, ALL);
	run("stack pointer", bad_stack_pointer, LOW);
	run("instruction pointer from a handler", bad_rip, ALL);
	run("stack pointer from a handler", bad_rsp, ALL);
	run("vector state from a handler", bad_state, ALL);
	run("frame", bad_frame, LOW);
	fflush(stdout);
	nested(0);
	return 0;
}
