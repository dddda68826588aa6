#include <rr/clock.h>
#include <rr/cpu.h>
#include <rr/timer.h>
#include <rr/time-init.h>
#include <rr/trap.h>
#include "calibrate.h"

/* The local APIC counts 32 bits; a later deadline is armed in steps. */
#define MAX_TICKS 0xfffffffful
#define MAX_STEP (4 * RR_NSEC_PER_SEC)

static int by_deadline(const struct rr_tree_node *a, const struct rr_tree_node *b)
{
	const struct rr_timer *x = rr_container_of(a, struct rr_timer, node), *y = rr_container_of(b, struct rr_timer, node);
	return x->deadline < y->deadline ? -1 : x->deadline > y->deadline;
}

static struct rr_tree timers = RR_TREE_INIT(by_deadline);
static uint64_t armed_deadline = RR_FOREVER; /* the hardware interrupts then, or before */
static uint32_t armed_ticks;
static uint64_t armed_tsc;

uint64_t rr_timer_first(void)
{
	struct rr_tree_node *first = rr_tree_first(&timers);
	return first ? rr_container_of(first, struct rr_timer, node)->deadline : RR_FOREVER;
}

/*
 * Set the hardware for the first timer, unless it will interrupt before that anyway: setting it costs more than an interrupt that finds nothing to do, and
 * those who come and go (time slices, limits of waits) mostly move it later.
 */
static void program(void)
{
	uint64_t deadline = rr_timer_first();
	if (deadline >= armed_deadline)
		return;
	armed_deadline = deadline;
	uint64_t now = rr_clock_monotonic();
	uint64_t ns = deadline > now ? deadline - now : 1;
	ns = rr_min(ns, MAX_STEP);
	armed_ticks = (uint32_t)rr_min(rr_multiply_divide(ns, rr_lapic_hz(), RR_NSEC_PER_SEC) + 1, MAX_TICKS);
	armed_tsc = rr_rdtsc();
	rr_lapic_timer_set(armed_ticks);
}

void rr_timer_arm(struct rr_timer *timer, uint64_t deadline)
{
	if (rr_timer_armed(timer))
		rr_tree_remove(&timers, &timer->node);
	timer->deadline = deadline;
	if (deadline != RR_FOREVER)
		rr_tree_insert(&timers, &timer->node);
	program();
}

bool rr_timer_cancel(struct rr_timer *timer)
{
	bool armed = rr_timer_armed(timer);
	if (armed)
		rr_tree_remove(&timers, &timer->node);
	return armed;
}

void rr_timer_interrupt(void)
{
	rr_clock_refine(armed_ticks, rr_rdtsc() - armed_tsc);
	armed_deadline = RR_FOREVER;
	for (;;) {
		struct rr_tree_node *first = rr_tree_first(&timers);
		if (!first)
			break;
		struct rr_timer *timer = rr_container_of(first, struct rr_timer, node);
		if (timer->deadline > rr_clock_monotonic())
			break;
		rr_tree_remove(&timers, first);
		timer->fire(timer);
	}
	program();
}

void rr_time_resume(uint64_t at)
{
	rr_clock_resume(at);
	armed_deadline = RR_FOREVER;
	program();
}

void rr_time_init(void)
{
	rr_clock_start();
	rr_trap_set_timer_handler(rr_timer_interrupt);
}
