#include <rr/idle.h>

void (*rr_sched_idle_check)(void);
void (*rr_sched_idle_change)(bool idle);
struct rr_wake_source *rr_wake_sources;

void rr_wake_source_add(struct rr_wake_source *source)
{
	for (const struct rr_wake_source *each = rr_wake_sources; each; each = each->next)
		if (each == source)
			return;
	source->next = rr_wake_sources;
	rr_wake_sources = source;
}
