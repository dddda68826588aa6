/* Private to sched: switch.S. */
#pragma once
#include <rr/types.h>

void rr_switch_stacks(uint64_t *save_rsp, uint64_t load_rsp);
void rr_thread_first(void);
/* Called on the new thread's stack after every switch, interrupts off. */
void rr_switch_finish(void);
/* Build the first stack of a thread below `top`: what rr_switch_stacks pops. */
uint64_t rr_switch_prepare(uint64_t top, void (*entry)(void *), void *argument);
