/* Connections that others open. RFC 9293, 3.10.7.2. */
#include <rr/abi/errno.h>
#include "internal.h"

/* Half-open connections of a listener before cookies are baked. */
#define LEAST_HALF_OPEN 128u
#define COOKIES_FOR (60 * RR_NSEC_PER_SEC)

static uint64_t cookies_until;

/*
 * Full listeners ignore SYNs, never the end of a handshake that has begun: the other side is connected then and has sent data, and
 * libslirp, which is that side for published ports, does not send it again. So some more than `backlog` may wait, as many as could be half open.
 */
static bool is_full(const struct rr_tcp *listener) { return listener->waiting_count > listener->backlog; }

/* A connection of `listener`'s to whom the segment came from; NULL: no memory, or it exists. */
static struct rr_tcp *make_child(struct rr_tcp *listener, const struct segment *segment)
{
	struct rr_tcp *child = endpoint_create(listener->end.v6);
	if (!child)
		return NULL;
	child->settings = listener->settings;
	child->end.local = segment->how->to;
	child->end.remote = segment->how->from;
	child->end.local_port = segment->to_port;
	child->end.remote_port = segment->from_port;
	child->end.state = RR_TCP_SYN_RECEIVED;
	child->was_open = child->released = true; /* nobody's until accepted */
	child->bound_address = listener->bound_address;
	if (endpoint_find_path(child) || table_add(&child->end)) {
		child->end.state = RR_TCP_CLOSED;
		endpoint_finish(child);
		return NULL;
	}
	child->listener = listener;
	rr_list_push_back(&listener->half_open, &child->listener_link);
	listener->half_open_count++;
	tcp_counts.half_open++;
	tcp_counts.passive_opens++;
	child->irs = segment->seq;
	child->heard_at = rr_clock_monotonic();
	return child;
}

static void begin(struct rr_tcp *child, const struct segment *segment, uint32_t iss, uint16_t mss)
{
	child->rnext = child->advertised = child->irs + 1;
	child->iss = child->una = iss;
	child->next = child->high = iss + 1;
	child->window = segment->window;
	child->wl1 = segment->seq;
	child->wl2 = segment->ack;
	child->most_window = segment->window;
	child->receive_scale = endpoint_scale_for(memory_receive_most(child));
	endpoint_take_syn(child, &segment->options, mss);
}

/* Answer without remembering anything. */
static void send_cookie(const struct segment *segment)
{
	uint16_t mss = endpoint_peer_mss(segment);
	struct bare bare = { .from = segment->how->to, .to = segment->how->from, .from_port = segment->to_port, .to_port = segment->from_port,
		.seq = cookie_make(segment, mss), .ack = segment->seq + 1, .window = 65535, .flags = SYN | ACK };
	bare.option_length = (uint8_t)options_write_syn(bare.options, mss, -1, false, false, 0, 0);
	cookies_until = rr_clock_monotonic() + COOKIES_FOR;
	tcp_counts.cookies_sent++;
	segment_send_bare(&bare);
}

static void open_request(struct rr_tcp *listener, struct segment *segment)
{
	struct rr_tcp *child;
	if (is_full(listener)) {
		tcp_counts.dropped++;
		return;
	}
	if (listener->half_open_count >= rr_max(listener->backlog, LEAST_HALF_OPEN) || !(child = make_child(listener, segment))) {
		send_cookie(segment);
		return;
	}
	begin(child, segment, initial_sequence(&child->end), endpoint_peer_mss(segment));
	segment_send(child, child->iss, 0, SYN | ACK);
	child->timed_end = child->next;
	child->timed_at = child->heard_at;
	timers_retransmit(child, true);
	timers_arm(child);
}

/* The third segment of a handshake of which nothing was kept. */
static bool open_by_cookie(struct rr_tcp *listener, struct segment *segment)
{
	uint16_t mss = rr_clock_monotonic() < cookies_until ? cookie_check(segment) : 0;
	struct rr_tcp *child = mss && !is_full(listener) ? make_child(listener, segment) : NULL;
	if (!child)
		return false;
	child->irs = segment->seq - 1;
	struct options given = segment->options;
	segment->options = (struct options){ 0 };
	begin(child, segment, segment->ack - 1, mss);
	segment->options = given;
	child->advertised = child->rnext + 65535; /* as the cookie's segment said */
	tcp_counts.cookies_good++;
	input_segment(child, segment);
	return true;
}

void listen_segment(struct rr_tcp *listener, struct segment *segment)
{
	if (segment->flags & RST)
		return;
	if (segment->flags & ACK) {
		if (segment->flags & SYN || !open_by_cookie(listener, segment))
			segment_reset(segment);
	} else if (segment->flags & SYN) {
		open_request(listener, segment);
	}
}

void listen_established(struct rr_tcp *tcp)
{
	struct rr_tcp *listener = tcp->listener;
	if (!listener)
		return;
	rr_list_remove(&tcp->listener_link);
	listener->half_open_count--;
	tcp_counts.half_open--;
	rr_list_push_back(&listener->waiting, &tcp->listener_link);
	listener->waiting_count++;
	tcp->deferred = listener->settings.defer_accept;
	if (!tcp->deferred)
		endpoint_tell(listener, RR_TCP_IN);
}

void listen_forget(struct rr_tcp *tcp)
{
	struct rr_tcp *listener = tcp->listener;
	if (!listener)
		return;
	if (tcp->end.state == RR_TCP_SYN_RECEIVED) {
		listener->half_open_count--;
		tcp_counts.half_open--;
	} else {
		listener->waiting_count--;
	}
	rr_list_remove(&tcp->listener_link);
	tcp->listener = NULL;
}

static void reset_all(struct rr_list *list)
{
	while (!rr_list_empty(list)) {
		struct rr_tcp *child = rr_list_entry(list->next, struct rr_tcp, listener_link);
		if (child->end.state != RR_TCP_CLOSED)
			segment_send_reset(child);
		listen_forget(child);
		endpoint_close(child, ECONNRESET);
		endpoint_finish(child);
	}
}

void listen_close(struct rr_tcp *listener)
{
	reset_all(&listener->half_open);
	reset_all(&listener->waiting);
}
