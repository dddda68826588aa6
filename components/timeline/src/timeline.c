#include <rr/timeline.h>

#include <rr/control.h>
#include <rr/launch.h>
#include <rr/platform.h>
#include <rr/string.h>

uint64_t rr_timeline_stamps[RR_STAGE_COUNT];

static const char names[RR_STAGE_COUNT][12] = { "entry", "cpu", "clock", "memory", "components", "program" };

void rr_timeline_send(void)
{
	if (!rr_launch.timeline)
		return;
	for (unsigned i = 0; i < RR_STAGE_COUNT; i++) {
		uint64_t since_entry = rr_timeline_stamps[i] - rr_boot_info.entry_tsc;
		struct rr_control_piece pieces[] = { { &since_entry, sizeof(since_entry) }, { names[i], strlen(names[i]) } };
		rr_control_send(RR_CONTROL_TIMELINE, pieces, 2);
	}
}
