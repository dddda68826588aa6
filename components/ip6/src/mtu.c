/* Paths that take less than their first link: RFC 8201. Few are remembered, for a while: losing one costs a packet. */
#include "internal.h"

#define MOST 32u
#define GOOD_FOR (600 * RR_NSEC_PER_SEC) /* RFC 8201, 4: at least five minutes */

static struct entry {
	struct rr_ip to;
	uint32_t mtu; /* 0: unused */
	uint64_t until;
} entries[MOST];

static struct entry *find(const struct rr_ip *to)
{
	for (struct entry *entry = entries; entry < entries + MOST; entry++)
		if (entry->mtu && rr_ip_equal(&entry->to, to))
			return entry;
	return NULL;
}

uint32_t mtu_of(const struct rr_netdev *device, const struct rr_ip *to)
{
	const struct link *link = link_of(device);
	uint32_t mtu = link && link->mtu ? rr_min(link->mtu, (uint32_t)device->mtu) : device->mtu;
	struct entry *entry = find(to);
	if (entry && entry->until <= rr_clock_monotonic())
		entry->mtu = 0;
	return entry && entry->mtu ? rr_min(entry->mtu, mtu) : mtu;
}

void mtu_learned(const struct rr_ip *to, uint32_t mtu)
{
	struct entry *entry = find(to);
	mtu = rr_max(mtu, LEAST_MTU);
	if (entry && entry->mtu <= mtu && entry->until > rr_clock_monotonic())
		return; /* only a time that has passed makes it larger */
	for (struct entry *each = entries; !entry && each < entries + MOST; each++)
		if (!each->mtu)
			entry = each;
	if (!entry) {
		entry = entries;
		for (struct entry *each = entries; each < entries + MOST; each++)
			if (each->until < entry->until)
				entry = each;
	}
	*entry = (struct entry){ *to, mtu, rr_clock_monotonic() + GOOD_FOR };
	rr_ip_generation++;
}
