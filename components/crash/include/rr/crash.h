/* Crash reports: 'C' and 'M' frames for the launcher (docs/interfaces.md section 8); a few lines on the console where there is none. */
#pragma once
#include <rr/regs.h>

struct rr_crash_report {
	int signal, code;        /* si_signo, si_code */
	uint64_t address;        /* si_addr */
	int pid, tid;
	const struct rr_regs *regs; /* of the program, as it entered the libOS by a trap or a call */
	const char *message;     /* one sentence, "" for none */
};

/*
 * A signal ends the program with a core dump: report it, with the stack above its stack pointer. Uses the current address space. Returns;
 * the caller ends the process and sends the exit status. Thread context.
 */
void rr_crash_program(const struct rr_crash_report *report);
/* Another thread of the program that crashed: 'D' and 'M' frames, nothing without the channel. Thread context. */
void rr_crash_thread(const struct rr_crash_report *report);
