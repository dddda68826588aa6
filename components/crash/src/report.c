#include "report.h"

#include <rr/console.h>
#include <rr/control.h>
#include <rr/print.h>
#include <rr/string.h>
#include <rr/trap.h>

void crash_print(const struct rr_crash_report *report, bool in_libos)
{
	const struct rr_regs *r = report->regs;
	char text[200];
	int length = rr_snprintf(text, sizeof(text), "%s: signal %d, address %lx, rip %lx, rsp %lx: %s\n", in_libos ? "libOS panic" : "crash",
	                         report->signal, report->address, r->rip, r->rsp, report->message);
	rr_console_emergency_write(text, rr_min((size_t)length, sizeof(text) - 1));
}

/* Exceptions have a vector; interrupts and calls only are where a signal found the thread. */
static bool by_exception(const struct rr_regs *regs)
{
	return regs->kind == RR_ENTRY_TRAP && regs->number == ~0ul && regs->vector < RR_VECTOR_IRQ;
}

bool crash_send(uint8_t type, const struct rr_crash_report *report, bool in_libos)
{
	const struct rr_regs *r = report->regs;
	bool trap = by_exception(r);
	/* Of a call by a stub rip is the return address, so rsp is told as it is behind the call: unwinding starts from a state that exists. */
	uint64_t rsp = r->rsp + (!in_libos && r->kind == RR_ENTRY_CALL ? 8 : 0);
	const struct crash_frame frame = {
		.signal = report->signal, .code = report->code, .address = report->address, .vector = trap ? r->vector : CRASH_NO_TRAP, .error = trap ? r->error : 0,
		.pid = report->pid, .tid = report->tid, .in_libos = in_libos,
		.call = r->number < UINT32_MAX ? (uint32_t)r->number + 1 : 0,
		.regs = { r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp, rsp, r->r8, r->r9, r->r10, r->r11, r->r12, r->r13, r->r14,
		          r->r15, r->rip, r->rflags },
	};
	struct rr_control_piece pieces[] = { { &frame, sizeof(frame) }, { report->message, strlen(report->message) } };
	return rr_control_send(type, pieces, 2);
}

void crash_send_memory(uint64_t address, const void *bytes, size_t length)
{
	struct rr_control_piece pieces[] = { { &address, sizeof(address) }, { bytes, length } };
	rr_control_send(RR_CONTROL_MEMORY, pieces, 2);
}
