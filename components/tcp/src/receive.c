/* Received data: in order for the owner, out of order until what is missing comes. */
#include <rr/string.h>
#include "internal.h"

/* Payload up to this many bytes is copied to where the one before it lies, if there is room: small segments would take 2 KiB each. */
#define COPY_UP_TO 512u

uint32_t receive_space(const struct rr_tcp *tcp)
{
	uint32_t limit = memory_receive_limit(tcp);
	return limit > tcp->in_bytes ? limit - tcp->in_bytes : 0;
}

/* Packets out of order: as many as full segments make, and some small ones. Each may take a whole buffer, and each is looked for among the others. */
static uint32_t most_early(uint32_t limit) { return 64 + limit / 1024; }

bool receive_has_room(const struct rr_tcp *tcp, const struct segment *segment)
{
	uint32_t limit = memory_receive_limit(tcp);
	if (segment->seq != tcp->rnext && tcp->early_count >= most_early(limit))
		return false;
	unsigned pressure = rr_netbuf_pressure();
	if (RR_LIKELY(!pressure))
		return true;
	/* what was promised is kept as long as possible: who must send it again may wait for seconds first */
	return segment->seq == tcp->rnext ? pressure == 1 || tcp->in_bytes < limit : tcp->in_bytes + tcp->early_bytes < limit;
}

static uint32_t start_of(const struct rr_netbuf *packet) { return (uint32_t)packet->mark[0]; }
static uint32_t end_of(const struct rr_netbuf *packet) { return start_of(packet) + packet->total; }

/* Give up the first `n` bytes of a packet of at least as many; NULL when nothing is left. */
static struct rr_netbuf *cut_front(struct rr_netbuf *packet, uint32_t n)
{
	while (packet && n >= packet->length) {
		struct rr_netbuf *rest = packet->more;
		n -= packet->length;
		if (rest) {
			rest->total = packet->total - packet->length;
			rest->mark[0] = packet->mark[0] + packet->length;
			rest->mark[1] = packet->mark[1];
			rest->next = packet->next;
		}
		packet->more = packet->next = NULL;
		rr_netbuf_put(packet);
		packet = rest;
	}
	if (packet && n) {
		rr_netbuf_pull(packet, n);
		packet->mark[0] += n;
	}
	return packet;
}

static void append(struct rr_tcp *tcp, struct rr_netbuf *packet)
{
	struct rr_netbuf *last = tcp->in_last;
	uint32_t length = packet->total;
	tcp->rnext += length;
	tcp->in_bytes += length;
	tcp->bytes_received += length;
	if (last && length <= COPY_UP_TO && !last->more && last->refs == 1 && !last->base && rr_netbuf_tailroom(last) >= length) {
		rr_netbuf_copy(packet, 0, rr_netbuf_extend(last, length), length);
		rr_netbuf_free(packet);
		return;
	}
	packet->next = NULL;
	if (last)
		last->next = packet;
	else
		tcp->in_first = packet;
	tcp->in_last = packet;
}

static void take_fin(struct rr_tcp *tcp)
{
	tcp->fin_received = true;
	tcp->rnext++;
}

/* Whatever has become the next in order. */
static void take_early(struct rr_tcp *tcp)
{
	while (tcp->early && !after(start_of(tcp->early), tcp->rnext)) {
		struct rr_netbuf *packet = tcp->early;
		tcp->early = packet->next;
		tcp->early_bytes -= packet->total;
		tcp->early_count--;
		packet->next = NULL;
		bool fin = packet->mark[1];
		uint32_t end = end_of(packet);
		packet = cut_front(packet, rr_min(tcp->rnext - start_of(packet), packet->total));
		if (packet && tcp->fin_received)
			rr_netbuf_free(packet); /* behind the end: nonsense */
		else if (packet)
			append(tcp, packet);
		/* a FIN that is there twice, here and with what filled the hole, is one */
		if (fin && !tcp->fin_received && tcp->rnext == end)
			take_fin(tcp);
	}
}

/* Keep a packet that is not the next; what others have of it is cut off. */
static void keep_early(struct rr_tcp *tcp, struct rr_netbuf *packet)
{
	struct rr_netbuf **link = &tcp->early, *before_it = NULL;
	tcp->last_early = start_of(packet);
	while (*link && !after(start_of(*link), start_of(packet))) {
		before_it = *link;
		link = &(*link)->next;
	}
	if (before_it && after(end_of(before_it), start_of(packet))) {
		packet = cut_front(packet, rr_min(end_of(before_it) - start_of(packet), packet->total));
		if (!packet)
			return;
	}
	while (*link && before(start_of(*link), end_of(packet))) {
		struct rr_netbuf *behind = *link;
		if (after(end_of(behind), end_of(packet))) {
			rr_netbuf_trim(packet, start_of(behind) - start_of(packet));
			break;
		}
		*link = behind->next;
		behind->next = NULL;
		tcp->early_bytes -= behind->total;
		tcp->early_count--;
		packet->mark[1] |= behind->mark[1];
		rr_netbuf_free(behind);
	}
	tcp->early_bytes += packet->total;
	tcp->early_count++;
	packet->next = *link;
	*link = packet;
}

void receive_data(struct rr_tcp *tcp, struct segment *segment)
{
	struct rr_netbuf *packet = segment->packet;
	bool fin = segment->flags & FIN;
	uint32_t segments = segment->length / tcp->mss + 1;
	if (segment->seq == tcp->rnext) {
		if (segment->length) {
			segment->packet = NULL;
			append(tcp, packet);
		}
		if (fin)
			take_fin(tcp);
		/* filling a hole is told at once: RFC 5681, 4.2 */
		if (tcp->early)
			tcp->ack_now = true;
		take_early(tcp);
	} else if (segment->length) {
		segment->packet = NULL;
		packet->mark[0] = segment->seq;
		packet->mark[1] = fin;
		keep_early(tcp, packet);
		tcp->ack_now = true;
		return;
	} else {
		tcp->ack_now = true; /* a FIN alone, too early: it comes again */
		return;
	}
	tcp->unacked = (uint8_t)rr_min(tcp->unacked + segments, 255u);
	if (tcp->unacked >= SEGMENTS_BEFORE_ACK || tcp->settings.quick_ack == 1 || tcp->fin_received)
		tcp->ack_now = true;
	else if (!tcp->ack_at)
		tcp->ack_at = rr_clock_monotonic() + DELAYED_ACK * MILLISECOND;
}

void receive_consume(struct rr_tcp *tcp, uint32_t n)
{
	struct rr_netbuf *packet = tcp->in_first;
	tcp->in_bytes -= n;
	rr_netbuf_pull(packet, n);
	if (packet->length)
		return;
	struct rr_netbuf *rest = packet->more;
	if (rest) {
		rest->total = packet->total;
		rest->next = packet->next;
		packet->more = NULL;
	} else {
		rest = packet->next;
	}
	if (tcp->in_last == packet)
		tcp->in_last = rest;
	tcp->in_first = rest;
	packet->next = NULL;
	rr_netbuf_put(packet);
}

void receive_drop(struct rr_tcp *tcp)
{
	rr_netbuf_free_list(tcp->in_first);
	rr_netbuf_free_list(tcp->early);
	tcp->in_first = tcp->in_last = tcp->early = NULL;
	tcp->in_bytes = tcp->early_bytes = tcp->early_count = 0;
}

/* The block with the latest packet first, then the others (RFC 2018, section 4). */
unsigned receive_sack_blocks(const struct rr_tcp *tcp, struct range *blocks, unsigned most)
{
	unsigned count = 0, latest = 0;
	for (const struct rr_netbuf *packet = tcp->early; packet;) {
		struct range block = { start_of(packet), end_of(packet) };
		while ((packet = packet->next) && start_of(packet) == block.to)
			block.to = end_of(packet);
		bool is_latest = !before(tcp->last_early, block.from) && before(tcp->last_early, block.to);
		if (count < most)
			blocks[count] = block;
		else if (is_latest)
			blocks[count = most - 1] = block;
		if (is_latest)
			latest = rr_min(count, most - 1);
		count = rr_min(count + 1, most);
	}
	if (latest) {
		struct range first = blocks[0];
		blocks[0] = blocks[latest];
		blocks[latest] = first;
	}
	return count;
}
