/* What happens when nothing is runnable. Thread context, on the stack of the thread that ran last. */
#pragma once
#include <rr/types.h>

/* Called each time before the CPU halts. NULL: nobody. It may sleep, and may end the machine. */
extern void (*rr_sched_idle_check)(void);
/* The CPU becomes idle, or no longer is. NULL: nobody. */
extern void (*rr_sched_idle_change)(bool idle);

/* Something outside of the machine that can make threads runnable. Timers are known without. */
struct rr_wake_source {
	struct rr_wake_source *next;
	/* Does a thread wait for it now? Must not wait. */
	bool (*could_wake)(void);
};
/* Does a thread wait for any of them? Must not wait. */
bool rr_wake_source_any(void);
/* `source` stays for good; adding it again does no harm. */
void rr_wake_source_add(struct rr_wake_source *source);
