/* What is left of a connection for a minute after its end, so that late segments do not end up in a new one (RFC 9293, 3.6.1; RFC 6191). */
#include <rr/heap.h>
#include "internal.h"

/* More end the oldest early. */
#define MOST 8192u

struct time_wait {
	struct endpoint end; /* first */
	struct rr_list age_link;
	uint64_t until;
	uint32_t next, rnext, ts_recent;
	bool timestamps;
};

static struct rr_list oldest_first = RR_LIST_INIT(oldest_first);
static struct rr_timer timer;

static void forget(struct time_wait *wait)
{
	rr_list_remove(&wait->age_link);
	table_remove(&wait->end);
	tcp_counts.time_wait--;
	rr_free(wait);
}

static struct time_wait *oldest(void) { return rr_list_empty(&oldest_first) ? NULL : rr_list_entry(oldest_first.next, struct time_wait, age_link); }

static void over(struct rr_timer *unused)
{
	struct time_wait *wait;
	(void)unused;
	while ((wait = oldest()) && wait->until <= rr_clock_monotonic())
		forget(wait);
	if (wait)
		rr_timer_arm(&timer, wait->until);
}

static void restart(struct time_wait *wait)
{
	wait->until = rr_clock_monotonic() + TIME_WAIT_SECONDS * RR_NSEC_PER_SEC;
	rr_list_remove(&wait->age_link);
	rr_list_push_back(&oldest_first, &wait->age_link);
	if (!rr_timer_armed(&timer)) {
		timer.fire = over;
		rr_timer_arm(&timer, oldest()->until);
	}
}

uint64_t time_wait_end(const struct endpoint *end) { return rr_container_of(end, const struct time_wait, end)->until; }

void time_wait_enter(struct rr_tcp *tcp)
{
	struct time_wait *wait = rr_zalloc(1, sizeof(*wait));
	struct endpoint end = tcp->end;
	if (wait) {
		*wait = (struct time_wait){ .end = end, .next = tcp->next, .rnext = tcp->rnext, .ts_recent = tcp->ts_recent, .timestamps = tcp->timestamps };
		wait->end.state = RR_TCP_TIME_WAIT;
		rr_list_init(&wait->end.hash_link);
		rr_list_init(&wait->end.port_link);
		rr_list_init(&wait->age_link);
	}
	endpoint_close(tcp, 0);
	if (!wait || table_add(&wait->end)) { /* without memory: not as safe */
		rr_free(wait);
		return;
	}
	if (tcp_counts.time_wait++ >= MOST)
		forget(oldest());
	restart(wait);
}

static void acknowledge(const struct time_wait *wait)
{
	struct bare bare = { .from = wait->end.local, .to = wait->end.remote, .from_port = wait->end.local_port, .to_port = wait->end.remote_port,
		.seq = wait->next, .ack = wait->rnext, .flags = ACK };
	segment_send_bare(&bare);
}

bool time_wait_segment(struct endpoint *end, struct segment *segment)
{
	struct time_wait *wait = rr_container_of(end, struct time_wait, end);
	const struct options *options = &segment->options;
	if (segment->flags & RST)
		return false; /* RFC 1337: a reset must not cut it short */
	if (segment->flags & SYN && !(segment->flags & ACK)) {
		bool newer = wait->timestamps && options->has_timestamp ? after(options->ts_value, wait->ts_recent) : after(segment->seq, wait->rnext);
		if (newer) {
			forget(wait);
			return true;
		}
	}
	if (segment->flags & FIN)
		restart(wait);
	/* an acknowledgement alone is not answered: two that are both here would go on for ever */
	if (segment->length || segment->flags & (SYN | FIN))
		acknowledge(wait);
	return false;
}
