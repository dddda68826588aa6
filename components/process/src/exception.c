/* Exceptions: a page to bring in, a libOS access to fix up, or a signal for the program. */
#include <rr/abi/errno.h>
#include <rr/fixup.h>
#include <rr/panic.h>
#include <rr/trap.h>
#include <rr/vm.h>
#include "internal.h"

#define PAGE_FAULT_WRITE 2u
#define PAGE_FAULT_FETCH 16u

static bool fix_up(struct rr_regs *regs)
{
	uint64_t landing;
	if (!rr_fixup_find(regs->rip, &landing))
		return false;
	regs->rip = landing;
	return true;
}

static void page_fault(struct rr_regs *regs, uint64_t address, bool in_libos)
{
	struct rr_aspace *space = rr_aspace_current();
	int error = -EFAULT;
	if (space && address < RR_VM_MAX)
		error = rr_vm_fault(space, address, regs->error & PAGE_FAULT_WRITE, regs->error & PAGE_FAULT_FETCH);
	if (!error) {
		rr_current_thread()->minor_faults++;
		return;
	}
	if (error == -ENOMEM)
		rr_process_out_of_memory();
	if (in_libos) {
		if (!fix_up(regs))
			rr_panic_at(regs, "page fault in the libOS at address 0x%lx, error code 0x%lx", address, regs->error);
		return;
	}
	if (error == -ENOMEM)
		return; /* ends on the way out */
	if (error == -ERANGE) {
		rr_signal_fault(SIGBUS, BUS_ADRERR, address, regs, "access behind the end of a mapped file");
		return;
	}
	bool guard = space && rr_vm_is_stack_guard(space, address);
	const char *message = guard ? "stack overflow" : "";
	if (regs->error & PAGE_FAULT_FETCH && address == regs->rip)
		message = address < RR_PAGE_SIZE ? "call of a null function pointer" : "execution of memory that is not code";
	else if (address < RR_PAGE_SIZE)
		message = "null pointer access";
	rr_signal_fault(SIGSEGV, error == -EACCES ? SEGV_ACCERR : SEGV_MAPERR, address, regs, message);
}

/* The first floating-point exception that is raised and not masked (SDM vol. 1, 8.1.3, 10.2.3: same order of bits). */
static int float_code(uint32_t raised)
{
	static const uint8_t codes[] = { FPE_FLTINV, FPE_FLTUND, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES };
	for (unsigned i = 0; i < sizeof(codes); i++)
		if (raised & 1u << i)
			return codes[i];
	return FPE_FLTINV;
}

static int x87_code(void)
{
	struct { uint32_t control, status, rest[5]; } environment;
	__asm__ volatile("fnstenv %0; fldenv %0" : "=m"(environment));
	return float_code(environment.status & ~environment.control & 0x3f);
}

static int simd_code(void)
{
	uint32_t mxcsr;
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	return float_code(mxcsr & ~(mxcsr >> 7) & 0x3f);
}

void rr_process_exception(struct rr_regs *regs, uint64_t address, bool in_libos)
{
	if (regs->vector == RR_VECTOR_PAGE_FAULT) {
		page_fault(regs, address, in_libos);
		return;
	}
	if (in_libos) {
		if (!fix_up(regs))
			rr_panic_at(regs, "exception %u in the libOS, error code 0x%lx", regs->vector, regs->error);
		return;
	}
	switch (regs->vector) {
	case RR_VECTOR_DIVIDE:
		rr_signal_fault(SIGFPE, FPE_INTDIV, regs->rip, regs, "integer division by zero or overflow");
		break;
	case RR_VECTOR_DEBUG:
		regs->rflags &= ~0x100ul; /* single step */
		rr_signal_fault(SIGTRAP, TRAP_TRACE, regs->rip, regs, "");
		break;
	case RR_VECTOR_BREAKPOINT:
		rr_signal_fault(SIGTRAP, SI_KERNEL, 0, regs, "breakpoint instruction");
		break;
	case RR_VECTOR_INVALID_OPCODE:
		rr_signal_fault(SIGILL, ILL_ILLOPN, regs->rip, regs, "invalid instruction");
		break;
	case RR_VECTOR_X87:
		rr_signal_fault(SIGFPE, x87_code(), regs->rip, regs, "floating-point exception");
		break;
	case RR_VECTOR_SIMD:
		rr_signal_fault(SIGFPE, simd_code(), regs->rip, regs, "floating-point exception");
		break;
	case RR_VECTOR_ALIGNMENT:
		rr_signal_fault(SIGBUS, BUS_ADRALN, 0, regs, "misaligned access");
		break;
	case RR_VECTOR_STACK:
		rr_signal_fault(SIGBUS, SI_KERNEL, 0, regs, "stack segment fault");
		break;
	default:
		rr_signal_fault(SIGSEGV, SI_KERNEL, 0, regs, "general protection fault");
	}
}
