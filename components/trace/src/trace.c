/*
 * Tracing by rewriting the stubs of the loaded program, so that calls cost nothing more when nobody traces. A traced stub becomes
 *     mov $number, %eax; jmp rr_trace_entry
 * Stubs that are jumped to (sigreturn) stay as they are and are not seen; so do those of calls the launcher did not ask for.
 */
#include <rr/abi/errno.h>
#include <rr/boundary.h>
#include <rr/exec.h>
#include <rr/image.h>
#include <rr/launch.h>
#include <rr/print.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include <rr/vm.h>

#include "entry.h"
#include "event.h"

void rr_trace_init(void);

/* docs/interfaces.md section 2. */
#define STUB_MAGIC 0x7272
#define STUB_KIND_CALL 0
#define STUB_KIND_CHILD 2
struct stub {
	uint8_t code[24];
	uint32_t number;
	uint16_t kind, magic;
};
_Static_assert(sizeof(struct stub) == 32, "docs/interfaces.md");

/* Linux numbers of calls that leave in ways of their own. */
#define CALL_CLONE 56
#define CALL_VFORK 58
#define CALL_EXECVE 59
#define CALL_CLONE3 435

#define MOV_EAX 0xb8
#define JMP_REL32 0xe9
#define TRACED_CODE 10

static const struct rr_call *find_call(uint32_t number)
{
	for (const struct rr_call *call = rr_call_table; call < rr_call_table_end; call++)
		if (call->number == number)
			return call;
	return NULL;
}

/* In place of a handler; libOS stack. */
long rr_trace_call(long a, long b, long c, long d, long e, long f)
{
	const uint64_t arguments[6] = { a, b, c, d, e, f };
	const struct rr_task *task = rr_current_task();
	uint32_t number = rr_thread_regs(&task->thread)->number;
	const struct rr_call *call = find_call(number);
	trace_enter(number, arguments);
	long result = call ? call->handler(a, b, c, d, e, f) : -ENOSYS;
	trace_exit(number, arguments, result);
	return result;
}

/* The host has seen them when the call began. */
static const uint64_t no_arguments[6];

/* clone and its kin don't return to rr_trace_call(). Nor does a successful exec, whose registers are the new program's: on_loaded() sees it. */
static void on_leave(const struct rr_regs *regs, long result)
{
	bool child = regs->number - CALL_CLONE <= CALL_VFORK - CALL_CLONE || regs->number == CALL_CLONE3;
	if (child && trace_wants((uint32_t)regs->number))
		trace_exit((uint32_t)regs->number, no_arguments, result);
}

static int rewrite(uint64_t address)
{
	struct stub stub;
	int error = rr_get_user(stub, address);
	bool traceable = stub.kind == STUB_KIND_CALL || stub.kind == STUB_KIND_CHILD;
	if (error || stub.magic != STUB_MAGIC || !traceable || !trace_wants(stub.number))
		return error;
	int32_t distance = (int32_t)((uint64_t)rr_trace_entry - (address + TRACED_CODE));
	stub.code[0] = MOV_EAX;
	memcpy(&stub.code[1], &stub.number, sizeof(stub.number));
	stub.code[5] = JMP_REL32;
	memcpy(&stub.code[6], &distance, sizeof(distance));
	return rr_put_user(stub, address);
}

static void on_loaded(const struct rr_image_program *program)
{
	struct rr_aspace *space = rr_aspace_current();
	uint64_t start = rr_align_down(program->stubs_vaddr, RR_PAGE_SIZE);
	uint64_t end = rr_align_up(program->stubs_vaddr + program->stub_count * sizeof(struct stub), RR_PAGE_SIZE);
	int error = rr_vm_protect(space, start, end - start, RR_PROT_READ | RR_PROT_WRITE);
	for (uint32_t i = 0; i < program->stub_count && !error; i++)
		error = rewrite(program->stubs_vaddr + i * sizeof(struct stub));
	/* Also after an error: the program must be able to run. */
	rr_vm_protect(space, start, end - start, RR_PROT_READ | RR_PROT_EXEC);
	if (error)
		rr_log("%s cannot be traced: not enough memory", program->name);
	if (trace_wants(CALL_EXECVE))
		trace_exit(CALL_EXECVE, no_arguments, 0);
}

void rr_trace_init(void)
{
	if (rr_launch.strace) {
		rr_exec_loaded = on_loaded;
		rr_process_leaving = on_leave;
		rr_signal_traced = trace_signal;
	}
}
