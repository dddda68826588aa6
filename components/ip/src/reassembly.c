/* Fragments: RFC 791, 815; 8200, section 4.5. What overlaps is dropped whole (RFC 5722), what is repeated is left out. Few packets at a time, for a short while. */
#include <rr/heap.h>
#include "internal.h"

#define MOST 16u
#define GOOD_FOR (30 * RR_NSEC_PER_SEC)
#define MOST_BYTES 65535u
#define MOST_PARTS 128u /* each may hold on to a whole buffer */

struct partial {
	struct rr_ip_fragment key;
	struct rr_netbuf *parts; /* ascending by mark[0], their offset */
	uint32_t total;          /* known with the last fragment, else 0 */
	uint32_t have;
	unsigned count;
	uint64_t until;
	bool used;
};

static struct partial partials[MOST];
static struct rr_timer expiry;

static void drop(struct partial *partial)
{
	rr_netbuf_free_list(partial->parts);
	*partial = (struct partial){ 0 };
}

/* What nobody completes must not hold memory until the next fragment comes. */
static void expire(struct rr_timer *timer)
{
	uint64_t now = rr_clock_monotonic(), next = 0;
	for (struct partial *partial = partials; partial < partials + MOST; partial++) {
		if (partial->used && partial->until <= now)
			drop(partial);
		else if (partial->used && (!next || partial->until < next))
			next = partial->until;
	}
	if (next)
		rr_timer_arm(timer, next);
}

/* Fragments may take half of the memory for packets, or nothing else would come in. */
static bool is_scarce(void)
{
	struct rr_netbuf_stats stats = rr_netbuf_stats();
	return stats.bytes > stats.limit / 2;
}

static bool same(const struct rr_ip_fragment *a, const struct rr_ip_fragment *b)
{
	return rr_ip_equal(&a->from, &b->from) && rr_ip_equal(&a->to, &b->to) && a->id == b->id && a->protocol == b->protocol;
}

/* The packet a fragment is of; a new one takes the place of the oldest. */
static struct partial *partial_for(const struct rr_ip_fragment *fragment)
{
	uint64_t now = rr_clock_monotonic();
	struct partial *place = &partials[0];
	for (struct partial *partial = partials; partial < partials + MOST; partial++) {
		if (partial->used && partial->until <= now)
			drop(partial);
		if (partial->used && same(&partial->key, fragment))
			return partial;
		if (!partial->used || (place->used && partial->until < place->until))
			place = partial;
	}
	drop(place);
	*place = (struct partial){ .key = *fragment, .used = true, .until = now + GOOD_FOR };
	expiry.fire = expire;
	if (!rr_timer_armed(&expiry))
		rr_timer_arm(&expiry, place->until);
	return place;
}

static bool is_there(const struct partial *partial, const struct rr_netbuf *part, uint32_t offset)
{
	const struct rr_netbuf *there = partial->parts;
	while (there && there->mark[0] < offset)
		there = there->next;
	return there && there->mark[0] == offset && there->total == part->total;
}

/* False: it overlaps. */
static bool insert(struct partial *partial, struct rr_netbuf *part, uint32_t offset)
{
	struct rr_netbuf **link = &partial->parts;
	part->mark[0] = offset;
	while (*link && (*link)->mark[0] < offset) {
		if ((*link)->mark[0] + (*link)->total > offset)
			return false;
		link = &(*link)->next;
	}
	if (*link && offset + part->total > (*link)->mark[0])
		return false;
	part->next = *link;
	*link = part;
	partial->have += part->total;
	partial->count++;
	return true;
}

static struct rr_netbuf *join(struct partial *partial)
{
	struct rr_netbuf *whole = partial->parts, *part = whole->next;
	whole->next = NULL;
	while (part) {
		struct rr_netbuf *next = part->next;
		part->next = NULL;
		rr_netbuf_append(whole, part);
		part = next;
	}
	partial->parts = NULL;
	drop(partial);
	return whole;
}

struct rr_netbuf *rr_ip_reassemble(struct rr_ip_fragment *fragment, struct rr_netbuf *payload)
{
	struct partial *partial = partial_for(fragment);
	uint32_t end = fragment->offset + payload->total;
	bool bad = !payload->total || end > MOST_BYTES || partial->count == MOST_PARTS || is_scarce() || (fragment->more && payload->total % 8) ||
	           (!fragment->more && partial->total && partial->total != end) || (partial->total && end > partial->total);
	if (!fragment->more)
		partial->total = end;
	if (!fragment->offset)
		partial->key.next = fragment->next;
	if (!bad && is_there(partial, payload, fragment->offset)) {
		rr_netbuf_free(payload);
		return NULL;
	}
	if (bad || !insert(partial, payload, fragment->offset)) {
		rr_netbuf_free(payload);
		drop(partial);
		return NULL;
	}
	fragment->next = partial->key.next;
	return partial->total && partial->have == partial->total ? join(partial) : NULL;
}
