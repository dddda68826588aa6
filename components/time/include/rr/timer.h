/* One-shot timers on the monotonic clock; no periodic tick. */
#pragma once
#include <rr/tree.h>

struct rr_timer {
	struct rr_tree_node node;
	uint64_t deadline; /* monotonic ns */
	/* Interrupt context; the timer is disarmed before and may be armed again. */
	void (*fire)(struct rr_timer *timer);
};

/* (Re)arm. A deadline that has passed fires at once (by the next interrupt). Any context. */
void rr_timer_arm(struct rr_timer *timer, uint64_t deadline);
/* True when it was armed and will not fire. Any context. */
bool rr_timer_cancel(struct rr_timer *timer);
/* The deadline of the next one, RR_FOREVER when none is armed. Any context. */
uint64_t rr_timer_first(void);
static inline bool rr_timer_armed(const struct rr_timer *timer) { return timer->node.level != 0; }
