/* Timers on the clocks of timer_create(2). Under the big lock; any context, but for ends and starts. */
#pragma once
#include <rr/process.h>
#include <rr/timer.h>
#include <rr/wait.h>

struct rr_process_clock {
	enum rr_process_clock_kind { RR_CLOCK_MONOTONIC, RR_CLOCK_WALL, RR_CLOCK_PROCESS, RR_CLOCK_THREAD } kind;
	int id; /* of the process or thread whose CPU time it is */
};

/* The clock a program calls `number`. 0, -EINVAL (no clock, or nobody's). */
int rr_process_clock_find(int number, struct rr_process_clock *out);
/* What it shows, ns. False: whose CPU time it was is gone. */
bool rr_process_clock_read(const struct rr_process_clock *clock, uint64_t *ns);

struct rr_process_timer {
	struct rr_attachment attachment; /* its `end` is the owner's, who calls rr_process_timer_fini() */
	struct rr_timer timer;
	struct rr_waiter clock_set;
	struct rr_process_clock clock;
	uint64_t expires;                /* on the clock; 0: off */
	uint64_t interval;               /* 0: once; for the owner, who starts it again */
	/* It has come; the timer is off and may be started again. */
	void (*expired)(struct rr_process_timer *timer);
};

/* Make a zeroed timer one of `process`; `expired`, `clock` and `attachment.end` are set by the owner. */
void rr_process_timer_init(struct rr_process_timer *timer, struct rr_process *process);
void rr_process_timer_fini(struct rr_process_timer *timer);
/* Let it expire at timer->expires, not 0. If that is past, `expired` is called at once (start) or by the next timer interrupt (restart). */
void rr_process_timer_start(struct rr_process_timer *timer);
void rr_process_timer_restart(struct rr_process_timer *timer);
void rr_process_timer_stop(struct rr_process_timer *timer);
/* Move a periodic timer's `expires` behind what its clock shows now: by how many intervals. */
uint64_t rr_process_timer_forward(struct rr_process_timer *timer);
/* ns until it expires, 0: off or past. */
uint64_t rr_process_timer_left(const struct rr_process_timer *timer);
