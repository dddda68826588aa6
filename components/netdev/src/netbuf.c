/*
 * Buffers for frames are the heap's largest blocks with their description in front, two to a page; a few free ones are kept, since each packet takes
 * one and gives one back.
 */
#include <rr/heap.h>
#include <rr/netbuf.h>
#include <rr/page.h>
#include <rr/panic.h>
#include <rr/string.h>

enum kind { BLOCK, LARGE, VIEW };

#define BLOCK_SIZE (sizeof(struct rr_netbuf) + RR_NETBUF_ROOM)
#define MOST_LARGE 65536u
/* What a device takes at once after a poll, and gets back from the stack. */
#ifndef KEPT_MOST
#define KEPT_MOST 128u
#endif

static struct rr_netbuf *kept;
static unsigned kept_count;
static struct rr_netbuf_stats stats;

static void find_limit(void)
{
	if (!stats.limit)
		stats.limit = rr_memory_stats().total_pages * RR_PAGE_SIZE / 4;
}

struct rr_netbuf_stats rr_netbuf_stats(void)
{
	find_limit();
	return stats;
}

void rr_netbuf_set_limit(uint64_t bytes) { stats.limit = bytes; }

unsigned rr_netbuf_pressure(void) { return RR_LIKELY(stats.bytes <= stats.limit / 2) ? 0 : stats.bytes <= stats.limit / 4 * 3 ? 1 : 2; }

static bool charge(uint64_t bytes)
{
	find_limit();
	if (stats.bytes + bytes > stats.limit) {
		stats.refused++;
		return false;
	}
	stats.bytes += bytes;
	stats.most = rr_max(stats.most, stats.bytes);
	return true;
}

static uint64_t cost_of(const struct rr_netbuf *piece)
{
	return piece->kind == VIEW ? sizeof(*piece) : sizeof(*piece) + piece->size;
}

static struct rr_netbuf *refuse(uint64_t bytes)
{
	stats.bytes -= bytes;
	stats.refused++;
	return NULL;
}

struct rr_netbuf *rr_netbuf_alloc(unsigned headroom)
{
	if (!charge(BLOCK_SIZE))
		return NULL;
	struct rr_netbuf *piece = kept;
	if (piece) {
		kept = piece->next;
		kept_count--;
	} else if (!(piece = rr_alloc(BLOCK_SIZE))) {
		return refuse(BLOCK_SIZE);
	}
	uint8_t *memory = (uint8_t *)(piece + 1);
	*piece = (struct rr_netbuf){ .memory = memory, .data = memory + headroom, .size = RR_NETBUF_ROOM, .refs = 1, .kind = BLOCK };
	return piece;
}

struct rr_netbuf *rr_netbuf_alloc_large(uint32_t size)
{
	uint64_t cost = sizeof(struct rr_netbuf) + size;
	if (size > MOST_LARGE || !charge(cost))
		return NULL;
	struct rr_netbuf *piece = rr_alloc(sizeof(*piece));
	uint8_t *memory = piece ? rr_alloc(size) : NULL;
	if (!memory) {
		rr_free(piece);
		return refuse(cost);
	}
	*piece = (struct rr_netbuf){ .memory = memory, .data = memory, .size = size, .refs = 1, .kind = LARGE };
	return piece;
}

struct rr_netbuf *rr_netbuf_view(struct rr_netbuf *base, uint8_t *data, uint32_t length)
{
	if (!charge(sizeof(struct rr_netbuf)))
		return NULL;
	struct rr_netbuf *piece = rr_alloc(sizeof(*piece));
	if (!piece)
		return refuse(sizeof(*piece));
	if (base->base)
		base = base->base;
	rr_netbuf_get(base);
	*piece = (struct rr_netbuf){ .memory = data, .data = data, .length = length, .total = length, .size = length, .refs = 1, .base = base, .kind = VIEW };
	return piece;
}

static void release(struct rr_netbuf *piece)
{
	stats.bytes -= cost_of(piece);
	if (piece->kind == BLOCK && kept_count < KEPT_MOST) {
		piece->next = kept;
		kept = piece;
		kept_count++;
		return;
	}
	if (piece->kind == LARGE)
		rr_free(piece->memory);
	rr_free(piece);
}

void rr_netbuf_put(struct rr_netbuf *piece)
{
	RR_ASSERT(piece->refs);
	if (--piece->refs)
		return;
	struct rr_netbuf *base = piece->base;
	release(piece);
	if (base)
		rr_netbuf_put(base); /* not deeper: a view of a view is one of its base */
}

void rr_netbuf_free(struct rr_netbuf *packet)
{
	while (packet) {
		struct rr_netbuf *more = packet->more;
		rr_netbuf_put(packet);
		packet = more;
	}
}

void rr_netbuf_free_list(struct rr_netbuf *list)
{
	while (list) {
		struct rr_netbuf *next = list->next;
		rr_netbuf_free(list);
		list = next;
	}
}

void rr_netbuf_append(struct rr_netbuf *packet, struct rr_netbuf *pieces)
{
	struct rr_netbuf *last = packet;
	while (last->more)
		last = last->more;
	last->more = pieces;
	for (; pieces; pieces = pieces->more)
		packet->total += pieces->length;
}

void rr_netbuf_trim(struct rr_netbuf *packet, uint32_t total)
{
	struct rr_netbuf *piece = packet;
	packet->total = rr_min(packet->total, total);
	for (uint32_t left = packet->total;; piece = piece->more) {
		piece->length = rr_min(piece->length, left);
		left -= piece->length;
		if (!left || !piece->more)
			break;
	}
	rr_netbuf_free(piece->more);
	piece->more = NULL;
}

/* The first piece gets what it lacks from those behind. */
bool rr_netbuf_gather(struct rr_netbuf *packet, uint32_t n)
{
	if (packet->length >= n)
		return true;
	if (packet->total < n || packet->refs > 1 || rr_netbuf_tailroom(packet) < n - packet->length)
		return false;
	while (packet->length < n) {
		struct rr_netbuf *piece = packet->more;
		uint32_t part = rr_min(n - packet->length, piece->length);
		memcpy(packet->data + packet->length, piece->data, part);
		packet->length += part;
		piece->data += part;
		piece->length -= part;
		if (!piece->length) {
			packet->more = piece->more;
			rr_netbuf_put(piece);
		}
	}
	return true;
}

void rr_netbuf_copy(const struct rr_netbuf *packet, uint32_t offset, void *to, uint32_t n)
{
	uint8_t *out = to;
	for (; n && packet; packet = packet->more) {
		if (offset >= packet->length) {
			offset -= packet->length;
			continue;
		}
		uint32_t part = rr_min(n, packet->length - offset);
		memcpy(out, packet->data + offset, part);
		out += part;
		n -= part;
		offset = 0;
	}
}
