#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include "pthread_impl.h"

extern hidden const char __rr_stubs_start[], __rr_stubs_end[], __cp_end[];

enum { stub_size = 32, at_syscall = 8, call_size = 2 };

/*
 * If `context` was interrupted in a stub that __syscall_cp_asm had called, before the system call took effect, move it
 * back to the call instruction, as if the stub had not been entered. Returns the index of the program counter in
 * gregs. The stub's code is: mov $n,%eax; mov %rcx,%r10; syscall (at 8; the kernel has overwritten %rcx there).
 */
int __rr_cancel_point(void *context)
{
	greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
	uintptr_t pc = r[REG_RIP], start = (uintptr_t)__rr_stubs_start;

	if (pc < start || pc >= (uintptr_t)__rr_stubs_end)
		return REG_RIP;
	uintptr_t offset = (pc - start) % stub_size;
	if (offset > at_syscall || *(uintptr_t *)r[REG_RSP] != (uintptr_t)__cp_end)
		return REG_RIP;
	if (offset == at_syscall)
		r[REG_RCX] = r[REG_R10];
	r[REG_RAX] = pc - offset;
	r[REG_RSP] += sizeof(uintptr_t);
	r[REG_RIP] = (uintptr_t)__cp_end - call_size;
	return REG_RIP;
}
