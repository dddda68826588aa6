/* Alternate signal stacks: sigaltstack(2). */
#include <rr/abi/errno.h>
#include "internal.h"

#define MINSIGSTKSZ 2048

/* Stacks grow downwards: the top itself is on the stack, its lowest address is not. */
bool rr_altstack_contains(const struct rr_task *task, uint64_t sp) { return sp - 1 - task->altstack < task->altstack_size; }

bool rr_altstack_in_use(const struct rr_task *task, uint64_t sp) { return !(task->altstack_flags & SS_AUTODISARM) && rr_altstack_contains(task, sp); }

void rr_altstack_reset(struct rr_task *task)
{
	task->altstack = task->altstack_size = 0;
	task->altstack_flags = SS_DISABLE;
}

int rr_altstack_set(struct rr_task *task, const struct rr_abi_stack *stack, uint64_t sp)
{
	uint32_t flags = (uint32_t)stack->flags, mode = flags & ~SS_AUTODISARM;
	if (rr_altstack_in_use(task, sp))
		return -EPERM;
	if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK)
		return -EINVAL;
	if (mode != SS_DISABLE && stack->size < MINSIGSTKSZ)
		return -ENOMEM;
	task->altstack = mode == SS_DISABLE ? 0 : stack->sp;
	task->altstack_size = mode == SS_DISABLE ? 0 : stack->size;
	task->altstack_flags = flags;
	return 0;
}
