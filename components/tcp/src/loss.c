/*
 * What the other side has (SACK, RFC 2018), what seems lost and how much may be under way: RFC 5681, 6298, 6582 and, simplified, 6675. A hole is lost when the other
 * side has received three segments' bytes or more above it.
 */
#include "internal.h"

void loss_reset(struct rr_tcp *tcp)
{
	tcp->sacked_count = 0;
	tcp->duplicates = 0;
	tcp->recovering = false;
}

/* Insert [from, to), joining what it touches; without room for another range the news is dropped. True: something new. */
static bool add(struct rr_tcp *tcp, uint32_t from, uint32_t to)
{
	unsigned i = 0, j;
	while (i < tcp->sacked_count && before(tcp->sacked[i].to, from))
		i++;
	if (i < tcp->sacked_count && !before(from, tcp->sacked[i].from) && !after(to, tcp->sacked[i].to))
		return false;
	for (j = i; j < tcp->sacked_count && !after(tcp->sacked[j].from, to); j++) {
		from = earlier(from, tcp->sacked[j].from);
		to = later(to, tcp->sacked[j].to);
	}
	if (i == j) {
		if (tcp->sacked_count == MOST_RANGES)
			return false;
		for (unsigned k = tcp->sacked_count++; k > i; k--)
			tcp->sacked[k] = tcp->sacked[k - 1];
	} else {
		for (unsigned k = i + 1; j < tcp->sacked_count;)
			tcp->sacked[k++] = tcp->sacked[j++], tcp->sacked_count = (uint8_t)(j == tcp->sacked_count ? k : tcp->sacked_count);
	}
	tcp->sacked[i] = (struct range){ from, to };
	return true;
}

bool loss_take_sack(struct rr_tcp *tcp, const struct options *options)
{
	bool news = false;
	for (unsigned i = 0; tcp->sack && i < options->sack_count; i++) {
		struct range block = options->sack[i];
		/* below una: a duplicate was received (RFC 2883), nothing to learn here; above what was sent: nonsense */
		if (!before(block.from, block.to) || before(block.from, tcp->una) || after(block.to, tcp->high))
			continue;
		news |= add(tcp, block.from, block.to);
	}
	return news;
}

/* Forget what is acknowledged by now. */
void loss_trim(struct rr_tcp *tcp)
{
	unsigned gone = 0;
	while (gone < tcp->sacked_count && !after(tcp->sacked[gone].to, tcp->una))
		gone++;
	for (unsigned i = gone; gone && i < tcp->sacked_count; i++)
		tcp->sacked[i - gone] = tcp->sacked[i];
	tcp->sacked_count = (uint8_t)(tcp->sacked_count - gone);
	if (tcp->sacked_count)
		tcp->sacked[0].from = later(tcp->sacked[0].from, tcp->una);
}

uint32_t loss_sacked_bytes(const struct rr_tcp *tcp, uint32_t from, uint32_t to)
{
	uint32_t bytes = 0;
	for (unsigned i = 0; i < tcp->sacked_count; i++) {
		uint32_t a = later(from, tcp->sacked[i].from), b = earlier(to, tcp->sacked[i].to);
		if (before(a, b))
			bytes += b - a;
	}
	return bytes;
}

bool loss_next_hole(const struct rr_tcp *tcp, uint32_t from, struct range *hole)
{
	for (unsigned i = 0; i < tcp->sacked_count; i++) {
		if (before(from, tcp->sacked[i].from)) {
			*hole = (struct range){ from, tcp->sacked[i].from };
			return true;
		}
		from = later(from, tcp->sacked[i].to);
	}
	return false;
}

/* Up to here unacknowledged bytes count as lost. */
static uint32_t lost_edge(const struct rr_tcp *tcp)
{
	uint32_t above = 0, enough = DUPLICATE_ACKS * tcp->mss;
	for (unsigned i = tcp->sacked_count; i--;) {
		above += tcp->sacked[i].to - tcp->sacked[i].from;
		if (above >= enough)
			return tcp->sacked[i].from;
	}
	return tcp->una;
}

bool loss_is_evident(const struct rr_tcp *tcp) { return after(lost_edge(tcp), tcp->una); }

uint32_t loss_pipe(const struct rr_tcp *tcp)
{
	uint32_t edge = earlier(lost_edge(tcp), tcp->recover), from = later(tcp->una, tcp->retransmit), lost = 0;
	if (tcp->recovering && before(from, edge))
		lost = edge - from - loss_sacked_bytes(tcp, from, edge);
	return tcp->next - tcp->una - loss_sacked_bytes(tcp, tcp->una, tcp->next) - lost;
}

static uint32_t in_flight(const struct rr_tcp *tcp) { return tcp->high - tcp->una - loss_sacked_bytes(tcp, tcp->una, tcp->high); }

void loss_enter_recovery(struct rr_tcp *tcp)
{
	tcp->recovering = true;
	tcp->recover = tcp->high;
	tcp->retransmit = tcp->una;
	tcp->ssthresh = rr_max(in_flight(tcp) / 2, 2u * tcp->mss);
	tcp->cwnd = tcp->ssthresh + (tcp->sack ? 0 : DUPLICATE_ACKS * tcp->mss);
	tcp->acked_in_round = 0;
	tcp->timed_end = 0;
}

void loss_timed_out(struct rr_tcp *tcp)
{
	if (!tcp->retries)
		tcp->ssthresh = rr_max(in_flight(tcp) / 2, 2u * tcp->mss);
	tcp->cwnd = tcp->mss;
	tcp->acked_in_round = 0;
	tcp->recovering = false;
	tcp->duplicates = 0;
	tcp->next = tcp->una; /* sent again from here, but for what the other side has said it holds */
	tcp->timed_end = 0;
}

/* Bytes were acknowledged outside of recovery: slow start, congestion avoidance (RFC 5681, 3.1), by bytes (RFC 3465). */
void loss_acked(struct rr_tcp *tcp, uint32_t bytes)
{
	/* a window that is not used does not grow: RFC 7661 */
	if (tcp->cwnd > 2 * (tcp->high - tcp->una + bytes))
		return;
	if (tcp->cwnd < tcp->ssthresh) {
		tcp->cwnd += bytes;
	} else if ((tcp->acked_in_round += bytes) >= tcp->cwnd) {
		tcp->acked_in_round -= tcp->cwnd;
		tcp->cwnd += tcp->mss;
	}
	tcp->cwnd = rr_min(tcp->cwnd, 1u << 30);
}

/* RFC 6298, section 2, in microseconds. */
void loss_measure(struct rr_tcp *tcp, uint64_t ns)
{
	uint32_t rtt = (uint32_t)rr_min(ns / 1000, 60000000ul);
	if (!tcp->srtt) {
		tcp->srtt = rr_max(rtt, 1u) * 8;
		tcp->rttvar = rtt * 2;
	} else {
		int32_t error = (int32_t)(rtt - tcp->srtt / 8);
		tcp->srtt += error;
		tcp->rttvar += (uint32_t)(error < 0 ? -error : error) - tcp->rttvar / 4;
	}
	uint32_t rto = (tcp->srtt / 8 + tcp->rttvar) / 1000;
	tcp->rto = rr_min(rr_max(rto, RTO_LEAST), RTO_MOST);
}
