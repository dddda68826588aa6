/*
 * The frame a signal handler runs on, as Linux lays it out on x86-64 (struct rt_sigframe, asm/ucontext.h): return address, ucontext, siginfo,
 * and above it the floating-point state in the form of XSAVE. Whatever comes back from the program is checked before it is used.
 */
#include <rr/abi/errno.h>
#include <rr/fpu.h>
#include <rr/image.h>
#include <rr/sched-init.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include <rr/vm.h>
#include "../internal.h"

struct frame {
	uint64_t return_address;
	struct rr_abi_ucontext context;
	struct rr_abi_siginfo info;
};
_Static_assert(offsetof(struct frame, info) == 312, "struct rt_sigframe");

#define RED_ZONE 128
/* CF PF AF ZF SF TF DF OF RF AC ID: what a program may change (SDM vol. 1, 3.4.3) */
#define RFLAGS_PROGRAM 0x250dd5ul
#define MXCSR_VALID 0xffffu
#define FXSAVE_SIZE 512
#define XSAVE_HEADER_SIZE 64
#define XSAVE_LEGACY 3ul /* x87 and SSE */
/* What programs of Linux run on, and look for in saved registers */
#define LINUX_CS 0x33
#define LINUX_SS 0x2b
/* UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS */
#define CONTEXT_FLAGS 7

/* struct _fpx_sw_bytes: says, in a place FXSAVE leaves to software, that an XSAVE area follows. */
struct software_bytes {
	uint32_t magic, extended_size;
	uint64_t features;
	uint32_t size, padding[7];
};
_Static_assert(sizeof(struct software_bytes) == 48, "struct _fpx_sw_bytes");
#define SOFTWARE_BYTES 464
#define MAGIC_1 0x46505853u
#define MAGIC_2 0x46505845u /* behind the area */

/* Room for the vector state; the thread's own save area. */
static uint8_t *state_area(struct rr_thread *thread)
{
	if (!thread->fpu)
		thread->fpu = rr_fpu_alloc();
	return thread->fpu;
}

/* Where the frame goes down from. *on_altstack: it must not leave the alternate stack. */
static uint64_t stack_for(const struct rr_task *task, const struct rr_regs *regs, const struct rr_abi_sigaction *action, bool *on_altstack)
{
	uint64_t sp = regs->rsp - RED_ZONE;
	*on_altstack = rr_altstack_in_use(task, regs->rsp);
	if (!(action->flags & SA_ONSTACK) || !task->altstack_size || rr_altstack_in_use(task, sp))
		return sp;
	*on_altstack = true;
	return task->altstack + task->altstack_size;
}

/* The state of the vector units below `sp`, as on Linux; its address, 0 when there is no memory for it. */
static uint64_t put_state(struct rr_thread *thread, uint64_t sp)
{
	uint8_t *state = state_area(thread);
	uint32_t size = rr_fpu_size(), extended = rr_fpu_features() ? size + sizeof(uint32_t) : size, magic = MAGIC_2;
	struct software_bytes bytes = { .magic = MAGIC_1, .extended_size = extended, .features = rr_fpu_features(), .size = size };
	uint64_t address = rr_align_down(sp - extended, 64);
	if (!state)
		return 0;
	rr_fpu_save(state);
	if (extended > size) {
		memcpy(state + SOFTWARE_BYTES, &bytes, sizeof(bytes));
		if (rr_put_user(magic, address + size))
			return 0;
	}
	return rr_copy_to_user(address, state, size) ? 0 : address;
}

bool rr_signal_build_frame(struct rr_regs *regs, int number, const struct rr_abi_siginfo *info, const struct rr_abi_sigaction *action,
                           uint64_t old_mask)
{
	struct rr_task *task = rr_current_task();
	bool on_altstack;
	if (!(action->flags & SA_RESTORER))
		return false; /* there is no way back, as on Linux */
	uint64_t sp = stack_for(task, regs, action, &on_altstack), state = put_state(&task->thread, sp);
	uint64_t address = rr_align_down(state - sizeof(struct frame), 16) - 8;
	/* A program at ring 0 would run whatever of the libOS the handler's address is. */
	if (!state || action->handler >= RR_VM_MAX || (on_altstack && !rr_altstack_contains(task, address)))
		return false;
	struct frame frame = {
		.return_address = action->restorer,
		.context = {
			.flags = CONTEXT_FLAGS,
			.stack = { .sp = task->altstack, .flags = (int32_t)task->altstack_flags, .size = task->altstack_size },
			.mcontext = {
				.r8 = regs->r8, .r9 = regs->r9, .r10 = regs->r10, .r11 = regs->r11, .r12 = regs->r12, .r13 = regs->r13,
				.r14 = regs->r14, .r15 = regs->r15, .rdi = regs->rdi, .rsi = regs->rsi, .rbp = regs->rbp, .rbx = regs->rbx,
				.rdx = regs->rdx, .rax = regs->rax, .rcx = regs->rcx, .rsp = regs->rsp, .rip = regs->rip,
				.rflags = regs->rflags, .cs = LINUX_CS, .ss = LINUX_SS, .err = regs->error, .trapno = regs->vector,
				.oldmask = old_mask, .cr2 = info->code > 0 ? info->address : 0, .fpstate = state,
			},
			.sigmask = old_mask,
		},
		.info = *info,
	};
	if (rr_copy_to_user(address, &frame, sizeof(frame)))
		return false;
	if (task->altstack_flags & SS_AUTODISARM)
		rr_altstack_reset(task);
	regs->rdi = number;
	regs->rsi = address + offsetof(struct frame, info);
	regs->rdx = address + offsetof(struct frame, context);
	regs->rax = 0;
	regs->rsp = address;
	regs->rip = action->handler;
	regs->rflags &= ~0x400ul & ~0x100ul; /* DF, TF */
	return true;
}

/* The area at `address` is one of XSAVE, as put_state() makes it; `state` has its first part. */
static bool is_extended(uint64_t address, const uint8_t *state)
{
	struct software_bytes bytes;
	uint32_t magic;
	memcpy(&bytes, state + SOFTWARE_BYTES, sizeof(bytes));
	return rr_fpu_features() && bytes.magic == MAGIC_1 && bytes.size == rr_fpu_size() && !rr_get_user(magic, address + bytes.size) &&
	       magic == MAGIC_2;
}

static bool restore_state(uint64_t address)
{
	uint8_t *state = state_area(rr_current_thread());
	uint64_t present = XSAVE_LEGACY;
	uint32_t mxcsr;
	if (!address) {
		rr_fpu_reset();
		return true;
	}
	if (!state || rr_copy_from_user(state, address, FXSAVE_SIZE))
		return false;
	if (is_extended(address, state)) {
		if (rr_copy_from_user(state + FXSAVE_SIZE, address + FXSAVE_SIZE, rr_fpu_size() - FXSAVE_SIZE))
			return false;
		memcpy(&present, state + FXSAVE_SIZE, sizeof(present));
	}
	memcpy(&mxcsr, state + 24, sizeof(mxcsr));
	mxcsr &= MXCSR_VALID;
	memcpy(state + 24, &mxcsr, sizeof(mxcsr));
	if (rr_fpu_features()) { /* the XSAVE header: SDM vol. 1, 13.4.2 */
		present &= rr_fpu_features();
		memset(state + FXSAVE_SIZE, 0, XSAVE_HEADER_SIZE);
		memcpy(state + FXSAVE_SIZE, &present, sizeof(present));
	}
	rr_fpu_restore(state);
	return true;
}

bool rr_signal_restore_frame(struct rr_regs *regs, uint64_t address)
{
	struct rr_task *task = rr_current_task();
	struct frame frame;
	if (rr_copy_from_user(&frame, address, sizeof(frame)))
		return false;
	const struct rr_abi_mcontext *m = &frame.context.mcontext;
	if (m->rip >= RR_VM_MAX || m->rsp >= RR_VM_MAX || !restore_state(m->fpstate))
		return false;
	rr_regs_complete(regs);
	regs->r8 = m->r8; regs->r9 = m->r9; regs->r10 = m->r10; regs->r11 = m->r11;
	regs->r12 = m->r12; regs->r13 = m->r13; regs->r14 = m->r14; regs->r15 = m->r15;
	regs->rdi = m->rdi; regs->rsi = m->rsi; regs->rbp = m->rbp; regs->rbx = m->rbx;
	regs->rdx = m->rdx; regs->rax = m->rax; regs->rcx = m->rcx; regs->rsp = m->rsp;
	regs->rip = m->rip;
	regs->rflags = (m->rflags & RFLAGS_PROGRAM) | RR_RFLAGS_IF | 2;
	rr_altstack_set(task, &frame.context.stack, address); /* what cannot be set is left as it is: sigreturn(2) has nobody to tell */
	rr_signal_set_mask(frame.context.sigmask);
	return true;
}

/* --- calls that start over --- */

#define STUB_SIZE 32
#define STUB_NUMBER 24

/* Address of the stub of call `number` in the running program, or 0. The stubs are in ascending order. */
static uint64_t find_stub(const struct rr_process *process, uint32_t number)
{
	const struct rr_image_program *program = process->program;
	unsigned low = 0, high = program ? program->stub_count : 0;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		uint64_t stub = program->stubs_vaddr + middle * STUB_SIZE;
		uint32_t n;
		if (rr_get_user(n, stub + STUB_NUMBER))
			return 0;
		if (n == number)
			return stub;
		if (n < number)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/*
 * Resume at the stub; regs->rsp points to the return address. When that follows a `call *%rax` (musl's cancellation point), resume at the call
 * itself, so that the handler of pthread_cancel finds rip in its range. For any other `call *%rax` it is the same thing done once more.
 */
static void resume_at_stub(struct rr_regs *regs, uint64_t stub, uint64_t return_address)
{
	uint16_t instruction;
	regs->rip = stub;
	regs->rax = stub;
	if (!rr_get_user(instruction, return_address - 2) && instruction == 0xd0ff) {
		regs->rip = return_address - 2;
		regs->rsp += 8;
	}
}

void rr_signal_restart(struct rr_regs *regs)
{
	uint64_t stub = find_stub(rr_current_process(), (uint32_t)regs->number);
	if (!stub) {
		regs->rax = (uint64_t)-EINTR;
		return;
	}
	uint64_t return_address = regs->rip;
	uint64_t at_stub = regs->rsp;
	rr_regs_complete(regs);
	regs->rsp = at_stub;
	regs->rcx = regs->r10; /* the fourth argument of a C function */
	resume_at_stub(regs, stub, return_address);
}

void rr_signal_rewind_stub(struct rr_regs *regs)
{
	const struct rr_image_program *program = rr_current_process()->program;
	uint64_t offset = program ? regs->rip - program->stubs_vaddr : ~0ul;
	uint64_t return_address;
	if (!program || offset >= (uint64_t)program->stub_count * STUB_SIZE || offset % STUB_SIZE)
		return;
	if (!rr_get_user(return_address, regs->rsp)) {
		uint64_t rax = regs->rax, stub = regs->rip;
		resume_at_stub(regs, stub, return_address);
		if (regs->rip == stub)
			regs->rax = rax;
	}
}
