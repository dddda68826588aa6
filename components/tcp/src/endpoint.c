#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

_Static_assert(sizeof(struct rr_tcp) <= 800, "a block of the heap: the next size is a quarter more for every connection");

/* What it begins with, once and after each connection. */
static void begin(struct rr_tcp *tcp)
{
	struct rr_ip any = tcp->end.v6 ? RR_IP_ANY : RR_IP_ANY_V4;
	tcp->end.remote = any;
	if (!tcp->bound_address)
		tcp->end.local = any;
	tcp->rto = RTO_FIRST;
	tcp->ssthresh = UINT32_MAX;
}

struct rr_tcp *endpoint_create(bool v6)
{
	struct rr_tcp *tcp = rr_zalloc(1, sizeof(*tcp));
	if (!tcp)
		return NULL;
	rr_list_init(&tcp->end.hash_link);
	rr_list_init(&tcp->end.port_link);
	rr_list_init(&tcp->half_open);
	rr_list_init(&tcp->waiting);
	rr_list_init(&tcp->listener_link);
	tcp->end.state = RR_TCP_CLOSED;
	tcp->end.v6 = v6;
	begin(tcp);
	/* Linux's defaults: tcp(7) */
	tcp->settings = (struct rr_tcp_settings){ .keep_idle = 7200, .keep_interval = 75,
		.keep_count = 9, .linger_2 = TIME_WAIT_SECONDS, .syn_retries = 6, .quick_ack = RR_TCP_QUICK_UNSET };
	tcp_counts.endpoints++;
	return tcp;
}

void endpoint_tell(struct rr_tcp *tcp, unsigned what)
{
	if (tcp->owner)
		tcp->owner->changed(tcp->owner, what);
}

void endpoint_close(struct rr_tcp *tcp, int error)
{
	if (tcp->end.state == RR_TCP_LISTEN)
		listen_close(tcp);
	/* as Linux: what was complete can still be accepted, and tells its error then */
	if (tcp->end.state == RR_TCP_SYN_RECEIVED || tcp->deferred)
		listen_forget(tcp);
	if (tcp->bound_port)
		table_remove_but_port(&tcp->end);
	else
		table_remove(&tcp->end);
	tcp->end.state = RR_TCP_CLOSED;
	tcp->error = error;
	timers_stop(tcp);
	send_drop(tcp);
	loss_reset(tcp);
	endpoint_tell(tcp, RR_TCP_IN | RR_TCP_OUT | RR_TCP_HANGUP);
}

void endpoint_disconnect(struct rr_tcp *tcp)
{
	switch (tcp->end.state) {
	case RR_TCP_CLOSED: break;
	case RR_TCP_SYN_SENT: endpoint_close(tcp, ECONNRESET); break;
	case RR_TCP_LISTEN:
	case RR_TCP_CLOSING:
	case RR_TCP_LAST_ACK: endpoint_close(tcp, 0); break;
	default:
		segment_send_reset(tcp);
		endpoint_close(tcp, ECONNRESET);
	}
	receive_drop(tcp);
	memset(&tcp->was_open, 0, offsetof(struct rr_tcp, timer) - offsetof(struct rr_tcp, was_open));
	tcp->path.device = NULL;
	begin(tcp);
}

void endpoint_finish(struct rr_tcp *tcp)
{
	if (!tcp->released || tcp->end.state != RR_TCP_CLOSED || tcp->listener)
		return;
	receive_drop(tcp);
	table_remove(&tcp->end);
	tcp_counts.endpoints--;
	rr_free(tcp);
}

bool endpoint_is_synchronised(const struct rr_tcp *tcp)
{
	switch (tcp->end.state) {
	case RR_TCP_CLOSED:
	case RR_TCP_LISTEN:
	case RR_TCP_SYN_SENT:
	case RR_TCP_SYN_RECEIVED: return false;
	default: return true;
	}
}

/* RFC 6528: a clock of 4 us, from where nobody else can know. */
uint32_t initial_sequence(const struct endpoint *end)
{
	return (uint32_t)connection_hash(&end->local, end->local_port, &end->remote, end->remote_port, 3) + (uint32_t)(rr_clock_monotonic() / 4000);
}

void endpoint_set_mss(struct rr_tcp *tcp)
{
	uint32_t headers = HEADER + (rr_ip_is_v4(&tcp->end.remote) ? 20 : 40);
	uint32_t mss = rr_min(tcp->path.mtu > headers ? tcp->path.mtu - headers : 0, (uint32_t)tcp->peer_mss);
	if (tcp->settings.most_segment)
		mss = rr_min(mss, tcp->settings.most_segment);
	tcp->mss = (uint16_t)(rr_max(mss, MSS_LEAST) - (tcp->timestamps ? TIMESTAMP_OPTION : 0));
}

uint8_t endpoint_scale_for(uint32_t buffer)
{
	uint8_t scale = 0;
	while (scale < MOST_SCALE && buffer >> scale > 65535)
		scale++;
	return scale;
}

uint16_t endpoint_peer_mss(const struct segment *segment)
{
	uint16_t otherwise = rr_ip_is_v4(&segment->how->from) ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6;
	return segment->options.has_mss ? (uint16_t)rr_max((uint32_t)segment->options.mss, MSS_LEAST) : otherwise;
}

void endpoint_take_syn(struct rr_tcp *tcp, const struct options *options, uint16_t mss)
{
	tcp->peer_mss = mss;
	tcp->sack = options->has_sack;
	tcp->timestamps = options->has_timestamp;
	tcp->ts_recent = options->ts_value;
	tcp->scaling = options->has_scale;
	tcp->send_scale = options->has_scale ? options->scale : 0;
	if (!tcp->scaling)
		tcp->receive_scale = 0;
	endpoint_set_mss(tcp);
	tcp->cwnd = INITIAL_SEGMENTS * tcp->mss;
}

int endpoint_find_path(struct rr_tcp *tcp)
{
	if (tcp->path.device && tcp->path.generation == rr_ip_generation)
		return 0;
	int error = rr_ip_find_path(&tcp->end.remote, &tcp->end.local, tcp->settings.device, &tcp->path);
	if (!error && tcp->peer_mss)
		endpoint_set_mss(tcp);
	return error;
}
