/* What to send, and when. RFC 9293, sections 3.8.1 and 3.8.6; RFC 896 (Nagle). */
#include "internal.h"

#define CORK_LIMIT 200u /* ms */
#define HEADERS_MOST 160u

static uint32_t end_of_data(const struct rr_tcp *tcp) { return tcp->una + tcp->out_bytes; }

uint32_t output_window(struct rr_tcp *tcp)
{
	/* the right edge never moves back; what cannot be said with the scale is not promised */
	uint32_t edge = later(tcp->rnext + receive_space(tcp), tcp->advertised);
	uint32_t field = rr_min((edge - tcp->rnext) >> tcp->receive_scale, 65535u);
	tcp->advertised = later(tcp->advertised, tcp->rnext + (field << tcp->receive_scale));
	return field;
}

void output_ack(struct rr_tcp *tcp)
{
	if (!segment_send(tcp, tcp->next, 0, ACK)) {
		/* without memory now: the delayed acknowledgement's timer tries again */
		tcp->ack_now = false;
		tcp->ack_at = rr_clock_monotonic() + DELAYED_ACK * MILLISECOND;
	}
}

/* Payload bytes of the largest packet: one segment, or many that the device cuts. */
static uint32_t most_at_once(const struct rr_tcp *tcp)
{
	const struct rr_netdev *device = tcp->path.device;
	bool cuts = device && !tcp->urgent_sending && device->offloads & (rr_ip_is_v4(&tcp->end.remote) ? RR_NETDEV_TX_TSO4 : RR_NETDEV_TX_TSO6);
	if (!cuts)
		return tcp->mss;
	uint32_t most = rr_min(device->gso_most, 65535u) - HEADERS_MOST;
	return rr_max(most / tcp->mss, 1u) * tcp->mss;
}

/* Send a hole again. False: there is none, or it must wait. */
static bool send_hole(struct rr_tcp *tcp)
{
	struct range hole = { tcp->una, tcp->una };
	uint32_t from = later(tcp->una, tcp->retransmit);
	if (!tcp->recovering || !before(from, tcp->recover))
		return false;
	if (tcp->sack ? !loss_next_hole(tcp, from, &hole) : after(from, tcp->una))
		return false;
	if (!tcp->sack)
		hole.to = hole.from + tcp->mss;
	bool first = tcp->retransmit == tcp->una;
	uint32_t length = rr_min(hole.to - hole.from, (uint32_t)tcp->mss);
	length = rr_min(length, end_of_data(tcp) - hole.from);
	if (!first && loss_pipe(tcp) + length > tcp->cwnd)
		return false;
	bool fin = tcp->fin_sent && hole.from + length == end_of_data(tcp);
	if (!length && !fin)
		return false;
	if (!segment_send(tcp, hole.from, length, (uint8_t)(ACK | (fin ? FIN : 0))))
		return false;
	tcp->retransmit = hole.from + length + fin;
	tcp->total_retransmits++;
	tcp_counts.retransmits++;
	timers_retransmit(tcp, false);
	return true;
}

/* Nagle's rule, corks, and the sender's part against silly windows: may a segment of less than full size go? */
static bool small_may_go(struct rr_tcp *tcp, uint32_t length, bool last, bool fin)
{
	if (length >= tcp->mss || fin || (RR_UNLIKELY(tcp->urgent_sending) && after(tcp->urgent_out, tcp->next)) || before(tcp->next, tcp->high))
		return true;
	if (!last) /* the window is what limits it */
		return length >= tcp->most_window / 2 || tcp->next == tcp->una;
	if ((tcp->settings.cork || tcp->more) && !tcp->push_now) {
		if (!tcp->push_at)
			tcp->push_at = rr_clock_monotonic() + CORK_LIMIT * MILLISECOND;
		return false;
	}
	return tcp->settings.no_delay || tcp->next == tcp->una;
}

/* Send the next data, or the FIN. False: nothing to send, or not now. */
static bool send_next(struct rr_tcp *tcp)
{
	struct range hole;
	uint32_t end = end_of_data(tcp);
	if (before(tcp->next, tcp->high) && loss_next_hole(tcp, tcp->next, &hole))
		tcp->next = hole.from; /* skips what the other side holds */
	else if (before(tcp->next, tcp->high) && tcp->sacked_count)
		tcp->next = later(tcp->next, tcp->sacked[tcp->sacked_count - 1].to);
	uint32_t pipe = loss_pipe(tcp), room = tcp->cwnd > pipe ? tcp->cwnd - pipe : 0, edge = tcp->una + tcp->window;
	uint32_t length = before(tcp->next, end) ? end - tcp->next : 0;
	length = rr_min(length, after(edge, tcp->next) ? edge - tcp->next : 0);
	if (room < length && room < tcp->mss && pipe)
		return false;
	length = rr_min(length, rr_max(room, (uint32_t)tcp->mss));
	length = rr_min(length, most_at_once(tcp));
	if (before(tcp->next, tcp->high) && loss_next_hole(tcp, tcp->next, &hole))
		length = rr_min(length, hole.to - tcp->next);
	bool last = tcp->next + length == end, fin = tcp->fin_wanted && last && before(tcp->next, end + 1);
	/* whole segments, but for the last one */
	if (length > tcp->mss && !last)
		length -= length % tcp->mss;
	if ((!length && !fin) || (length && !small_may_go(tcp, length, last, fin)))
		return false;
	if (!segment_send(tcp, tcp->next, length, (uint8_t)(ACK | (last && length ? PSH : 0) | (fin ? FIN : 0))))
		return false;
	bool again = before(tcp->next, tcp->high);
	tcp->next += length + fin;
	tcp->fin_sent |= fin;
	if (again) {
		tcp->total_retransmits++;
		tcp_counts.retransmits++;
	} else if (!tcp->timed_end) {
		tcp->timed_end = tcp->next;
		tcp->timed_at = rr_clock_monotonic();
	}
	tcp->high = later(tcp->high, tcp->next);
	tcp->push_at = 0;
	tcp->push_now = false;
	timers_retransmit(tcp, false);
	return true;
}

void output(struct rr_tcp *tcp)
{
	switch (tcp->end.state) {
	case RR_TCP_ESTABLISHED:
	case RR_TCP_CLOSE_WAIT:
	case RR_TCP_FIN_WAIT_1:
	case RR_TCP_CLOSING:
	case RR_TCP_LAST_ACK:
		while (send_hole(tcp) || send_next(tcp))
			;
		/* something to send, nothing under way that would be answered: the window is closed, or memory or the path is missing */
		if (tcp->next == tcp->una && (tcp->out_bytes || (tcp->fin_wanted && !tcp->fin_sent)) && !tcp->push_at)
			timers_retransmit(tcp, false);
		break;
	case RR_TCP_CLOSED:
	case RR_TCP_LISTEN:
		return;
	default:
		break;
	}
	if (tcp->ack_now)
		output_ack(tcp);
	timers_arm(tcp);
}
