#include <rr/regs.h>
#include <rr/string.h>
#include "switch.h"

struct first_frame {
	uint32_t mxcsr, x87_control;
	uint64_t r15, r14, r13, r12, rbx, rbp;
	uint64_t rip;
	uint64_t alignment;
};

uint64_t rr_switch_prepare(uint64_t top, void (*entry)(void *), void *argument)
{
	/* room for struct rr_regs above, as every thread of a program has it; rr_thread_first's call needs rsp = 0 mod 16 */
	struct first_frame *frame = (void *)(top - (RR_REGS_SIZE + 8) - sizeof(struct first_frame));
	*frame = (struct first_frame){ .mxcsr = 0x1f80, .x87_control = 0x37f, .r12 = (uint64_t)argument, .rbx = (uint64_t)entry,
		.rip = (uint64_t)rr_thread_first };
	return (uint64_t)frame;
}
