#include <rr/abi/errno.h>
#include "alarm.h"

static void expire(struct rr_timer *timer)
{
	struct alarm *alarm = rr_container_of(timer, struct alarm, timer);
	alarm->expired = true;
	alarm->expirations++;
	rr_wake_event(&alarm->event);
}

static uint64_t now_of(const struct alarm *alarm) { return alarm->wall ? rr_clock_realtime() : rr_clock_monotonic(); }

/* Wait for `value`. */
static void arm(struct alarm *alarm)
{
	uint64_t now = now_of(alarm), left = alarm->value > now ? alarm->value - now : 0;
	alarm->timer.fire = expire;
	rr_timer_arm(&alarm->timer, rr_clock_monotonic() + left);
}

/* The same, but what is past expires here and now. */
static void start(struct alarm *alarm)
{
	if (alarm->value > now_of(alarm))
		arm(alarm);
	else
		expire(&alarm->timer);
}

static bool clock_was_set(struct rr_waiter *waiter)
{
	struct alarm *alarm = rr_container_of(waiter, struct alarm, clock_set);
	if (alarm->cancel_on_set) {
		alarm->cancelled = true;
		rr_wake_event(&alarm->event);
	}
	if (rr_timer_cancel(&alarm->timer))
		start(alarm);
	return true;
}

void alarm_init(struct alarm *alarm)
{
	*alarm = (struct alarm){ .clock_set.wake = clock_was_set };
	rr_list_init(&alarm->clock_set.link);
	rr_waitqueue_init(&alarm->event);
}

void alarm_stop(struct alarm *alarm)
{
	rr_waiter_remove(&alarm->clock_set);
	rr_timer_cancel(&alarm->timer);
}

/* A periodic timer that has expired goes on: the periods that have passed since are counted. */
static void go_on(struct alarm *alarm)
{
	if (!alarm->expired || !alarm->interval)
		return;
	uint64_t now = now_of(alarm), passed = now > alarm->value ? (now - alarm->value) / alarm->interval : 0;
	alarm->expired = false;
	alarm->expirations += passed;
	alarm->value += (passed + 1) * alarm->interval;
	arm(alarm);
}

void alarm_set(struct alarm *alarm, const struct alarm_setting *setting, bool wall, bool cancel_on_set)
{
	alarm_stop(alarm);
	alarm->interval = setting->interval;
	alarm->value = setting->value;
	alarm->expirations = 0;
	alarm->expired = false;
	alarm->wall = wall;
	alarm->cancel_on_set = cancel_on_set;
	if (wall || cancel_on_set)
		rr_waiter_add(&rr_clock_set_event, &alarm->clock_set);
	if (!cancel_on_set)
		alarm->cancelled = false;
	if (setting->value)
		start(alarm);
}

struct alarm_setting alarm_get(struct alarm *alarm)
{
	uint64_t now = now_of(alarm);
	/* Due, though its interrupt has not come yet: what repeats is never seen without time left. */
	if (alarm->interval && !alarm->expired && alarm->value <= now && rr_timer_cancel(&alarm->timer))
		expire(&alarm->timer);
	go_on(alarm);
	bool waiting = alarm->value && !alarm->expired && alarm->value > now;
	struct alarm_setting setting = { alarm->interval, waiting ? alarm->value - now : 0 };
	return setting;
}

bool alarm_take_cancelled(struct alarm *alarm)
{
	if (!alarm->cancelled)
		return false;
	alarm->cancelled = false;
	return true;
}

int64_t alarm_take(struct alarm *alarm)
{
	int64_t result = -ECANCELED;
	if (!alarm_take_cancelled(alarm)) {
		go_on(alarm);
		result = alarm->expirations;
	}
	alarm->expired = false;
	alarm->expirations = 0;
	return result;
}
