/* The libOS itself failed. */
#pragma once
#include <rr/types.h>

struct rr_regs;

/* Report message, registers and stack, and end the machine. Any context; never returns. */
RR_NORETURN void rr_panic(const char *format, ...) RR_PRINTF(1, 2);

/*
 * Who reports a panic (the crash reporter) registers here. `regs` may be NULL: then the caller's frame is reported. A second panic
 * while the hook runs ends the machine at once.
 */
void rr_panic_set_hook(RR_NORETURN void (*hook)(const char *message, const struct rr_regs *regs));
/* As rr_panic, for the registers of a trap. */
RR_NORETURN void rr_panic_at(const struct rr_regs *regs, const char *format, ...) RR_PRINTF(2, 3);

/* Ends the machine without a word; set by the platform. */
void rr_panic_set_halt(RR_NORETURN void (*halt)(void));

#define RR_ASSERT(condition)                                                                                 \
	do {                                                                                                 \
		if (RR_UNLIKELY(!(condition)))                                                               \
			rr_panic("assertion failed: %s, %s:%d", #condition, __FILE_NAME__, __LINE__);         \
	} while (0)
