#include <rr/clock.h>
#include <rr/control.h>
#include <rr/string.h>

void rr_host_time_init(void);
void rr_host_time_resume(void);

static void ask(void) { rr_control_send(RR_CONTROL_TIME, NULL, 0); }

/* Interrupt context. */
static void on_answer(const uint8_t *payload, size_t length)
{
	uint64_t now;
	if (length != sizeof(now))
		return;
	memcpy(&now, payload, sizeof(now));
	rr_clock_correct_realtime(now);
}

/* It was another host's, perhaps, that was asked. */
void rr_host_time_resume(void)
{
	if (rr_control_present())
		rr_clock_ask = ask;
}

void rr_host_time_init(void)
{
	if (!rr_control_on(RR_CONTROL_TIME, on_answer))
		rr_clock_ask = ask;
}
