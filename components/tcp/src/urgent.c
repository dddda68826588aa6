/*
 * Urgent data: RFC 6093, and as Linux has it: the urgent byte is the one before where the pointer points, it is not among the other data unless the owner wants that, and a newer one
 * takes the place of an older one.
 */
#include <rr/abi/errno.h>
#include "internal.h"

/* The number of the next byte the owner reads. */
static uint32_t unread(const struct rr_tcp *tcp) { return tcp->rnext - tcp->fin_received - tcp->in_bytes; }

static void pass(struct rr_tcp *tcp)
{
	while (tcp->in_first && !tcp->in_first->length)
		receive_consume(tcp, 0);
	if (tcp->in_first)
		receive_consume(tcp, 1);
}

void urgent_segment(struct rr_tcp *tcp, uint32_t at)
{
	if (before(at, tcp->rnext) || (tcp->urgent_state && !after(at, tcp->urgent_in)))
		return;
	/* the older one, which nobody has fetched, is where reading goes on: it is dropped */
	if (tcp->urgent_state && tcp->urgent_in == unread(tcp) && !tcp->settings.oob_inline && tcp->in_bytes)
		pass(tcp);
	tcp->urgent_state = URGENT_COMING;
	tcp->urgent_in = at;
	endpoint_tell(tcp, RR_TCP_URGENT);
}

void urgent_look(struct rr_tcp *tcp)
{
	if (tcp->urgent_state != URGENT_COMING || !after(tcp->rnext, tcp->urgent_in))
		return;
	tcp->urgent_state = URGENT_THERE;
	endpoint_tell(tcp, RR_TCP_IN);
}

bool rr_tcp_is_at_mark(const struct rr_tcp *tcp) { return tcp->urgent_state && tcp->urgent_in == unread(tcp); }

uint32_t urgent_limit(struct rr_tcp *tcp, bool peek, uint32_t *skip)
{
	uint32_t offset = tcp->urgent_in - unread(tcp);
	if (offset >= tcp->in_bytes)
		return UINT32_MAX;
	if (offset)
		return offset;
	if (!tcp->settings.oob_inline && peek)
		*skip = 1;
	else if (!tcp->settings.oob_inline)
		pass(tcp);
	return UINT32_MAX;
}

void urgent_was_read(struct rr_tcp *tcp)
{
	if (after(unread(tcp), tcp->urgent_in))
		tcp->urgent_state = URGENT_NONE;
}

uint32_t urgent_in_bytes(const struct rr_tcp *tcp)
{
	uint32_t offset = tcp->urgent_in - unread(tcp);
	return !tcp->urgent_state || tcp->settings.oob_inline || offset >= tcp->in_bytes ? tcp->in_bytes : offset;
}

long rr_tcp_read_urgent(struct rr_tcp *tcp, uint8_t *byte, bool peek)
{
	uint32_t offset = tcp->urgent_in - unread(tcp);
	if (tcp->settings.oob_inline || !tcp->urgent_state || tcp->urgent_state == URGENT_READ)
		return -EINVAL;
	if (tcp->urgent_state == URGENT_COMING || offset >= tcp->in_bytes)
		return tcp->end.state == RR_TCP_CLOSED || tcp->read_shut ? 0 : -EAGAIN;
	for (const struct rr_netbuf *packet = tcp->in_first; packet; packet = packet->next) {
		if (offset < packet->total) {
			rr_netbuf_copy(packet, offset, byte, 1);
			break;
		}
		offset -= packet->total;
	}
	if (!peek)
		tcp->urgent_state = URGENT_READ;
	return 1;
}

void rr_tcp_mark_urgent(struct rr_tcp *tcp)
{
	tcp->urgent_out = tcp->una + tcp->out_bytes;
	tcp->urgent_sending = true;
	tcp->more = false;
	tcp->push_at = 0;
	rr_tcp_push(tcp);
}

uint16_t urgent_pointer(struct rr_tcp *tcp, uint32_t seq)
{
	if (!after(tcp->urgent_out, tcp->una))
		tcp->urgent_sending = false;
	return tcp->urgent_sending && after(tcp->urgent_out, seq) ? (uint16_t)rr_min(tcp->urgent_out - seq, 65535u) : 0;
}
