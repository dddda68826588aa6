/* For the memory tests: what an access to an address leads to, and errno by name. */
#pragma once
#include "../errno_name.h"
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static sigjmp_buf probe_jump;
static int probe_signal, probe_code;
static void *volatile probe_address;

static void probe_handler(int number, siginfo_t *info, void *context)
{
	(void)context;
	probe_signal = number;
	probe_code = info->si_code;
	probe_address = info->si_addr;
	siglongjmp(probe_jump, 1);
}

static inline void probe_init(void)
{
	struct sigaction action = { .sa_sigaction = probe_handler, .sa_flags = SA_SIGINFO };
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

enum probe_kind { PROBE_READ, PROBE_WRITE, PROBE_EXEC };

/* "ok", or the signal's name and si_code. */
static inline const char *probe(const volatile void *address, enum probe_kind kind)
{
	if (sigsetjmp(probe_jump, 1)) {
		if (probe_address != (void *)address)
			return "wrong address";
		if (probe_signal == SIGBUS)
			return probe_code == BUS_ADRERR ? "SIGBUS ADRERR" : "SIGBUS ?";
		return probe_code == SEGV_MAPERR ? "SIGSEGV MAPERR" : probe_code == SEGV_ACCERR ? "SIGSEGV ACCERR" : "SIGSEGV ?";
	}
	if (kind == PROBE_READ)
		(void)*(const volatile char *)address;
	else if (kind == PROBE_WRITE)
		*(volatile char *)address = 1;
	else
		((void (*)(void))address)();
	return "ok";
}

/* Prints the outcome of a call that returns -1 or MAP_FAILED when it fails. */
#define SHOW(call)                                                                                           \
	do {                                                                                                 \
		errno = 0;                                                                                   \
		printf("%s: %s\n", #call, (long)(call) == -1 ? errno_name(errno) : "ok");                     \
	} while (0)
