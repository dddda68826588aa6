/*
 * Neighbours and whether they can be reached: RFC 4861, section 7. Packets to one whose address is not known yet wait, a few. One that was not heard of for a while
 * is used on, and asked (section 7.3).
 */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

#define BUCKETS 32u
#define MOST 1024u
#define TRIES 3u                            /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT */
#define FIRST_DELAY (5 * RR_NSEC_PER_SEC)   /* DELAY_FIRST_PROBE_TIME */
#define TRANSPORT_HEADER 8u

enum state { INCOMPLETE, REACHABLE, STALE, DELAY, PROBE };

struct neighbour {
	struct rr_list link;     /* of its bucket */
	struct rr_netdev *device;
	struct rr_ip address;
	uint8_t mac[6];
	uint8_t state, tries;
	bool is_router;
	uint64_t due;            /* of INCOMPLETE, DELAY, PROBE: when something is to be done */
	uint64_t confirmed_at, used_at;
	struct rr_ip_waiting waiting;
};

static struct rr_list buckets[BUCKETS];
static unsigned count;
static struct rr_timer timer;

static struct rr_list *bucket(const struct rr_ip *address)
{
	uint32_t mixed = address->words[2] ^ address->words[3];
	struct rr_list *list = &buckets[(mixed >> 24 ^ mixed >> 16 ^ mixed >> 8) % BUCKETS];
	if (!list->next)
		rr_list_init(list);
	return list;
}

static struct neighbour *find(const struct rr_netdev *device, const struct rr_ip *address)
{
	rr_list_for_each(node, bucket(address)) {
		struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
		if (neighbour->device == device && rr_ip_equal(&neighbour->address, address))
			return neighbour;
	}
	return NULL;
}

/* Those who sent it hear of it as if a router had said so. */
static void tell_undelivered(struct rr_netbuf *packet)
{
	struct rr_ip from, to;
	uint8_t at[IP6_HEADER + TRANSPORT_HEADER];
	if (packet->total < sizeof(at))
		return;
	rr_netbuf_copy(packet, 0, at, sizeof(at));
	const struct rr_ip_protocol *protocol = rr_ip_protocols[at[6]];
	memcpy(from.bytes, at + 8, 16);
	memcpy(to.bytes, at + 24, 16);
	from = rr_ip_with_zone(from, packet->device->index);
	to = rr_ip_with_zone(to, packet->device->index);
	rr_ip_news = (struct rr_ip_news){ .origin = RR_IP_NEWS_LOCAL, .offender = from };
	if (protocol && protocol->undelivered)
		protocol->undelivered(&from, &to, at + IP6_HEADER, EHOSTUNREACH, true, 0);
}

static void forget(struct neighbour *neighbour)
{
	rr_list_remove(&neighbour->link);
	count--;
	struct rr_netbuf *packets = rr_ip_take_waiting(&neighbour->waiting);
	while (packets) {
		struct rr_netbuf *packet = packets;
		packets = packet->next;
		packet->next = NULL;
		tell_undelivered(packet);
		rr_netbuf_free(packet);
	}
	rr_free(neighbour);
}

static uint64_t retransmit_every(const struct rr_netdev *device)
{
	const struct link *link = link_of(device);
	return link ? link->retransmit_every : RR_NSEC_PER_SEC;
}

static void wake_at(uint64_t at)
{
	if (!rr_timer_armed(&timer) || timer.deadline > at)
		rr_timer_arm(&timer, at);
}

static void ask(struct neighbour *neighbour, uint64_t now)
{
	neighbour->tries++;
	neighbour->due = now + retransmit_every(neighbour->device);
	wake_at(neighbour->due);
	discovery_solicit(neighbour->device, &neighbour->address, neighbour->state == INCOMPLETE ? NULL : neighbour->mac);
}

/* False: it is gone. */
static bool act(struct neighbour *neighbour, uint64_t now)
{
	if (neighbour->state == DELAY) {
		neighbour->state = PROBE;
		neighbour->tries = 0;
	}
	if (neighbour->tries < TRIES) {
		ask(neighbour, now);
		return true;
	}
	if (neighbour->is_router)
		router_reachable(neighbour->device, &neighbour->address, false);
	forget(neighbour);
	return false;
}

static void look_again(struct rr_timer *unused)
{
	uint64_t now = rr_clock_monotonic(), next = UINT64_MAX;
	(void)unused;
	for (unsigned i = 0; i < BUCKETS; i++) {
		if (!buckets[i].next)
			continue;
		rr_list_for_each_safe(node, &buckets[i]) {
			struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
			bool waits = neighbour->state != REACHABLE && neighbour->state != STALE;
			if (waits && (neighbour->due > now || act(neighbour, now)))
				next = rr_min(next, neighbour->due);
		}
	}
	if (next != UINT64_MAX)
		wake_at(next);
	rr_ip_flush();
}

/* Make room: what was not used for long goes first. */
static void evict(void)
{
	struct neighbour *oldest = NULL;
	for (unsigned i = 0; i < BUCKETS; i++) {
		if (!buckets[i].next)
			continue;
		rr_list_for_each(node, &buckets[i]) {
			struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
			if (!oldest || neighbour->used_at < oldest->used_at)
				oldest = neighbour;
		}
	}
	if (oldest)
		forget(oldest);
}

static struct neighbour *add(struct rr_netdev *device, const struct rr_ip *address, enum state state)
{
	if (count >= MOST)
		evict();
	struct neighbour *neighbour = rr_zalloc(1, sizeof(*neighbour));
	if (!neighbour)
		return NULL;
	timer.fire = look_again;
	neighbour->device = device;
	neighbour->address = *address;
	neighbour->state = state;
	neighbour->used_at = rr_clock_monotonic();
	rr_list_push_front(bucket(address), &neighbour->link);
	count++;
	return neighbour;
}

/* Its address is known from now on: what waited goes. */
static void learn(struct neighbour *neighbour, const uint8_t *mac, enum state state)
{
	memcpy(neighbour->mac, mac, 6);
	neighbour->state = (uint8_t)state;
	neighbour->tries = 0;
	if (state == REACHABLE)
		neighbour->confirmed_at = rr_clock_monotonic();
	rr_ip_send_waiting(&neighbour->waiting, neighbour->device, neighbour->mac, RR_ETHER_IPV6);
}

static bool is_usable(const uint8_t *mac) { return !(mac[0] & 1); }

void neighbour_heard(struct rr_netdev *device, const struct rr_ip *address, const uint8_t *mac, int is_router)
{
	if (!is_usable(mac))
		return;
	struct neighbour *neighbour = find(device, address);
	if (!neighbour && !(neighbour = add(device, address, INCOMPLETE)))
		return;
	if (is_router >= 0)
		neighbour->is_router = is_router;
	if (neighbour->state == INCOMPLETE || memcmp(neighbour->mac, mac, 6))
		learn(neighbour, mac, STALE);
}

/* 7.2.5 */
void neighbour_advertised(struct rr_netdev *device, const struct rr_ip *address, const uint8_t *mac, bool solicited, bool override, bool is_router)
{
	struct neighbour *neighbour = find(device, address);
	if (!neighbour || (mac && !is_usable(mac)))
		return;
	bool was_router = neighbour->is_router;
	if (neighbour->state == INCOMPLETE) {
		if (!mac)
			return;
		learn(neighbour, mac, solicited ? REACHABLE : STALE);
	} else {
		bool differs = mac && memcmp(neighbour->mac, mac, 6);
		if (differs && !override) {
			if (neighbour->state == REACHABLE)
				neighbour->state = STALE;
			return;
		}
		if (solicited)
			learn(neighbour, mac ? mac : neighbour->mac, REACHABLE);
		else if (differs)
			learn(neighbour, mac, STALE);
	}
	neighbour->is_router = is_router;
	if (was_router && !is_router)
		router_reachable(device, address, false);
	else if (is_router && solicited)
		router_reachable(device, address, true);
}

int neighbour_send(struct rr_netdev *device, struct rr_netbuf *packet, const struct rr_ip *hop)
{
	struct neighbour *neighbour = find(device, hop);
	const struct link *link = link_of(device);
	uint64_t now = rr_clock_monotonic();
	if (!neighbour && !(neighbour = add(device, hop, INCOMPLETE))) {
		rr_netbuf_free(packet);
		return -ENOMEM;
	}
	neighbour->used_at = now;
	if (neighbour->state != INCOMPLETE) {
		if (neighbour->state == REACHABLE && link && now - neighbour->confirmed_at > link->reachable_for)
			neighbour->state = STALE;
		if (neighbour->state == STALE) {
			neighbour->state = DELAY;
			neighbour->due = now + FIRST_DELAY;
			wake_at(neighbour->due);
		}
		return rr_ip_ethernet_send(device, packet, neighbour->mac, RR_ETHER_IPV6);
	}
	packet->device = device;
	int error = rr_ip_wait(&neighbour->waiting, packet);
	if (!error && !neighbour->tries)
		ask(neighbour, now);
	return error;
}

/* It is asked at once, as one that was not heard of for long is after a while. */
void neighbour_doubt(struct rr_netdev *device, const struct rr_ip *address)
{
	struct neighbour *neighbour = find(device, address);
	if (!neighbour || neighbour->state == INCOMPLETE || neighbour->state == PROBE)
		return;
	neighbour->state = DELAY;
	neighbour->due = rr_clock_monotonic();
	wake_at(neighbour->due);
}

bool neighbour_get(unsigned index, struct rr_ip_neighbour *out)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		if (!buckets[i].next)
			continue;
		rr_list_for_each(node, &buckets[i]) {
			const struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
			if (index--)
				continue;
			*out = (struct rr_ip_neighbour){ .device = neighbour->device, .address = neighbour->address, .known = neighbour->state != INCOMPLETE };
			memcpy(out->mac, neighbour->mac, sizeof(out->mac));
			return true;
		}
	}
	return false;
}
