#include <rr/clock.h>
#include <rr/idle.h>
#include <rr/load.h>
#include <rr/policy.h>
#include <rr/regs.h>
#include <rr/thread.h>
#include <rr/timer.h>
#include <rr/trap.h>

/* Of busy time. */
#define TICK_NS 10000000ul

void rr_accounting_init(void);

static struct rr_timer tick;
static uint64_t rest; /* of the period, while the machine idles */

/* The timer interrupt either found the program, or was noted while the libOS ran (rr/irq.h). */
static bool found_program(const struct rr_thread *thread)
{
	const struct rr_regs *regs = rr_thread_regs(thread);
	return regs->kind == RR_ENTRY_TRAP && regs->vector == RR_VECTOR_TIMER;
}

static void take_sample(struct rr_timer *timer)
{
	struct rr_thread *current = rr_current_thread();
	if (found_program(current))
		current->user_ticks++;
	else
		current->system_ticks++;
	rr_load_sample(1 + rr_sched_waiting());
	rr_timer_arm(timer, rr_clock_monotonic() + TICK_NS);
}

static void idle_changes(bool idle)
{
	uint64_t now = rr_clock_monotonic();
	if (idle) {
		rest = tick.deadline > now ? tick.deadline - now : 0;
		rr_timer_cancel(&tick);
	} else {
		rr_timer_arm(&tick, now + rest);
	}
}

void rr_accounting_init(void)
{
	tick.fire = take_sample;
	rr_timer_arm(&tick, rr_clock_monotonic() + TICK_NS);
	rr_sched_idle_change = idle_changes;
}
