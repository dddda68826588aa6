/* setsockopt(2) of tcp(7), ip(7) and ipv6(7), as far as they concern streams. */
#include <rr/abi/errno.h>
#include <rr/credentials.h>
#include <rr/string.h>
#include "inet.h"
#include "option-names.h"

enum { TCP_NODELAY = 1, TCP_MAXSEG, TCP_CORK, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT, TCP_LINGER2, TCP_DEFER_ACCEPT, TCP_WINDOW_CLAMP,
       TCP_INFO, TCP_QUICKACK, TCP_CONGESTION, TCP_THIN_LINEAR_TIMEOUTS = 16, TCP_THIN_DUPACK = 17, TCP_USER_TIMEOUT = 18, TCP_FASTOPEN = 23, TCP_NOTSENT_LOWAT = 25,
       TCP_SAVE_SYN = 27, TCP_FASTOPEN_CONNECT = 30, TCP_FASTOPEN_NO_COOKIE = 34, TCP_INQ = 36 };
#define MOST_KEEP 32767
#define RECEIVE_LEAST_MOST 3145728 /* half of tcp_rmem's most */
#define LEAST_CLAMP 1152 /* half of the least SO_RCVBUF */
#define DEFER_MOST 29887u /* 255 repetitions */
#define CONGESTION "reno"
static const char congestion[16] = CONGESTION;

/* struct tcp_info of linux/tcp.h, of Linux 6.1. */
struct tcp_info {
	uint8_t state, ca_state, retransmits, probes, backoff, options, scales, flags;
	uint32_t rto, ato, snd_mss, rcv_mss, unacked, sacked, lost, retrans, fackets;
	uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
	uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering, rcv_rtt, rcv_space, total_retrans;
	uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
	uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
	uint32_t delivered, delivered_ce;
	uint64_t bytes_sent, bytes_retrans;
	uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd;
};
_Static_assert(sizeof(struct tcp_info) == 232, "struct tcp_info up to tcpi_snd_wnd");

/* On or off, shown again, and without effect on a stream: it has no packets to tell of, or what they ask for is so anyway, or never. */
static const struct kept {
	uint8_t level, name;
	bool strict; /* 0 and 1 only */
	bool first;
} kept_options[] = {
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO, false, false }, { IPPROTO_IPV6, IPV6_RECVHOPLIMIT, false, false }, { IPPROTO_IPV6, IPV6_RECVTCLASS, false, false },
	{ IPPROTO_IPV6, IPV6_RECVERR, false, false }, { IPPROTO_IP, IP_PKTINFO, false, false }, { IPPROTO_IP, IP_RECVTTL, false, false }, { IPPROTO_IP, IP_RECVTOS, false, false },
	{ IPPROTO_IP, IP_RECVOPTS, false, false }, { IPPROTO_IP, IP_RETOPTS, false, false }, { IPPROTO_IP, IP_RECVERR, false, false }, { IPPROTO_IP, IP_PASSSEC, false, false },
	{ IPPROTO_IP, IP_ORIGDSTADDR, false, false }, { IPPROTO_IP, IP_CHECKSUM, false, false }, { IPPROTO_IP, IP_RECVERR_RFC4884, true, false },
	{ IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, false, false }, { IPPROTO_IP, IP_MULTICAST_LOOP, false, true }, { IPPROTO_IP, IP_MULTICAST_ALL, true, true },
	{ IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, true, false }, { IPPROTO_TCP, TCP_SAVE_SYN, true, false }, { IPPROTO_TCP, TCP_FASTOPEN_CONNECT, true, false },
	{ IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, true, false },
};
_Static_assert(RR_ARRAY_SIZE(kept_options) <= 28, "bits of inet_stream.kept below those of IP_MTU_DISCOVER");
#define DISCOVER_SHIFT 28 /* IP_MTU_DISCOVER, exclusive or 1, which it is at first */

/* Its number, or -1. */
static int find_kept(int level, int name)
{
	for (int i = 0; i < (int)RR_ARRAY_SIZE(kept_options); i++)
		if (kept_options[i].level == level && kept_options[i].name == name)
			return i;
	return -1;
}

static int set_kept(struct inet_stream *stream, int which, int value)
{
	const struct kept *kept = &kept_options[which];
	if (kept->strict && (value < 0 || value > 1))
		return -EINVAL;
	if (!!value != kept->first) /* a bit says that it is not what it was */
		stream->kept |= 1u << which;
	else
		stream->kept &= ~(1u << which);
	return 0;
}

static int get_kept(const struct inet_stream *stream, int which) { return kept_options[which].first ^ (stream->kept >> which & 1); }

/* A number of seconds, or a count, from 1 to `most`. */
static int set_number(uint32_t *to, int value, int most)
{
	if (value < 1 || value > most)
		return -EINVAL;
	*to = (uint32_t)value;
	return 0;
}

/* As Linux has it: for the time of that many repetitions of the SYN-ACK. */
static uint32_t defer_for(int seconds)
{
	uint32_t total = 0, wait = 1;
	while (seconds > 0 && total < (uint32_t)seconds) {
		total += wait;
		if (total >= DEFER_MOST)
			break;
		wait = rr_min(wait * 2, 120u);
	}
	return total;
}

static int set_tcp(struct rr_tcp_settings *settings, int name, int value)
{
	uint32_t number = 0;
	int error = 0;
	switch (name) {
	case TCP_NODELAY: settings->no_delay = value; break;
	case TCP_CORK: settings->cork = value; break;
	case TCP_QUICKACK: settings->quick_ack = value != 0; break;
	case TCP_MAXSEG:
		if (value && (value < 88 || value > 32767))
			return -EINVAL;
		settings->most_segment = (uint32_t)value;
		break;
	case TCP_KEEPIDLE: return set_number(&settings->keep_idle, value, MOST_KEEP);
	case TCP_KEEPINTVL: return set_number(&settings->keep_interval, value, MOST_KEEP);
	case TCP_KEEPCNT: return set_number(&settings->keep_count, value, 127);
	case TCP_SYNCNT:
		error = set_number(&number, value, 127);
		if (!error)
			settings->syn_retries = (uint8_t)number;
		return error;
	case TCP_LINGER2: settings->linger_2 = value < 0 ? -1 : value ? rr_min(value, 120) : 60; break;
	case TCP_DEFER_ACCEPT: settings->defer_accept = defer_for(value); break;
	case TCP_USER_TIMEOUT:
		if (value < 0)
			return -EINVAL;
		settings->user_timeout = (uint32_t)value;
		break;
	case TCP_THIN_DUPACK: return value < 0 || value > 1 ? -EINVAL : 0;
	case TCP_WINDOW_CLAMP: settings->window_clamp = !value ? 0 : (uint32_t)rr_max(value, LEAST_CLAMP); break;
	case TCP_NOTSENT_LOWAT: settings->not_sent_least = (uint32_t)value; break;
	case TCP_FASTOPEN: return value < 0 ? -EINVAL : 0; /* no data before the handshake is done: RFC 7413 lets a server decline */
	default: return -ENOPROTOOPT;
	}
	return 0;
}

static int set_ip(struct rr_tcp_settings *settings, int name, int value)
{
	switch (name) {
	case IP_TOS: settings->traffic_class = (uint8_t)(value & ~3); return 0;
	case IP_TTL:
		if (value != -1 && (value < 1 || value > 255))
			return -EINVAL;
		settings->ttl = value == -1 ? 0 : (uint8_t)value;
		return 0;
	case IP_FREEBIND: settings->free_bind = value; return 0;
	case IP_TRANSPARENT:
		if (value && !rr_capable(CAP_NET_ADMIN) && !rr_capable(CAP_NET_RAW))
			return -EPERM;
		settings->transparent = value;
		return 0;
	case IP_ADD_MEMBERSHIP:
	case IP_DROP_MEMBERSHIP: return -EPROTO;
	case IP_MULTICAST_TTL:
	case IP_MULTICAST_IF: return -EINVAL;
	default: return -ENOPROTOOPT;
	}
}

static int set_ipv6(struct inet_stream *stream, struct rr_tcp_settings *settings, int name, int value)
{
	struct rr_tcp_view view;
	rr_tcp_look(stream->tcp, &view);
	switch (name) {
	case IPV6_V6ONLY:
		if (view.local_port)
			return -EINVAL;
		settings->only_v6 = value;
		return 0;
	case IPV6_UNICAST_HOPS:
		if (value < -1 || value > 255)
			return -EINVAL;
		settings->ttl = value == -1 ? 0 : (uint8_t)value;
		return 0;
	case IPV6_TCLASS:
		if (value < -1 || value > 255)
			return -EINVAL;
		settings->traffic_class = value == -1 ? 0 : (uint8_t)(value & ~3);
		return 0;
	case IPV6_MTU_DISCOVER: return value < 0 || value > PMTUDISC_MOST ? -EINVAL : 0;
	case IPV6_MTU: return value && value < 1280 ? -EINVAL : 0;
	case IPV6_MULTICAST_LOOP: return value == 0 || value == 1 ? 0 : -EINVAL;
	case IPV6_AUTOFLOWLABEL:
	case IPV6_DONTFRAG: return 0;
	case IPV6_JOIN_GROUP:
	case IPV6_LEAVE_GROUP: return -EPROTO;
	default: return -ENOPROTOOPT;
	}
}

int inet_stream_set_option(struct rr_socket *socket, int level, int name, uint64_t at, unsigned length)
{
	struct inet_stream *stream = inet_stream_of(socket);
	struct rr_tcp_settings *settings = rr_tcp_settings(stream->tcp);
	int value, error;
	if (level == IPPROTO_TCP && name == TCP_CONGESTION) {
		char wanted[16] = "";
		if (rr_copy_from_user(wanted, at, rr_min(length, 15u)))
			return -EFAULT;
		return !length ? -EINVAL : strcmp(wanted, CONGESTION) ? -ENOENT : 0;
	}
	if (level != IPPROTO_TCP && level != IPPROTO_IP && (level != IPPROTO_IPV6 || socket->family != AF_INET6))
		return -ENOPROTOOPT;
	error = level == IPPROTO_IP ? inet_get_number(at, length, &value) : rr_socket_get_int(at, length, &value);
	if (error)
		return error;
	int kept = find_kept(level, name);
	if (kept >= 0)
		return set_kept(stream, kept, value);
	if (level == IPPROTO_IP && name == IP_MTU_DISCOVER) {
		if (value < 0 || value > PMTUDISC_MOST)
			return -EINVAL;
		stream->kept = (stream->kept & ~(7u << DISCOVER_SHIFT)) | (uint32_t)(value ^ 1) << DISCOVER_SHIFT;
		return 0;
	}
	if (level == IPPROTO_TCP)
		error = set_tcp(settings, name, value);
	else if (level == IPPROTO_IP)
		error = set_ip(settings, name, value);
	else
		error = set_ipv6(stream, settings, name, value);
	if (!error)
		rr_tcp_push(stream->tcp);
	return error;
}

static int give_info(const struct inet_stream *stream, uint64_t to, unsigned *length)
{
	struct rr_tcp_info info;
	struct rr_tcp_view view;
	rr_tcp_info(stream->tcp, &info);
	rr_tcp_look(stream->tcp, &view);
	struct tcp_info out = { .state = (uint8_t)view.state, .retransmits = info.retransmits, .backoff = info.backoff, .options = info.options,
		.scales = (uint8_t)(info.send_scale | info.receive_scale << 4), .rto = info.rto, .snd_mss = info.send_mss, .rcv_mss = info.receive_mss,
		.rtt = info.rtt, .rttvar = info.rtt_deviation, .snd_ssthresh = info.slow_start_threshold, .total_retrans = info.total_retransmits,
		.snd_cwnd = info.send_mss ? info.congestion_window / info.send_mss : 0, .advmss = info.receive_mss, .rcv_space = info.receive_space,
		.pmtu = info.mtu, .reordering = 3, .rcv_ssthresh = info.receive_space, .pacing_rate = UINT64_MAX, .max_pacing_rate = UINT64_MAX, .bytes_acked = info.bytes_acked,
		.bytes_received = info.bytes_received, .bytes_sent = info.bytes_sent, .segs_in = info.segments_in, .segs_out = info.segments_out, .data_segs_in = info.data_in,
		.data_segs_out = info.data_out, .notsent_bytes = view.not_sent, .unacked = info.unacked, .sacked = info.sacked, .snd_wnd = info.send_window,
		.delivered = info.data_out };
	out.last_data_recv = out.last_ack_recv = info.heard_before;
	return rr_socket_give(&out, sizeof(out), to, length);
}

static int get_tcp(const struct rr_tcp_settings *settings, const struct rr_tcp_info *info, int name, int *value)
{
	switch (name) {
	case TCP_NODELAY: *value = settings->no_delay; break;
	case TCP_MAXSEG: *value = info->send_mss ? (int)info->send_mss : settings->most_segment ? (int)settings->most_segment : 536; break;
	case TCP_CORK: *value = settings->cork; break;
	case TCP_KEEPIDLE: *value = (int)settings->keep_idle; break;
	case TCP_KEEPINTVL: *value = (int)settings->keep_interval; break;
	case TCP_KEEPCNT: *value = (int)settings->keep_count; break;
	case TCP_SYNCNT: *value = settings->syn_retries; break;
	case TCP_LINGER2: *value = (int)settings->linger_2; break;
	case TCP_DEFER_ACCEPT: *value = (int)settings->defer_accept; break;
	case TCP_QUICKACK: *value = settings->quick_ack != 0; break;
	case TCP_USER_TIMEOUT: *value = (int)settings->user_timeout; break;
	case TCP_WINDOW_CLAMP: *value = (int)settings->window_clamp; break;
	case TCP_NOTSENT_LOWAT: *value = (int)settings->not_sent_least; break;
	case TCP_THIN_DUPACK:
	case TCP_FASTOPEN: *value = 0; break;
	default: return -ENOPROTOOPT;
	}
	return 0;
}

static int get_ipv6(const struct inet_stream *stream, const struct rr_tcp_info *info, int name, int *value)
{
	const struct rr_tcp_settings *settings = rr_tcp_settings(stream->tcp);
	switch (name) {
	case IPV6_V6ONLY: *value = settings->only_v6; break;
	case IPV6_UNICAST_HOPS: *value = settings->ttl ? settings->ttl : 64; break;
	case IPV6_TCLASS: *value = settings->traffic_class; break;
	case IPV6_MTU: *value = (int)info->send_mss + 60; break;
	case IPV6_MTU_DISCOVER: *value = 1; break;
	case IPV6_DONTFRAG:
	case IPV6_AUTOFLOWLABEL: *value = 0; break;
	default: return -ENOPROTOOPT;
	}
	return 0;
}

static int get_ip(const struct inet_stream *stream, const struct rr_tcp_info *info, int name, int *value)
{
	const struct rr_tcp_settings *settings = rr_tcp_settings(stream->tcp);
	switch (name) {
	case IP_TOS: *value = settings->traffic_class; break;
	case IP_TTL: *value = settings->ttl ? settings->ttl : 64; break;
	case IP_MULTICAST_TTL: *value = 1; break;
	case IP_FREEBIND: *value = settings->free_bind; break;
	case IP_TRANSPARENT: *value = settings->transparent; break;
	case IP_MTU_DISCOVER: *value = (int)(stream->kept >> DISCOVER_SHIFT & 7) ^ 1; break;
	case IP_MTU:
		if (!info->mtu)
			return -ENOTCONN;
		*value = (int)info->mtu;
		break;
	default: return -ENOPROTOOPT;
	}
	return 0;
}

int inet_stream_get_option(struct rr_socket *socket, int level, int name, uint64_t to, unsigned *length)
{
	struct inet_stream *stream = inet_stream_of(socket);
	const struct rr_tcp_settings *settings = rr_tcp_settings(stream->tcp);
	struct rr_tcp_info info;
	int value = 0, error = 0;
	rr_tcp_info(stream->tcp, &info);
	if (level == IPPROTO_TCP && name == TCP_INFO)
		return give_info(stream, to, length);
	if (level == IPPROTO_TCP && name == TCP_CONGESTION)
		return rr_socket_give(congestion, sizeof(congestion), to, length);
	int kept = find_kept(level, name);
	if (kept >= 0 && (level != IPPROTO_IPV6 || socket->family == AF_INET6))
		value = get_kept(stream, kept);
	else if (level == IPPROTO_TCP)
		error = get_tcp(settings, &info, name, &value);
	else if (level == IPPROTO_IP)
		error = get_ip(stream, &info, name, &value);
	else if (level == IPPROTO_IPV6 && socket->family == AF_INET6)
		error = get_ipv6(stream, &info, name, &value);
	else
		error = socket->family == AF_INET6 ? -ENOPROTOOPT : -EOPNOTSUPP;
	if (error)
		return error;
	return level == IPPROTO_IP ? inet_give_number(value, to, length) : rr_socket_give(&value, sizeof(value), to, length);
}

void inet_stream_option_changed(struct rr_socket *socket, int name)
{
	struct rr_tcp *tcp = inet_stream_of(socket)->tcp;
	struct rr_tcp_settings *settings = rr_tcp_settings(tcp);
	settings->reuse_address = rr_socket_has(socket, RR_OPTION(SO_REUSEADDR));
	settings->reuse_port = rr_socket_has(socket, RR_OPTION(SO_REUSEPORT));
	settings->keep_alive = rr_socket_has(socket, RR_OPTION(SO_KEEPALIVE));
	/* half of it is for data, as on Linux */
	if (name == SO_RCVBUF || name == SO_RCVBUFFORCE)
		settings->receive_buffer = socket->receive_buffer / 2;
	if (name == SO_SNDBUF || name == SO_SNDBUFFORCE)
		settings->send_buffer = socket->send_buffer / 2;
	settings->oob_inline = rr_socket_has(socket, RR_OPTION(SO_OOBINLINE));
	settings->device = socket->device;
	if (name == SO_RCVLOWAT) /* more than there can be would never be there */
		socket->receive_least = rr_min(socket->receive_least, settings->receive_buffer ? (int)settings->receive_buffer : RECEIVE_LEAST_MOST);
	if (name == SO_KEEPALIVE || name == SO_REUSEADDR || name == SO_REUSEPORT)
		rr_tcp_push(tcp);
}
