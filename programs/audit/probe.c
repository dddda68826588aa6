/* Accesses that may fault: a signal handler jumps back and says which signal it was. */
#include "audit.h"
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define HANDLER_STACK 65536

static _Thread_local sigjmp_buf back;
static _Thread_local uint64_t fault_address;
static char handler_stack[HANDLER_STACK];

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	fault_address = (uint64_t)info->si_addr;
	siglongjmp(back, number);
}

void probe_init(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT };
	stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

int probe_run(void (*function)(void *), void *argument)
{
	int number = sigsetjmp(back, 1);
	if (!number)
		function(argument);
	return number;
}

static void read_byte(void *address) { (void)*(const volatile char *)address; }
static void write_byte(void *address)
{
	volatile char *byte = address;
	*byte = *byte;
}
static void write_only(void *address) { *(volatile char *)address = 0; }
static void call(void *code)
{
	void (*function)(void);
	memcpy(&function, &code, sizeof(function));
	function();
}

int probe_read(const volatile void *address) { return probe_run(read_byte, (void *)address); }
int probe_write(volatile void *address)
{
	return probe_read(address) ? probe_run(write_only, (void *)address) : probe_run(write_byte, (void *)address);
}
int probe_call(const void *code) { return probe_run(call, (void *)code); }

uint64_t probe_fault_address(void) { return fault_address; }

const char *signal_text(int number) { return number == 0 ? "it succeeds" : number == SIGSEGV ? "SIGSEGV" : strsignal(number); }
