/*
 * Neighbours of IPv4: RFC 826, 1122 section 2.3.2. Packets to one whose address is not known yet wait, a few. An address is asked for again when it has not been
 * confirmed for a while; meanwhile the old one is used.
 */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

#define BUCKETS 32u
#define MOST 1024u
#define TRIES 3u
#define TRY_EVERY RR_NSEC_PER_SEC
#define GOOD_FOR (30 * RR_NSEC_PER_SEC)
#define FORGOTTEN_AFTER (600 * RR_NSEC_PER_SEC)
#define ARP_SIZE 28u
enum { REQUEST = 1, REPLY = 2 };
enum { UNREACHABLE = 3, HOST_UNREACHABLE = 1 }; /* of ICMP */

struct neighbour {
	struct rr_list link;     /* of its bucket */
	struct rr_netdev *device;
	uint32_t address;
	uint8_t mac[6];
	bool known, permanent;
	uint8_t tries;
	uint64_t asked_at, confirmed_at, used_at;
	struct rr_ip_waiting waiting;
};

static struct rr_list buckets[BUCKETS];
static unsigned count;
static struct rr_timer timer;

static struct rr_list *bucket(uint32_t address)
{
	struct rr_list *list = &buckets[(address >> 24 ^ address >> 16) % BUCKETS];
	if (!list->next)
		rr_list_init(list);
	return list;
}

static struct neighbour *find(const struct rr_netdev *device, uint32_t address)
{
	rr_list_for_each(node, bucket(address)) {
		struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
		if (neighbour->address == address && neighbour->device == device)
			return neighbour;
	}
	return NULL;
}

static void forget(struct neighbour *neighbour)
{
	rr_list_remove(&neighbour->link);
	rr_netbuf_free_list(rr_ip_take_waiting(&neighbour->waiting));
	rr_free(neighbour);
	count--;
}

static void send(struct rr_netdev *device, uint16_t operation, const uint8_t *mac, uint32_t from, uint32_t to)
{
	static const uint8_t ethernet_ipv4[6] = { 0, 1, 8, 0, 6, 4 };
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	if (!packet)
		return;
	uint8_t *at = rr_netbuf_extend(packet, ARP_SIZE);
	memcpy(at, ethernet_ipv4, 6);
	rr_net_put16(at + 6, operation);
	memcpy(at + 8, device->mac, 6);
	memcpy(at + 14, &from, 4);
	if (mac)
		memcpy(at + 18, mac, 6);
	else
		memset(at + 18, 0, 6);
	memcpy(at + 24, &to, 4);
	rr_ip_ethernet_send(device, packet, mac, ETHER_ARP);
}

void rr_ip_announce(struct rr_netdev *device, const struct rr_ip *address)
{
	uint32_t own = address->words[3];
	send(device, REQUEST, NULL, own, own);
	rr_ip_flush();
}

static void ask(struct neighbour *neighbour)
{
	uint32_t own = 0;
	address_for(neighbour->device, neighbour->address, &own);
	neighbour->asked_at = rr_clock_monotonic();
	neighbour->tries++;
	send(neighbour->device, REQUEST, NULL, own, neighbour->address);
}

/* Who sent a packet that waits in vain hears of it as of a router that knows no way: RFC 1122, 2.3.2.2 and 3.2.2.1. */
static void report(const struct rr_netbuf *packet)
{
	const uint8_t *at = packet->data;
	uint32_t header = packet->length >= IPV4_HEADER ? (at[0] & 15u) * 4 : 0, from, to;
	const struct rr_ip_protocol *protocol = header ? rr_ip_protocols[at[9]] : NULL;
	if (!protocol || !protocol->undelivered || packet->length < header + 8)
		return;
	memcpy(&from, at + 12, 4);
	memcpy(&to, at + 16, 4);
	struct rr_ip source = rr_ip_v4(from), target = rr_ip_v4(to);
	rr_ip_news = (struct rr_ip_news){ RR_IP_NEWS_ICMP, UNREACHABLE, HOST_UNREACHABLE, source, packet, header };
	protocol->undelivered(&source, &target, at + header, EHOSTUNREACH, false, 0);
}

static void give_up(struct neighbour *neighbour)
{
	struct rr_netbuf *packets = rr_ip_take_waiting(&neighbour->waiting);
	forget(neighbour);
	for (const struct rr_netbuf *packet = packets; packet; packet = packet->next)
		report(packet);
	rr_netbuf_free_list(packets);
}

/* Those that do not answer are asked again, or given up with what waits for them. */
static void look_again(struct rr_timer *unused)
{
	bool any = false;
	(void)unused;
	for (unsigned i = 0; i < BUCKETS; i++) {
		if (!buckets[i].next)
			continue;
		rr_list_for_each_safe(node, &buckets[i]) {
			struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
			if (neighbour->known)
				continue;
			if (neighbour->tries >= TRIES) {
				give_up(neighbour);
				continue;
			}
			any = true;
			ask(neighbour);
		}
	}
	if (any)
		rr_timer_arm(&timer, rr_clock_monotonic() + TRY_EVERY);
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
			if (!neighbour->permanent && (!oldest || neighbour->used_at < oldest->used_at))
				oldest = neighbour;
		}
	}
	if (oldest)
		forget(oldest);
}

static struct neighbour *add(struct rr_netdev *device, uint32_t address)
{
	if (count >= MOST)
		evict();
	struct neighbour *neighbour = rr_zalloc(1, sizeof(*neighbour));
	if (!neighbour)
		return NULL;
	neighbour->device = device;
	neighbour->address = address;
	neighbour->used_at = rr_clock_monotonic();
	rr_list_push_front(bucket(address), &neighbour->link);
	count++;
	return neighbour;
}

static void learn(struct neighbour *neighbour, const uint8_t *mac)
{
	memcpy(neighbour->mac, mac, 6);
	neighbour->known = true;
	neighbour->tries = 0;
	neighbour->confirmed_at = rr_clock_monotonic();
	rr_ip_send_waiting(&neighbour->waiting, neighbour->device, neighbour->mac, ETHER_IPV4);
}

void arp_receive(struct rr_netdev *device, struct rr_netbuf *packet)
{
	static const uint8_t ethernet_ipv4[6] = { 0, 1, 8, 0, 6, 4 };
	if (packet->total >= ARP_SIZE && rr_netbuf_gather(packet, ARP_SIZE) && !memcmp(packet->data, ethernet_ipv4, 6)) {
		const uint8_t *at = packet->data;
		uint16_t operation = rr_net_get16(at + 6);
		uint32_t from, to;
		uint8_t mac[6];
		memcpy(mac, at + 8, 6);
		memcpy(&from, at + 14, 4);
		memcpy(&to, at + 24, 4);
		struct rr_ip target = rr_ip_v4(to);
		bool for_us = rr_ip_is_ours(&target) && !rr_ip_is_loopback(&target), unicast = !(mac[0] & 1);
		struct neighbour *neighbour = unicast && from ? find(device, from) : NULL;
		/* only who asks for us is worth a new entry: others could fill the table */
		if (!neighbour && for_us && from && unicast && operation == REQUEST)
			neighbour = add(device, from);
		if (neighbour && !neighbour->permanent)
			learn(neighbour, mac);
		if (for_us && operation == REQUEST && unicast)
			send(device, REPLY, mac, to, from);
	}
	rr_netbuf_free(packet);
}

int arp_send(struct rr_netdev *device, struct rr_netbuf *packet, uint32_t hop)
{
	struct neighbour *neighbour = find(device, hop);
	uint64_t now = rr_clock_monotonic();
	if (neighbour && neighbour->known && (neighbour->permanent || now - neighbour->confirmed_at < FORGOTTEN_AFTER)) {
		neighbour->used_at = now;
		if (!neighbour->permanent && now - neighbour->confirmed_at > GOOD_FOR && now - neighbour->asked_at > TRY_EVERY)
			ask(neighbour);
		return rr_ip_ethernet_send(device, packet, neighbour->mac, ETHER_IPV4);
	}
	if (!neighbour && !(neighbour = add(device, hop))) {
		rr_netbuf_free(packet);
		return -ENOMEM;
	}
	int error = rr_ip_wait(&neighbour->waiting, packet);
	if (error)
		return error;
	if (neighbour->known) { /* asked for while it was known: that does not count */
		neighbour->known = false;
		neighbour->tries = 0;
	}
	if (!neighbour->tries) {
		ask(neighbour);
		timer.fire = look_again;
		if (!rr_timer_armed(&timer))
			rr_timer_arm(&timer, now + TRY_EVERY);
	}
	return 0;
}

void arp_doubt(struct rr_netdev *device, uint32_t hop)
{
	struct neighbour *neighbour = find(device, hop);
	if (neighbour && neighbour->known && !neighbour->permanent && rr_clock_monotonic() - neighbour->asked_at > TRY_EVERY)
		ask(neighbour);
}

bool rr_ip_get_neighbour(unsigned index, struct rr_ip_neighbour *out)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		if (!buckets[i].next)
			continue;
		rr_list_for_each(node, &buckets[i]) {
			const struct neighbour *neighbour = rr_list_entry(node, struct neighbour, link);
			if (index) {
				index--;
				continue;
			}
			*out = (struct rr_ip_neighbour){ .device = neighbour->device, .address = rr_ip_v4(neighbour->address), .known = neighbour->known, .permanent = neighbour->permanent };
			memcpy(out->mac, neighbour->mac, sizeof(out->mac));
			return true;
		}
	}
	return rr_ip6 && rr_ip6->get_neighbour(index, out);
}

int rr_ip_set_neighbour(struct rr_netdev *device, const struct rr_ip *address, const uint8_t *mac)
{
	if (!rr_ip_is_v4(address))
		return -EAFNOSUPPORT;
	struct neighbour *neighbour = find(device, address->words[3]);
	if (!mac) {
		if (neighbour)
			forget(neighbour);
		return neighbour ? 0 : -ENXIO;
	}
	if (!neighbour && !(neighbour = add(device, address->words[3])))
		return -ENOMEM;
	neighbour->permanent = true;
	learn(neighbour, mac);
	rr_ip_flush();
	return 0;
}
