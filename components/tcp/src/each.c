/* What /proc/net/tcp wants to know. */
#include "internal.h"

struct walk {
	void (*each)(void *argument, const struct rr_tcp_entry *entry);
	void *argument;
};

static void look_at_timers(const struct rr_tcp *tcp, struct rr_tcp_entry *entry)
{
	if (tcp->retransmit_at) {
		entry->timer = tcp->una == tcp->high && tcp->out_bytes ? RR_TCP_PROBES : RR_TCP_RETRANSMITS;
		entry->timer_at = tcp->retransmit_at;
	} else if (tcp->keep_at) {
		entry->timer = RR_TCP_KEEPS_ALIVE;
		entry->timer_at = tcp->keep_at;
	}
}

static void look_at(void *argument, struct endpoint *end)
{
	struct walk *walk = argument;
	struct rr_tcp_entry entry = { .v6 = end->v6 };
	if (end->state == RR_TCP_TIME_WAIT) {
		entry.view = (struct rr_tcp_view){ .state = RR_TCP_TIME_WAIT, .local = end->local, .remote = end->remote, .local_port = end->local_port, .remote_port = end->remote_port };
		entry.timer = RR_TCP_WAITS;
		entry.timer_at = time_wait_end(end);
	} else {
		const struct rr_tcp *tcp = rr_container_of(end, struct rr_tcp, end);
		rr_tcp_look(tcp, &entry.view);
		rr_tcp_info(tcp, &entry.info);
		entry.owner = tcp->owner;
		entry.waiting = tcp->waiting_count;
		entry.backlog = tcp->backlog;
		look_at_timers(tcp, &entry);
	}
	walk->each(walk->argument, &entry);
}

void rr_tcp_each(void (*each)(void *argument, const struct rr_tcp_entry *entry), void *argument)
{
	struct walk walk = { each, argument };
	table_each(look_at, &walk);
}
