#include <rr/idle.h>

void (*rr_sched_idle_check)(void);
void (*rr_sched_idle_change)(bool idle);
static struct rr_wake_source *rr_wake_sources;

bool rr_wake_source_any(void)
{
	for (const struct rr_wake_source *source = rr_wake_sources; source; source = source->next)
		if (source->could_wake())
			return true;
	return false;
}

void rr_wake_source_add(struct rr_wake_source *source)
{
	for (const struct rr_wake_source *each = rr_wake_sources; each; each = each->next)
		if (each == source)
			return;
	source->next = rr_wake_sources;
	rr_wake_sources = source;
}
