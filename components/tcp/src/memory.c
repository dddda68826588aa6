/*
 * How much data a connection may hold. As long as nobody has said how much (SO_SNDBUF, SO_RCVBUF) the limits follow its use: what is sent by the congestion window, what is received
 * by how fast it is read (dynamic right-sizing: Fisk, Feng, 2001). All of them together are bounded by the memory for packets: as it gets scarce, each may hold less, down to
 * what keeps it going. The window that the other side knows is never taken back; it shrinks as data comes in.
 */
#include "internal.h"

#define SEND_LEAST 262144u
#define SEND_MOST 4194304u    /* tcp_wmem */
#define RECEIVE_FIRST 131072u /* tcp_rmem */
#define RECEIVE_MOST 6291456u
#define SCARCE 32768u         /* when half of the memory is taken */
#define SCARCEST 4096u        /* when three quarters are */

/* Never less than two segments: with less, one side waits for a full segment and the other for an acknowledgement, until a timer goes off. */
static uint32_t most_now(const struct rr_tcp *tcp)
{
	static const uint32_t most[] = { UINT32_MAX, SCARCE, SCARCEST };
	return rr_max(most[rr_netbuf_pressure()], 2u * tcp->mss);
}

uint32_t memory_send_limit(const struct rr_tcp *tcp)
{
	uint32_t limit = tcp->settings.send_buffer;
	if (!limit)
		limit = rr_min(rr_max(2 * rr_min(tcp->cwnd, SEND_MOST), SEND_LEAST), SEND_MOST);
	return rr_min(limit, most_now(tcp));
}

uint32_t memory_receive_limit(const struct rr_tcp *tcp)
{
	uint32_t limit = tcp->settings.receive_buffer ? tcp->settings.receive_buffer : rr_max(tcp->receive_room, RECEIVE_FIRST);
	if (RR_UNLIKELY(tcp->settings.window_clamp))
		limit = rr_min(limit, tcp->settings.window_clamp);
	return rr_min(limit, most_now(tcp));
}

uint32_t memory_receive_most(const struct rr_tcp *tcp)
{
	uint64_t share = rr_netbuf_stats().limit / 8;
	return tcp->settings.receive_buffer ? tcp->settings.receive_buffer : rr_max(RECEIVE_FIRST, (uint32_t)rr_min((uint64_t)RECEIVE_MOST, share));
}

void memory_was_read(struct rr_tcp *tcp)
{
	uint64_t now = rr_clock_monotonic(), round = rr_max(tcp->srtt / 8 * 1000ul, MILLISECOND);
	uint32_t wanted = 2 * tcp->read_in_round + 16u * tcp->mss, most = memory_receive_most(tcp);
	bool is_whole = now - tcp->round_began >= round;
	/* a round trip in which more was read than before: twice that is what may be under way in the next */
	if (is_whole && now - tcp->round_began < 4 * round && wanted > memory_receive_limit(tcp) && !rr_netbuf_pressure())
		tcp->receive_room = rr_min(wanted, most);
	if (is_whole || !tcp->round_began) {
		tcp->round_began = now;
		tcp->read_in_round = 0;
	}
	tcp->look_at_read = tcp->read_in_round + RECEIVE_FIRST / 4;
}
