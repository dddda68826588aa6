/* Making segments. RFC 9293, section 3.1. */
#include <rr/string.h>
#include "internal.h"

#define CHECKSUM_OFFSET 16
#define CHALLENGES_A_SECOND 100u

/* A packet with its header but for the checksum, which counts the payload. */
static struct rr_netbuf *make(const struct bare *bare)
{
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	if (!packet)
		return NULL;
	uint8_t *header = rr_netbuf_extend(packet, HEADER + bare->option_length);
	rr_net_put16(header, bare->from_port);
	rr_net_put16(header + 2, bare->to_port);
	rr_net_put32(header + 4, bare->seq);
	rr_net_put32(header + 8, bare->ack);
	header[12] = (uint8_t)((HEADER + bare->option_length) / 4 << 4);
	header[13] = bare->flags;
	rr_net_put16(header + 14, (uint16_t)bare->window);
	rr_net_put32(header + 16, bare->urgent);
	memcpy(header + HEADER, bare->options, bare->option_length);
	return packet;
}

static int send(struct rr_netbuf *packet, const struct bare *bare, const struct rr_ip_path *path, const struct rr_tcp_settings *settings)
{
	struct rr_ip_header header = { .from = bare->from, .to = bare->to, .protocol = RR_IP_TCP };
	if (settings) {
		header.ttl = settings->ttl;
		header.traffic_class = settings->traffic_class;
	}
	uint16_t sum = rr_ip_pseudo_sum(&bare->from, &bare->to, RR_IP_TCP, packet->total);
	memcpy(packet->data + CHECKSUM_OFFSET, &sum, sizeof(sum)); /* as it came: in network order */
	packet->flags = RR_NETBUF_NEEDS_CSUM;
	packet->csum_start = 0;
	packet->csum_offset = CHECKSUM_OFFSET;
	tcp_counts.segments_out++;
	return rr_ip_send(packet, path, &header);
}

bool segment_send(struct rr_tcp *tcp, uint32_t seq, uint32_t length, uint8_t flags)
{
	struct bare bare = { .from = tcp->end.local, .to = tcp->end.remote, .from_port = tcp->end.local_port, .to_port = tcp->end.remote_port, .seq = seq,
		.flags = flags };
	if (endpoint_find_path(tcp))
		return false;
	bare.option_length = (uint8_t)options_write(tcp, flags, length, bare.options);
	if (flags & ACK)
		bare.ack = tcp->rnext;
	bare.window = flags & SYN ? rr_min(receive_space(tcp), 65535u) : output_window(tcp);
	if (flags & SYN)
		tcp->advertised = tcp->rnext + bare.window;
	if (RR_UNLIKELY(tcp->urgent_sending) && (bare.urgent = urgent_pointer(tcp, seq)))
		bare.flags |= URG;
	struct rr_netbuf *packet = make(&bare);
	if (!packet || (length && !send_attach(tcp, packet, seq, length))) {
		rr_netbuf_free(packet);
		return false;
	}
	if (length > tcp->mss) {
		packet->gso = rr_ip_is_v4(&tcp->end.remote) ? RR_NETBUF_GSO_TCPV4 : RR_NETBUF_GSO_TCPV6;
		packet->gso_size = tcp->mss;
		packet->header_length = (uint16_t)(HEADER + bare.option_length);
	}
	tcp->segments_out++;
	if (length) {
		tcp->data_out++;
		tcp->bytes_sent += length;
	}
	if (flags & ACK) {
		tcp->ack_now = false;
		tcp->ack_at = 0;
		tcp->unacked = 0;
	}
	send(packet, &bare, &tcp->path, &tcp->settings); /* what the device has no room for is lost, and sent again as such */
	return true;
}

void segment_send_bare(const struct bare *bare)
{
	struct rr_ip_path path;
	if (rr_ip_find_path(&bare->to, &bare->from, 0, &path))
		return;
	struct rr_netbuf *packet = make(bare);
	if (packet)
		send(packet, bare, &path, NULL);
}

/* RFC 9293, 3.10.7.1. */
void segment_reset(const struct segment *segment)
{
	struct bare bare = { .from = segment->how->to, .to = segment->how->from, .from_port = segment->to_port, .to_port = segment->from_port, .flags = RST };
	if (segment->flags & RST)
		return;
	if (segment->flags & ACK) {
		bare.seq = segment->ack;
	} else {
		bare.flags |= ACK;
		bare.ack = segment->seq + segment->length + !!(segment->flags & SYN) + !!(segment->flags & FIN);
	}
	tcp_counts.resets_sent++;
	segment_send_bare(&bare);
}

void segment_send_reset(struct rr_tcp *tcp)
{
	tcp_counts.resets_sent++;
	segment_send(tcp, tcp->next, 0, RST | ACK);
}

void output_challenge(struct rr_tcp *tcp)
{
	static uint64_t second;
	static unsigned sent;
	uint64_t now = rr_clock_monotonic() / RR_NSEC_PER_SEC;
	if (now != second) {
		second = now;
		sent = 0;
	}
	if (sent++ < CHALLENGES_A_SECOND)
		output_ack(tcp);
}
