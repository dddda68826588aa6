/* Waits that go on where they were when a signal ended them and no handler ran. */
#include "internal.h"

uint64_t rr_restart_deadline(void)
{
	struct rr_task *task = rr_current_task();
	uint64_t deadline = task->restart_deadline;
	task->restart_deadline = 0;
	return deadline;
}

long rr_restart_later(uint64_t deadline)
{
	rr_current_task()->restart_deadline = deadline;
	return -RR_ERESTART_BLOCK;
}

void rr_signal_enable_restart(void) { rr_signal_again = rr_signal_restart; }
