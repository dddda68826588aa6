#pragma once
#include <rr/crash.h>

/* struct rr_crash of docs/interfaces.md section 8. */
struct crash_frame {
	uint32_t signal;
	int32_t code;
	uint64_t address, vector, error;
	uint32_t pid, tid, in_libos, call;
	uint64_t regs[18];
};
_Static_assert(sizeof(struct crash_frame) == 192, "docs/interfaces.md");

/* Stack bytes sent with a report. */
#define CRASH_STACK 8192
#define CRASH_THREAD_STACK 2048
#define CRASH_PIECE 512

/* `vector` of a report whose cause is no exception. */
#define CRASH_NO_TRAP UINT64_MAX

/* Send the registers as a frame of `type`; false without a channel. */
bool crash_send(uint8_t type, const struct rr_crash_report *report, bool in_libos);
/* A short text on the console. */
void crash_print(const struct rr_crash_report *report, bool in_libos);
void crash_send_memory(uint64_t address, const void *bytes, size_t length);
