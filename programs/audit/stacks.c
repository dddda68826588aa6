/* Guard pages below every kind of stack, and canaries on them. */
#include "audit.h"
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIBOS_STACK 16384ul /* RR_STACK_SIZE */
#define GUARD_MOST 0x100000ul

/* The top of the running thread's stack in the libOS (struct rr_cpu, components/cpu). */
static uint64_t libos_stack_top(void)
{
	uint64_t top;
	__asm__ volatile("mov %%gs:16, %0" : "=r"(top));
	return top;
}

static uint64_t deepest;
static void descend(void *above);
static void (*volatile again)(void *) = descend; /* so that the compiler does not see that it never ends */

/* Down until something stops it. */
static void descend(void *above)
{
	volatile char frame[2048];
	frame[0] = above ? 1 : 0;
	deepest = (uint64_t)frame;
	again((void *)frame);
	frame[1] = frame[0];
}

static void overflow(const char *check)
{
	char here;
	int number = probe_run(descend, NULL);
	uint64_t fault = probe_fault_address(), used = (uint64_t)&here - deepest;
	report(check, number == SIGSEGV && deepest - fault < GUARD_MOST, "%s at %#lx, after %lu KiB", signal_text(number), fault, used >> 10);
}

static void libos_guard(const char *check, const char *nx)
{
	uint64_t low = libos_stack_top() - LIBOS_STACK;
	int lowest = probe_read((void *)low), below = probe_write((void *)(low - 8));
	report(check, !lowest && below == SIGSEGV, "writing below %#lx: %s", low, signal_text(below));
	volatile unsigned char *byte = (volatile unsigned char *)low, before = *byte;
	*byte = RET;
	int called = probe_call((void *)low);
	*byte = before;
	report(nx, called == SIGSEGV, "calling %#lx: %s", low, signal_text(called));
}

static void *in_thread(void *argument)
{
	static char handler_stack[65536];
	stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	unsigned char code[16] = { RET };
	(void)argument;
	sigaltstack(&stack, NULL);
	int called = probe_call(code);
	report("nx-thread-stack", called == SIGSEGV, "calling %p: %s", (void *)code, signal_text(called));
	overflow("guard-thread");
	libos_guard("guard-libos-thread", "nx-libos-thread-stack");
	return NULL;
}

__attribute__((noinline)) static void smash_own(void *length)
{
	char buffer[16];
	volatile char *out = buffer;
	for (uint64_t i = 0; i < (uint64_t)length; i++)
		out[i] = 'x';
}

static void own_canary(void)
{
	uint64_t canary;
	__asm__ volatile("mov %%fs:0x28, %0" : "=r"(canary));
	fact("canary-program", canary);
	int number = probe_run(smash_own, (void *)48);
	report("canary-program-checked", number != 0, "a function whose frame was overwritten: %s", number ? signal_text(number) : "it returns");
}

void audit_stacks(void)
{
	pthread_t thread;
	fact("canary-libos", libos.canary ? *(volatile uint64_t *)libos.canary : 0);
	own_canary();
	libos_guard("guard-libos", "nx-libos-stack");
	overflow("guard-stack");
	if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
		pthread_join(thread, NULL);
}

static int ends[2];
static volatile bool about_to_wait;

static void *waits_in_libos(void *argument)
{
	char byte;
	(void)argument;
	about_to_wait = true;
	if (read(ends[0], &byte, 1) < 0)
		perror("read");
	return NULL;
}

void audit_smash(void)
{
	pthread_t thread;
	const struct timespec until_it_waits = { 0, 10000000 };
	if (!libos.canary || pipe(ends) || pthread_create(&thread, NULL, waits_in_libos, NULL))
		return;
	while (!about_to_wait)
		nanosleep(&until_it_waits, NULL);
	nanosleep(&until_it_waits, NULL);
	*(volatile uint64_t *)libos.canary ^= 0x100;
	if (write(ends[1], "", 1) < 0)
		perror("write");
	pthread_join(thread, NULL);
}
