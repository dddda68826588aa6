#include <rr/control.h>
#include <rr/uaccess.h>

#include "report.h"

/* After a stack overflow the stack pointer is below the stack: unreadable pieces are skipped, so many at most. */
#define MOST_UNREADABLE (2 * RR_PAGE_SIZE / CRASH_PIECE)

/* Up to `most` bytes from the stack pointer upwards. */
static void send_stack(uint64_t address, size_t most)
{
	uint8_t piece[CRASH_PIECE];
	for (size_t sent = 0, unreadable = 0; sent < most && unreadable < MOST_UNREADABLE;) {
		/* Up to the next multiple: no piece crosses a page. */
		size_t length = CRASH_PIECE - address % CRASH_PIECE;
		if (rr_copy_from_user(piece, address, length) == 0) {
			crash_send_memory(address, piece, length);
			sent += length;
		} else {
			unreadable++;
		}
		address += length;
	}
}

void rr_crash_program(const struct rr_crash_report *report)
{
	if (crash_send(RR_CONTROL_CRASH, report, false))
		send_stack(report->regs->rsp, CRASH_STACK);
	else
		crash_print(report, false);
}

void rr_crash_thread(const struct rr_crash_report *report)
{
	if (crash_send(RR_CONTROL_THREAD, report, false))
		send_stack(report->regs->rsp, CRASH_THREAD_STACK);
}
