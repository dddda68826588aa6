/* A timer that counts how often it has expired. Under the big lock. */
#pragma once
#include <rr/timer.h>
#include <rr/wait.h>

struct alarm {
	struct rr_timer timer;
	uint64_t value;              /* when it expires (or expired) first: on its own clock if `wall`, else monotonic; 0: not set */
	uint64_t interval;           /* ns; 0: once */
	uint64_t expirations;        /* not told yet */
	bool expired;                /* and, if periodic, not armed again yet */
	bool wall;                   /* an absolute time of the wall clock: moves when that is set */
	bool cancel_on_set;          /* setting the wall clock is an event of its own */
	bool cancelled;              /* which has happened, and was not told yet */
	struct rr_waitqueue event;
	struct rr_waiter clock_set;
};

struct alarm_setting {
	uint64_t interval, value;    /* ns; value 0: off. Of a time asked for: what is left */
};

void alarm_init(struct alarm *alarm);
void alarm_stop(struct alarm *alarm);
/* The setting that was; `value` of the new one is a moment of the wall clock if `wall`, else of the monotonic clock. */
void alarm_set(struct alarm *alarm, const struct alarm_setting *setting, bool wall, bool cancel_on_set);
struct alarm_setting alarm_get(struct alarm *alarm);
/* Take what has expired: how often, 0 when it has not; -ECANCELED when the wall clock was set. */
int64_t alarm_take(struct alarm *alarm);
/* True once when the wall clock was set and that is an event; then nothing has expired. */
bool alarm_take_cancelled(struct alarm *alarm);
static inline bool alarm_ready(const struct alarm *alarm) { return alarm->expirations || alarm->cancelled; }
