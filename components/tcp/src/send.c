/* Data that is not acknowledged yet: pieces of memory that segments show views of, in order. */
#include "internal.h"

static uint32_t start_of(const struct rr_netbuf *piece) { return (uint32_t)piece->mark[0]; }

void send_acked(struct rr_tcp *tcp, uint32_t upto)
{
	while (tcp->out_first && !after(start_of(tcp->out_first) + tcp->out_first->length, upto)) {
		struct rr_netbuf *piece = tcp->out_first;
		tcp->out_first = piece->next;
		piece->next = NULL;
		rr_netbuf_free(piece);
	}
	if (!tcp->out_first)
		tcp->out_last = NULL;
}

void send_drop(struct rr_tcp *tcp)
{
	rr_netbuf_free_list(tcp->out_first);
	tcp->out_first = tcp->out_last = NULL;
	tcp->out_bytes = 0;
}

bool send_attach(struct rr_tcp *tcp, struct rr_netbuf *packet, uint32_t seq, uint32_t length)
{
	struct rr_netbuf *last = packet;
	for (struct rr_netbuf *piece = tcp->out_first; piece && length; piece = piece->next) {
		uint32_t offset = seq - start_of(piece);
		if (offset >= piece->length)
			continue;
		uint32_t count = rr_min(length, piece->length - offset);
		struct rr_netbuf *view = rr_netbuf_view(piece, piece->data + offset, count);
		if (!view)
			return false;
		last->more = view;
		last = view;
		packet->total += count;
		seq += count;
		length -= count;
	}
	return !length;
}
