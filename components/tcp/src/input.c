/* Segments that arrive: RFC 9293, section 3.10.7, in its order; RFC 5961 where an attacker might guess. */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "internal.h"

#define OLDEST_TIMESTAMP (24ul * 86400 * RR_NSEC_PER_SEC) /* RFC 7323, 5.5 */

/* A reset that is to be believed. */
static void was_reset(struct rr_tcp *tcp)
{
	int error = ECONNRESET;
	if (tcp->end.state == RR_TCP_SYN_SENT)
		error = ECONNREFUSED;
	else if (tcp->end.state == RR_TCP_CLOSE_WAIT)
		error = EPIPE;
	endpoint_close(tcp, error);
}

static void established(struct rr_tcp *tcp, const struct segment *segment)
{
	tcp->retries = tcp->backoff = 0;
	tcp->first_unanswered_at = 0;
	tcp->retransmit_at = 0;
	if (tcp->timed_end) {
		loss_measure(tcp, rr_clock_monotonic() - tcp->timed_at);
		tcp->timed_end = 0;
	}
	tcp->una = segment->ack;
	tcp->window = (uint32_t)segment->window << (segment->flags & SYN ? 0 : tcp->send_scale);
	tcp->most_window = rr_max(tcp->most_window, tcp->window);
	tcp->wl1 = segment->seq;
	tcp->wl2 = segment->ack;
	if (tcp->settings.keep_alive)
		tcp->keep_at = rr_clock_monotonic() + tcp->settings.keep_idle * RR_NSEC_PER_SEC;
}

/* 3.10.7.3 */
static void in_syn_sent(struct rr_tcp *tcp, struct segment *segment)
{
	bool acceptable = segment->flags & ACK && segment->ack == tcp->next;
	if (segment->flags & ACK && !acceptable) {
		segment_reset(segment);
		return;
	}
	if (segment->flags & RST) {
		if (acceptable)
			was_reset(tcp);
		return;
	}
	if (!(segment->flags & SYN))
		return;
	tcp->irs = segment->seq;
	tcp->rnext = tcp->advertised = segment->seq + 1;
	endpoint_take_syn(tcp, &segment->options, endpoint_peer_mss(segment));
	if (acceptable) {
		tcp->end.state = RR_TCP_ESTABLISHED;
		established(tcp, segment);
		tcp->ack_now = true;
		endpoint_tell(tcp, RR_TCP_OUT);
		output(tcp);
	} else { /* both sides open at once */
		tcp->end.state = RR_TCP_SYN_RECEIVED;
		segment_send(tcp, tcp->iss, 0, SYN | ACK);
		timers_retransmit(tcp, true);
		timers_arm(tcp);
	}
}

/* Bytes of sequence space. */
static uint32_t extent(const struct segment *segment) { return segment->length + !!(segment->flags & SYN) + !!(segment->flags & FIN); }

/* 3.4: does it concern what is expected? */
static bool is_in_window(const struct rr_tcp *tcp, const struct segment *segment)
{
	uint32_t window = tcp->advertised - tcp->rnext, length = extent(segment), last = segment->seq + length - 1;
	if (!length)
		return segment->seq == tcp->rnext || (window && segment->seq - tcp->rnext < window);
	return window && (segment->seq - tcp->rnext < window || last - tcp->rnext < window || (before(segment->seq, tcp->rnext) && after(last, tcp->rnext)));
}

/* Cut off what was received before, and what is beyond the window. */
static void trim(struct rr_tcp *tcp, struct segment *segment)
{
	uint32_t window = tcp->advertised - tcp->rnext;
	if (before(segment->seq, tcp->rnext)) {
		uint32_t cut = tcp->rnext - segment->seq;
		if (segment->flags & SYN) {
			segment->flags &= (uint8_t)~SYN;
			segment->seq++;
			cut--;
		}
		uint32_t bytes = rr_min(cut, segment->length);
		while (bytes && segment->packet) {
			struct rr_netbuf *packet = segment->packet;
			uint32_t some = rr_min(bytes, packet->length);
			if (some == packet->length && packet->more) {
				segment->packet = packet->more;
				segment->packet->total = packet->total - some;
				packet->more = NULL;
				rr_netbuf_put(packet);
			} else {
				rr_netbuf_pull(packet, some);
			}
			bytes -= some;
			segment->length -= some;
			segment->seq += some;
		}
		if (segment->seq != tcp->rnext && segment->flags & FIN) { /* the FIN, too, was there before */
			segment->flags &= (uint8_t)~FIN;
			segment->seq++;
		}
		tcp->ack_now = true; /* a duplicate: the other side has missed an acknowledgement */
	}
	if (segment->length > window && segment->seq - tcp->rnext + segment->length > window) {
		uint32_t keep = window - (segment->seq - tcp->rnext);
		rr_netbuf_trim(segment->packet, keep);
		segment->length = keep;
		segment->flags &= (uint8_t)~FIN;
		tcp->ack_now = true;
	}
}

/* Our FIN is acknowledged. */
static void fin_acked(struct rr_tcp *tcp)
{
	switch (tcp->end.state) {
	case RR_TCP_FIN_WAIT_1:
		tcp->end.state = RR_TCP_FIN_WAIT_2;
		if (tcp->released)
			tcp->end_at = rr_clock_monotonic() + (uint64_t)rr_max(tcp->settings.linger_2, 0) * RR_NSEC_PER_SEC;
		endpoint_tell(tcp, RR_TCP_OUT); /* who lingers waits for it */
		break;
	case RR_TCP_CLOSING:
		time_wait_enter(tcp);
		break;
	case RR_TCP_LAST_ACK:
		endpoint_close(tcp, 0);
		break;
	}
}

static void new_ack(struct rr_tcp *tcp, uint32_t ack)
{
	uint64_t now = rr_clock_monotonic();
	uint32_t acked = ack - tcp->una, data = rr_min(acked, tcp->out_bytes);
	if (tcp->timed_end && !before(ack, tcp->timed_end)) {
		loss_measure(tcp, now - tcp->timed_at);
		tcp->timed_end = 0;
	}
	send_acked(tcp, tcp->una + data);
	tcp->out_bytes -= data;
	tcp->bytes_acked += data;
	bool all = tcp->fin_sent && acked > data;
	tcp->una = ack;
	tcp->next = later(tcp->next, ack);
	tcp->retries = tcp->backoff = tcp->duplicates = 0;
	tcp->first_unanswered_at = tcp->una == tcp->high ? 0 : now;
	loss_trim(tcp);
	if (!tcp->recovering) {
		loss_acked(tcp, acked);
	} else if (!before(ack, tcp->recover)) {
		tcp->recovering = false;
		tcp->cwnd = tcp->ssthresh;
	} else if (!tcp->sack) { /* RFC 6582, 3.2: the next hole, and a smaller window */
		tcp->retransmit = ack;
		tcp->cwnd = rr_max(tcp->cwnd - rr_min(acked, tcp->cwnd) + tcp->mss, (uint32_t)tcp->mss);
	}
	if (tcp->una == tcp->high)
		tcp->retransmit_at = 0;
	else
		timers_retransmit(tcp, true);
	if (data)
		endpoint_tell(tcp, RR_TCP_OUT);
	if (all)
		fin_acked(tcp);
}

static void old_ack(struct rr_tcp *tcp, const struct segment *segment, bool news)
{
	bool same_window = (uint32_t)segment->window << tcp->send_scale == tcp->window;
	if (segment->ack != tcp->una || tcp->una == tcp->high || (!news && (segment->length || !same_window || segment->flags & FIN)))
		return;
	if (tcp->duplicates < 255)
		tcp->duplicates++;
	if (tcp->recovering) {
		if (!tcp->sack)
			tcp->cwnd += tcp->mss;
	} else if ((!tcp->sack && tcp->duplicates >= DUPLICATE_ACKS) || (tcp->sack && loss_is_evident(tcp))) {
		/* not again for what a timeout has begun to repair */
		if (!before(tcp->next, tcp->high))
			loss_enter_recovery(tcp);
	}
}

/* 3.10.7.4, fifth. False: nothing more of it is to be looked at. */
static bool take_ack(struct rr_tcp *tcp, struct segment *segment)
{
	if (tcp->end.state == RR_TCP_SYN_RECEIVED) {
		if (segment->ack != tcp->next) {
			segment_reset(segment);
			return false;
		}
		established(tcp, segment);
		listen_established(tcp);
		tcp->end.state = tcp->fin_wanted ? RR_TCP_FIN_WAIT_1 : RR_TCP_ESTABLISHED;
		endpoint_tell(tcp, RR_TCP_OUT);
	}
	if (before(segment->ack, tcp->una - tcp->most_window) || after(segment->ack, tcp->high)) {
		output_challenge(tcp); /* RFC 5961, 5.2 */
		return false;
	}
	if (tcp->una == tcp->high)
		tcp->retries = 0; /* probes of a closed window: who answers may keep it closed for as long as it likes (RFC 9293, 3.8.6.1) */
	bool news = loss_take_sack(tcp, &segment->options);
	if (after(segment->ack, tcp->una))
		new_ack(tcp, segment->ack);
	else
		old_ack(tcp, segment, news);
	if (tcp->end.state == RR_TCP_CLOSED)
		return false;
	if (before(tcp->wl1, segment->seq) || (tcp->wl1 == segment->seq && !before(segment->ack, tcp->wl2))) {
		tcp->window = (uint32_t)segment->window << tcp->send_scale;
		tcp->most_window = rr_max(tcp->most_window, tcp->window);
		tcp->wl1 = segment->seq;
		tcp->wl2 = segment->ack;
	}
	return true;
}

static void was_closed(struct rr_tcp *tcp)
{
	tcp->ack_now = true;
	switch (tcp->end.state) {
	case RR_TCP_ESTABLISHED: tcp->end.state = RR_TCP_CLOSE_WAIT; break;
	case RR_TCP_FIN_WAIT_1: tcp->end.state = RR_TCP_CLOSING; break;
	case RR_TCP_FIN_WAIT_2:
		output_ack(tcp);
		time_wait_enter(tcp);
		break;
	}
}

/* Sixth to eighth: data and FIN. */
static void take_data(struct rr_tcp *tcp, struct segment *segment)
{
	bool open = tcp->end.state == RR_TCP_ESTABLISHED || tcp->end.state == RR_TCP_FIN_WAIT_1 || tcp->end.state == RR_TCP_FIN_WAIT_2;
	if ((!segment->length && !(segment->flags & FIN)) || !open)
		return;
	if (segment->length && ((tcp->read_shut && tcp->fin_wanted) || (tcp->released && !tcp->listener))) {
		/* nobody will read it: RFC 2525, 2.17. As on Linux an owner who still writes may read what comes after it has said that it will not. */
		segment_send_reset(tcp);
		endpoint_close(tcp, ECONNRESET);
		return;
	}
	if (segment->length && !receive_has_room(tcp, segment)) {
		tcp_counts.dropped++;
		tcp->ack_now = true;
		return;
	}
	uint32_t before_it = tcp->rnext;
	receive_data(tcp, segment);
	if (tcp->fin_received)
		was_closed(tcp);
	if (tcp->rnext == before_it)
		return;
	endpoint_tell(tcp, RR_TCP_IN | (tcp->fin_received && tcp->fin_wanted ? RR_TCP_HANGUP : 0));
	if (tcp->listener && tcp->deferred) {
		tcp->deferred = false;
		endpoint_tell(tcp->listener, RR_TCP_IN);
	}
}

/* RFC 7323, section 5.3. */
static bool is_old(const struct rr_tcp *tcp, const struct segment *segment)
{
	return tcp->timestamps && segment->options.has_timestamp && !(segment->flags & RST) && before(segment->options.ts_value, tcp->ts_recent) &&
	       rr_clock_monotonic() - tcp->ts_recent_at < OLDEST_TIMESTAMP;
}

static void synchronised(struct rr_tcp *tcp, struct segment *segment)
{
	tcp->heard_at = rr_clock_monotonic();
	tcp->segments_in++;
	tcp->data_in += segment->length != 0;
	tcp->probes = 0;
	if (is_old(tcp, segment) || !is_in_window(tcp, segment)) {
		if (segment->flags & RST)
			return;
		if (extent(segment))
			output_ack(tcp);
		else
			output_challenge(tcp); /* few: two that disagree would answer each other for ever */
		return;
	}
	if (segment->flags & RST) { /* RFC 5961, 3.2 */
		if (segment->seq == tcp->rnext)
			was_reset(tcp);
		else
			output_challenge(tcp);
		return;
	}
	trim(tcp, segment);
	if (segment->flags & SYN) { /* RFC 5961, 4.2 */
		output_challenge(tcp);
		return;
	}
	if (!(segment->flags & ACK))
		return;
	if (tcp->timestamps && segment->options.has_timestamp && !after(segment->seq, tcp->rnext)) {
		tcp->ts_recent = segment->options.ts_value;
		tcp->ts_recent_at = tcp->heard_at;
	}
	if (!take_ack(tcp, segment))
		return;
	if (RR_UNLIKELY(segment->flags & URG))
		urgent_segment(tcp, segment->urgent);
	take_data(tcp, segment);
	if (RR_UNLIKELY(tcp->urgent_state))
		urgent_look(tcp);
}

void input_segment(struct rr_tcp *tcp, struct segment *segment)
{
	if (tcp->end.state == RR_TCP_SYN_SENT) {
		in_syn_sent(tcp, segment);
	} else {
		synchronised(tcp, segment);
		output(tcp);
	}
	endpoint_finish(tcp);
}

/* False: no segment, or a damaged one. */
static bool parse(struct rr_netbuf *packet, const struct rr_ip_received *how, struct segment *segment)
{
	if (how->broadcast || packet->total < HEADER || !rr_netbuf_gather(packet, HEADER))
		return false;
	uint32_t header = (uint32_t)(packet->data[12] >> 4) * 4;
	if (header < HEADER || header > packet->total || !rr_netbuf_gather(packet, header))
		return false;
	if (!how->checked && rr_ip_checksum(packet, 0, rr_ip_pseudo_sum(&how->from, &how->to, RR_IP_TCP, packet->total)))
		return false;
	const uint8_t *at = packet->data;
	*segment = (struct segment){ .packet = packet, .how = how, .from_port = rr_net_get16(at), .to_port = rr_net_get16(at + 2), .seq = rr_net_get32(at + 4), .ack = rr_net_get32(at + 8),
		.flags = at[13], .window = rr_net_get16(at + 14), .length = packet->total - header };
	if (!segment->from_port || !segment->to_port)
		return false;
	if (RR_UNLIKELY(segment->flags & URG)) {
		uint16_t pointer = rr_net_get16(at + 18);
		segment->urgent = segment->seq + pointer - (pointer != 0);
	}
	options_parse(at + HEADER, header - HEADER, &segment->options);
	rr_netbuf_pull(packet, header);
	return true;
}

void input_packet(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	struct segment segment;
	struct rr_tcp *listener;
	tcp_counts.segments_in++;
	if (!parse(packet, how, &segment)) {
		rr_netbuf_free(packet);
		return;
	}
	struct endpoint *end = table_find(&how->to, segment.to_port, &how->from, segment.from_port);
	if (end && end->state == RR_TCP_TIME_WAIT && time_wait_segment(end, &segment))
		end = NULL;
	if (end && end->state != RR_TCP_TIME_WAIT)
		input_segment(rr_container_of(end, struct rr_tcp, end), &segment);
	else if (!end && (listener = table_find_listener(&how->to, segment.to_port, &how->from, segment.from_port)))
		listen_segment(listener, &segment);
	else if (!end)
		segment_reset(&segment);
	rr_netbuf_free(segment.packet);
}

void input_undelivered(const struct rr_ip *from, const struct rr_ip *to, const uint8_t *start, int error, bool fatal, uint32_t mtu)
{
	struct endpoint *end = table_find(from, rr_net_get16(start), to, rr_net_get16(start + 2));
	if (!end || end->state == RR_TCP_TIME_WAIT || end->state == RR_TCP_LISTEN)
		return;
	struct rr_tcp *tcp = rr_container_of(end, struct rr_tcp, end);
	uint32_t seq = rr_net_get32(start + 4);
	if (before(seq, tcp->una) || !before(seq, tcp->high)) /* RFC 5927: not one of those under way */
		return;
	if (error == EMSGSIZE) {
		if (mtu >= 68 && mtu < tcp->path.mtu) {
			tcp->path.mtu = mtu;
			endpoint_set_mss(tcp);
			tcp->next = tcp->una;
			output(tcp);
		}
	} else if (tcp->end.state == RR_TCP_SYN_SENT || (fatal && tcp->end.state == RR_TCP_SYN_RECEIVED)) { /* as Linux: who connects is told at once */
		endpoint_close(tcp, error);
	}
	endpoint_finish(tcp);
}
