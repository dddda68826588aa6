/*
 * A connection has one timer for all it waits for. It is set for the first moment, and left alone when that moves back, as it does with every
 * acknowledgement: going off too early costs less than setting it each time.
 */
#include <rr/abi/errno.h>
#include "internal.h"

#define PERSIST_MOST 120000u /* ms */

static uint64_t first(uint64_t a, uint64_t b) { return !a ? b : !b ? a : rr_min(a, b); }

static void gone_off(struct rr_timer *timer);

void timers_arm(struct rr_tcp *tcp)
{
	uint64_t at = first(first(first(tcp->retransmit_at, tcp->ack_at), tcp->push_at), first(tcp->keep_at, tcp->end_at));
	if (!at || (rr_timer_armed(&tcp->timer) && tcp->timer.deadline <= at))
		return;
	tcp->timer.fire = gone_off;
	rr_timer_arm(&tcp->timer, at);
}

void timers_stop(struct rr_tcp *tcp)
{
	tcp->retransmit_at = tcp->ack_at = tcp->push_at = tcp->keep_at = tcp->end_at = 0;
	rr_timer_cancel(&tcp->timer);
}

void timers_retransmit(struct rr_tcp *tcp, bool restart)
{
	uint64_t now = rr_clock_monotonic();
	if (tcp->retransmit_at && !restart)
		return;
	if (!tcp->first_unanswered_at)
		tcp->first_unanswered_at = now;
	uint64_t rto = rr_min((uint64_t)tcp->rto << rr_min(tcp->backoff, (uint8_t)16), (uint64_t)RTO_MOST);
	tcp->retransmit_at = now + rto * MILLISECOND;
}

static bool gives_up(const struct rr_tcp *tcp, uint64_t now)
{
	unsigned most = tcp->end.state == RR_TCP_SYN_SENT ? tcp->settings.syn_retries : tcp->end.state == RR_TCP_SYN_RECEIVED ? SYNACK_RETRIES :
	                tcp->released ? ORPHAN_RETRIES : DATA_RETRIES;
	if (tcp->settings.user_timeout && tcp->first_unanswered_at)
		return now - tcp->first_unanswered_at >= tcp->settings.user_timeout * MILLISECOND;
	return tcp->retries >= most;
}

/* Nothing is under way, and there is no window: ask (RFC 9293, 3.8.6.1). As long as the other side answers this goes on for ever. */
static void probe_window(struct rr_tcp *tcp)
{
	segment_send(tcp, tcp->una - 1, 0, ACK);
	tcp->retries++;
	tcp->backoff = (uint8_t)rr_min(tcp->backoff + 1, 16);
	timers_retransmit(tcp, true);
}

/* False: the connection is closed. */
static bool retransmit(struct rr_tcp *tcp, uint64_t now)
{
	tcp->retransmit_at = 0;
	bool handshake = tcp->end.state == RR_TCP_SYN_SENT || tcp->end.state == RR_TCP_SYN_RECEIVED;
	if (!handshake && tcp->una == tcp->high && !tcp->out_bytes && !(tcp->fin_wanted && !tcp->fin_sent))
		return true;
	if (gives_up(tcp, now)) {
		if (!handshake)
			segment_send_reset(tcp);
		endpoint_close(tcp, ETIMEDOUT);
		return false;
	}
	if (tcp->retries)
		rr_ip_doubt(&tcp->path);
	if (handshake) {
		tcp->timed_end = 0; /* an answer may be to either one: RFC 6298, section 3 */
		tcp->retries++;
		tcp->backoff++;
		segment_send(tcp, tcp->iss, 0, tcp->end.state == RR_TCP_SYN_SENT ? SYN : SYN | ACK);
		timers_retransmit(tcp, true);
		return true;
	}
	if (tcp->una == tcp->high && tcp->window < rr_min(tcp->out_bytes, (uint32_t)tcp->mss)) {
		probe_window(tcp);
		return true;
	}
	loss_timed_out(tcp);
	tcp->retries++;
	tcp->backoff = (uint8_t)rr_min(tcp->backoff + 1, 16);
	if (tcp->retries > 3)
		tcp->path.device = NULL; /* another way? */
	timers_retransmit(tcp, true);
	return true;
}

/* RFC 9293, 3.8.4. False: the connection is closed. */
static bool keep_alive(struct rr_tcp *tcp, uint64_t now)
{
	uint64_t idle = tcp->settings.keep_idle * RR_NSEC_PER_SEC;
	tcp->keep_at = 0;
	if (!tcp->settings.keep_alive || !endpoint_is_synchronised(tcp))
		return true;
	if (now < tcp->heard_at + idle) {
		tcp->keep_at = tcp->heard_at + idle;
		return true;
	}
	if (tcp->probes >= tcp->settings.keep_count) {
		segment_send_reset(tcp);
		endpoint_close(tcp, ETIMEDOUT);
		return false;
	}
	tcp->probes++;
	segment_send(tcp, tcp->una - 1, 0, ACK);
	tcp->keep_at = now + tcp->settings.keep_interval * RR_NSEC_PER_SEC;
	return true;
}

static bool is_due(uint64_t at, uint64_t now) { return at && at <= now; }

static void gone_off(struct rr_timer *timer)
{
	struct rr_tcp *tcp = rr_container_of(timer, struct rr_tcp, timer);
	uint64_t now = rr_clock_monotonic();
	bool open = true;
	if (is_due(tcp->end_at, now)) {
		endpoint_close(tcp, 0);
		open = false;
	}
	if (open && is_due(tcp->ack_at, now))
		tcp->ack_now = true;
	if (open && is_due(tcp->push_at, now)) {
		tcp->push_at = 0;
		tcp->push_now = !tcp->starved;
		if (tcp->starved) {
			tcp->starved = false;
			endpoint_tell(tcp, RR_TCP_OUT);
		}
	}
	if (open && is_due(tcp->retransmit_at, now))
		open = retransmit(tcp, now);
	if (open && is_due(tcp->keep_at, now))
		open = keep_alive(tcp, now);
	if (open)
		output(tcp);
	endpoint_finish(tcp);
	rr_ip_flush(); /* last: as leave() in calls.c */
}
