#include <rr/process-timer.h>

/* How often the CPU time of somebody who does not run is looked at. */
#define SHORTEST_LOOK 1000000ul

static void came(struct rr_timer *hardware)
{
	struct rr_process_timer *timer = rr_container_of(hardware, struct rr_process_timer, timer);
	uint64_t now;
	if (!rr_process_clock_read(&timer->clock, &now))
		return;
	if (now < timer->expires)
		rr_process_timer_restart(timer);
	else
		timer->expired(timer);
}

static bool clock_was_set(struct rr_waiter *waiter)
{
	struct rr_process_timer *timer = rr_container_of(waiter, struct rr_process_timer, clock_set);
	if (rr_timer_cancel(&timer->timer))
		rr_process_timer_start(timer);
	return true;
}

void rr_process_timer_init(struct rr_process_timer *timer, struct rr_process *process)
{
	rr_list_init(&timer->clock_set.link);
	timer->clock_set.wake = clock_was_set;
	timer->timer.fire = came;
	rr_process_attach(process, &timer->attachment);
}

void rr_process_timer_fini(struct rr_process_timer *timer)
{
	rr_process_timer_stop(timer);
	rr_process_detach(&timer->attachment);
}

void rr_process_timer_restart(struct rr_process_timer *timer)
{
	uint64_t now;
	if (!rr_process_clock_read(&timer->clock, &now))
		return;
	uint64_t left = timer->expires > now ? timer->expires - now : 0;
	if (timer->clock.kind >= RR_CLOCK_PROCESS)
		left = rr_max(left, SHORTEST_LOOK);
	if (timer->clock.kind == RR_CLOCK_WALL)
		rr_waiter_add(&rr_clock_set_event, &timer->clock_set);
	rr_timer_arm(&timer->timer, rr_clock_monotonic() + left);
}

void rr_process_timer_start(struct rr_process_timer *timer)
{
	if (rr_process_timer_left(timer))
		rr_process_timer_restart(timer);
	else
		timer->expired(timer);
}

void rr_process_timer_stop(struct rr_process_timer *timer)
{
	rr_waiter_remove(&timer->clock_set);
	rr_timer_cancel(&timer->timer);
}

uint64_t rr_process_timer_forward(struct rr_process_timer *timer)
{
	uint64_t now;
	if (!rr_process_clock_read(&timer->clock, &now) || now < timer->expires)
		return 0;
	uint64_t count = (now - timer->expires) / timer->interval + 1;
	timer->expires += count * timer->interval;
	return count;
}

uint64_t rr_process_timer_left(const struct rr_process_timer *timer)
{
	uint64_t now;
	if (!timer->expires || !rr_process_clock_read(&timer->clock, &now))
		return 0;
	return timer->expires > now ? timer->expires - now : 0;
}
