// sources: ../src/autoconf.c ../src/discovery.c ../src/extension.c ../src/icmp6.c ../src/ip6.c ../src/mld.c ../src/mtu.c ../src/neighbour.c ../src/options.c ../src/router.c ../src/source.c ../../ip/src/address.c ../../ip/src/arp.c ../../ip/src/checksum.c ../../ip/src/ethernet.c ../../ip/src/group.c ../../ip/src/icmp.c ../../ip/src/igmp.c ../../ip/src/ipv4.c ../../ip/src/reassembly.c ../../ip/src/route.c ../../ip/src/stack.c ../../ip/src/waiting.c ../../netdev/src/netbuf.c ../../virtio/test/support/machine.c
// includes: ../src ../../virtio/test/support ../../ip/include ../../netdev/include ../../base/include ../../memory/include ../../time/include ../../linux-abi/include ../../random/include ../../cpu/include
/*
 * The internet layer with one card, whose other side is this test: what RFC 4861, 4862, 4443, 8200 and 8201 want of it, and that frames which are not as they should be
 * change nothing. Time is simulated.
 */
#include "internal.h"
#include "machine.h"
#include <errno.h>
#include <rr/netdev.h>
#include <stdarg.h>
#include <string.h>

/* --- the layers below --- */

static uint64_t now = 1000 * RR_NSEC_PER_SEC;
static struct rr_timer *timers[8];
static char last_log[240];

static bool emulated;

uint64_t rr_clock_monotonic(void) { return now; }
bool rr_cpu_is_emulated(void) { return emulated; }
struct rr_memory_stats rr_memory_stats(void) { return (struct rr_memory_stats){ 65536, 65536 }; }
void rr_panic(const char *format, ...) { (void)format; abort(); }
void rr_random_bytes(void *to, size_t length) { memset(to, 0x5a, length); }
uint64_t rr_random_word(void) { return (uint64_t)rand() << 32 | (uint32_t)rand(); }
void rr_log(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(last_log, sizeof(last_log), format, arguments);
	va_end(arguments);
}

bool rr_timer_cancel(struct rr_timer *timer)
{
	for (unsigned i = 0; i < RR_ARRAY_SIZE(timers); i++)
		if (timers[i] == timer)
			timers[i] = NULL;
	bool was = timer->node.level;
	timer->node.level = 0;
	return was;
}

void rr_timer_arm(struct rr_timer *timer, uint64_t deadline)
{
	unsigned i = 0;
	rr_timer_cancel(timer);
	while (timers[i])
		CHECK(++i < RR_ARRAY_SIZE(timers));
	timers[i] = timer;
	timer->deadline = deadline;
	timer->node.level = 1;
}

/* Let so much time pass, doing what is due at its moment. */
static void pass(uint64_t ns)
{
	uint64_t end = now + ns;
	for (unsigned rounds = 0;; rounds++) {
		struct rr_timer *first = NULL;
		CHECK(rounds < 100000);
		for (unsigned i = 0; i < RR_ARRAY_SIZE(timers); i++)
			if (timers[i] && timers[i]->deadline <= end && (!first || timers[i]->deadline < first->deadline))
				first = timers[i];
		if (!first)
			break;
		now = first->deadline > now ? first->deadline : now;
		rr_timer_cancel(first);
		first->fire(first);
	}
	now = end;
}

/* --- the card --- */

#define MOST_SENT 64u
static struct frame {
	uint32_t length;
	uint8_t bytes[2000];
} sent[MOST_SENT];
static unsigned sent_count;
static const struct rr_netdev_stack *stack;

static void flush(struct rr_netdev *device) { (void)device; }
static const struct rr_netdev_ops ops = { .flush = flush };
static struct rr_netdev card = { .name = "eth0", .index = 2, .mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, .mtu = 1500, .most_mtu = 1500, .ops = &ops, .up = true, .link = true };

struct rr_netdev *rr_netdev_next(const struct rr_netdev *device) { return device ? NULL : &card; }
struct rr_netdev *rr_netdev_by_index(unsigned index) { return index == 2 ? &card : NULL; }
int rr_netdev_up(struct rr_netdev *device) { (void)device; return 0; }
void rr_netdev_attach_stack(const struct rr_netdev_stack *who) { stack = who; who->added(&card); }
int rr_netdev_transmit(struct rr_netdev *device, struct rr_netbuf *packet)
{
	CHECK(device == &card && rr_netbuf_headroom(packet) >= RR_NETBUF_LINK_HEADROOM && packet->total <= 1514 && packet->refs == 1 && !packet->flags);
	struct frame *frame = &sent[sent_count < MOST_SENT ? sent_count++ : MOST_SENT - 1];
	frame->length = packet->total;
	rr_netbuf_copy(packet, 0, frame->bytes, packet->total);
	rr_netbuf_free(packet);
	return 0;
}

static void give(const uint8_t *frame, uint32_t length)
{
	/* in pieces, as a card's buffers may be */
	struct rr_netbuf *packet = rr_netbuf_alloc(16);
	uint32_t first = length > 80 && rand() % 8 == 0 ? 60 + (uint32_t)rand() % 20 : length < RR_NETBUF_ROOM - 16 ? length : RR_NETBUF_ROOM - 16;
	memcpy(rr_netbuf_extend(packet, first), frame, first);
	if (first < length) {
		struct rr_netbuf *rest = rr_netbuf_alloc(0);
		memcpy(rr_netbuf_extend(rest, length - first), frame + first, length - first);
		rr_netbuf_append(packet, rest);
	}
	packet->device = &card;
	stack->receive(&card, packet);
}

/* --- frames --- */

static const struct rr_ip router = { .bytes = { 0xfe, 0x80, [15] = 1 } }, all_nodes = { .bytes = { 0xff, 2, [15] = 1 } }, peer = { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 9 } };
static const struct rr_ip link_local = { .bytes = { 0xfe, 0x80, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0x12, 0x34, 0x56 } };
static const struct rr_ip automatic = { .bytes = { 0x20, 1, 0xd, 0xb8, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0x12, 0x34, 0x56 } };
static const uint8_t router_mac[6] = { 2, 0, 0, 0, 0, 1 }, peer_mac[6] = { 2, 0, 0, 0, 0, 9 };

static uint16_t sum_of(const uint8_t *at, uint32_t length, uint32_t sum)
{
	for (uint32_t i = 0; i < length; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint32_t make(uint8_t *frame, const struct rr_ip *from, const struct rr_ip *to, uint8_t next, uint8_t hops, const void *payload, uint32_t length)
{
	memcpy(frame, card.mac, 6);
	memcpy(frame + 6, rr_ip_equal(from, &router) ? router_mac : peer_mac, 6);
	rr_net_put16(frame + 12, RR_ETHER_IPV6);
	memset(frame + 14, 0, 40);
	frame[14] = 0x60;
	rr_net_put16(frame + 18, (uint16_t)length);
	frame[20] = next;
	frame[21] = hops;
	memcpy(frame + 22, from->bytes, 16);
	memcpy(frame + 38, to->bytes, 16);
	memcpy(frame + 54, payload, length);
	if (next == RR_IP_ICMPV6) {
		rr_net_put16(frame + 56, 0);
		rr_net_put16(frame + 56, (uint16_t)~sum_of(frame + 54, length, sum_of(frame + 22, 32, length + RR_IP_ICMPV6)));
	}
	return 54 + length;
}

static void hear(const struct rr_ip *from, const struct rr_ip *to, uint8_t next, uint8_t hops, const void *payload, uint32_t length)
{
	uint8_t frame[2000];
	give(frame, make(frame, from, to, next, hops, payload, length));
}

/* The message of a frame sent, behind its hop-by-hop header if it has one; NULL: it is none of `type`. Its checksum is right. */
static const uint8_t *message(const struct frame *frame, uint8_t type)
{
	const uint8_t *at = frame->bytes + 54;
	uint8_t next = frame->bytes[20];
	uint32_t length = frame->length - 54;
	if (rr_net_get16(frame->bytes + 12) != RR_ETHER_IPV6)
		return NULL;
	CHECK(rr_net_get16(frame->bytes + 18) == length);
	if (next == NEXT_HOP_BY_HOP) {
		next = at[0];
		at += 8;
		length -= 8;
	}
	if (next != RR_IP_ICMPV6 || at[0] != type)
		return NULL;
	CHECK(sum_of(at, length, sum_of(frame->bytes + 22, 32, length + RR_IP_ICMPV6)) == 0xffff);
	return at;
}

/* The one frame of that type sent since `sent_count` was set to 0; NULL: none. */
static const struct frame *sent_one(uint8_t type)
{
	const struct frame *found = NULL;
	for (unsigned i = 0; i < sent_count; i++)
		if (message(&sent[i], type)) {
			CHECK(!found);
			found = &sent[i];
		}
	return found;
}

static void advertise(uint16_t lifetime, const struct rr_ip *prefix, uint8_t bits, uint8_t flags, uint32_t valid, uint32_t preferred, uint32_t mtu, uint8_t hops)
{
	uint8_t ra[16 + 8 + 8 + 32] = { ICMP6_ROUTER_ADVERTISEMENT, [4] = 33 };
	rr_net_put16(ra + 6, lifetime);
	memcpy(ra + 16, (uint8_t[]){ ND_SOURCE_LINK, 1, 2, 0, 0, 0, 0, 1, ND_MTU, 1 }, 10);
	rr_net_put32(ra + 28, mtu);
	memcpy(ra + 32, (uint8_t[]){ ND_PREFIX, 4, bits, flags }, 4);
	rr_net_put32(ra + 36, valid);
	rr_net_put32(ra + 40, preferred);
	memcpy(ra + 48, prefix->bytes, 16);
	hear(&router, &all_nodes, RR_IP_ICMPV6, hops, ra, sizeof(ra));
}

static struct rr_ip_address *own(const struct rr_ip *ip)
{
	struct rr_ip zoned = rr_ip_with_zone(*ip, 2);
	return rr_ip_find_address(&card, &zoned);
}

static void solicit(const struct rr_ip *from, const struct rr_ip *to, const struct rr_ip *target, uint8_t hops)
{
	uint8_t ns[32] = { ICMP6_NEIGHBOUR_SOLICITATION };
	memcpy(ns + 8, target->bytes, 16);
	memcpy(ns + 24, (uint8_t[]){ ND_SOURCE_LINK, 1, 2, 0, 0, 0, 0, 9 }, 8);
	hear(from, to, RR_IP_ICMPV6, hops, ns, rr_ip_is_any(from) ? 24 : 32);
}

static void answer(const struct rr_ip *target, uint8_t flags, const uint8_t *mac)
{
	uint8_t na[32] = { ICMP6_NEIGHBOUR_ADVERTISEMENT, [4] = flags };
	memcpy(na + 8, target->bytes, 16);
	na[24] = ND_TARGET_LINK;
	na[25] = 1;
	if (mac)
		memcpy(na + 26, mac, 6);
	hear(target, flags & 0x40 ? &automatic : &all_nodes, RR_IP_ICMPV6, 255, na, mac ? 32 : 24);
}

/* --- a transport --- */

static struct rr_ip_received last_how;
static uint8_t received[70000];
static uint32_t received_length, received_count, undelivered_count, last_mtu;
static int last_error;

static void take(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	last_how = *how;
	received_count++;
	received_length = packet->total;
	rr_netbuf_copy(packet, 0, received, packet->total);
	rr_netbuf_free(packet);
}

static void not_delivered(const struct rr_ip *from, const struct rr_ip *to, const uint8_t *start, int error, bool fatal, uint32_t mtu)
{
	(void)from, (void)to, (void)fatal;
	CHECK(start[0] == 0xab || error != EMSGSIZE);
	undelivered_count++;
	last_error = error;
	last_mtu = mtu;
}

static int send_to(const struct rr_ip *to, uint32_t length)
{
	struct rr_ip any = RR_IP_ANY;
	struct rr_ip_path path;
	int error = rr_ip_find_path(to, &any, 0, &path);
	if (error)
		return error;
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM), *body = rr_netbuf_alloc_large((length + 4095) & ~4095u);
	for (uint32_t i = 0; i < length; i++)
		body->data[i] = (uint8_t)(0xab + i * 7);
	rr_netbuf_extend(body, length);
	rr_netbuf_append(packet, body);
	error = rr_ip_send(packet, &path, &(struct rr_ip_header){ .from = path.source, .to = *to, .protocol = 200, .may_fragment = true });
	rr_ip_flush();
	return error;
}

/* --- what is expected --- */

static void boot(void)
{
	static const struct rr_ip_protocol transport = { take, not_delivered };
	void rr_ip_init(void), rr_ip6_init(void);
	rr_ip_init();
	rr_ip6_init();
	rr_ip_set_protocol(200, &transport);
	CHECK(own(&link_local) && own(&link_local)->flags & RR_IP_TENTATIVE);
	const struct frame *probe = sent_one(ICMP6_NEIGHBOUR_SOLICITATION);
	CHECK(probe && probe->bytes[21] == 255 && !memcmp(probe->bytes + 22, (uint8_t[16]){ 0 }, 16) && !memcmp(probe->bytes, (uint8_t[]){ 0x33, 0x33, 0xff, 0x12, 0x34, 0x56 }, 6));
	CHECK(!memcmp(message(probe, ICMP6_NEIGHBOUR_SOLICITATION) + 8, link_local.bytes, 16));
	CHECK(sent_one(ICMP6_MLD2_REPORT) && !sent_one(ICMP6_ROUTER_SOLICITATION));
	/* what comes back to us is no duplicate: RFC 7527 */
	give(probe->bytes, probe->length);
	CHECK(own(&link_local));
	sent_count = 0;
	rr_ip6->follow_routers(&card);
	CHECK(sent_one(ICMP6_ROUTER_SOLICITATION) && sent_one(ICMP6_ROUTER_SOLICITATION)->length == 54 + 8);
	pass(2 * RR_NSEC_PER_SEC);
	CHECK(own(&link_local) && !(own(&link_local)->flags & (RR_IP_TENTATIVE | RR_IP_OPTIMISTIC)));
	sent_count = 0;
	pass(20 * RR_NSEC_PER_SEC); /* three in all */
	CHECK(sent_count == 2 && message(&sent[0], ICMP6_ROUTER_SOLICITATION) && sent[0].length == 54 + 16);
	CHECK(send_to(&peer, 10) == -ENETUNREACH);
}

/* Emulated, a machine says its first words when its program has had time to start; in the group it is from the beginning. */
static void later(void)
{
	struct rr_ip late = { .bytes = { 0xfd, [15] = 0x77 } };
	emulated = true;
	sent_count = 0;
	CHECK(!rr_ip_add_address(&card, &late, 64) && own(&late)->flags & RR_IP_TENTATIVE);
	CHECK(!sent_count && rr_ip_is_member(&card, &(struct rr_ip){ .bytes = { 0xff, 2, [11] = 1, 0xff, [15] = 0x77 } }));
	pass(RR_NSEC_PER_SEC / 8);
	CHECK(sent_one(ICMP6_NEIGHBOUR_SOLICITATION) && sent_one(ICMP6_MLD2_REPORT));
	pass(2 * RR_NSEC_PER_SEC);
	CHECK(own(&late) && !(own(&late)->flags & RR_IP_TENTATIVE));
	CHECK(!rr_ip_remove_address(&card, &late));
	emulated = false;
	pass(2 * RR_NSEC_PER_SEC);
	sent_count = 0;
}

static void routers(void)
{
	struct rr_ip_path path;
	struct rr_ip any = RR_IP_ANY, far = { .bytes = { 0x26, 7, [15] = 1 } }, prefix = { .bytes = { 0x20, 1, 0xd, 0xb8 } };
	advertise(1800, &prefix, 64, 0xc0, 7200, 3600, 1400, 64); /* has passed a router */
	CHECK(!own(&automatic));
	advertise(1800, &prefix, 64, 0xc0, 7200, 9000, 1400, 255); /* preferred longer than valid */
	CHECK(!own(&automatic));
	advertise(1800, &prefix, 64, 0xc0, 7200, 3600, 1400, 255);
	CHECK(own(&automatic) && own(&automatic)->valid_until == now + 7200 * RR_NSEC_PER_SEC && !(own(&automatic)->flags & RR_IP_PERMANENT));
	CHECK(!rr_ip_find_path(&far, &any, 0, &path) && rr_ip_zone(&path.next_hop) == 2 && path.mtu == 1400 && rr_ip_equal(&path.source, &automatic));
	CHECK(!rr_ip_find_path(&peer, &any, 0, &path) && rr_ip_equal(&path.next_hop, &peer));
	pass(2 * RR_NSEC_PER_SEC);
	/* nobody is asked for what the router said of itself */
	sent_count = 0;
	CHECK(!send_to(&far, 100) && sent_count == 1 && !memcmp(sent[0].bytes, router_mac, 6) && sent[0].bytes[21] == 33);
	/* two hours: RFC 4862, 5.5.3 (e) */
	advertise(1800, &prefix, 64, 0xc0, 10, 0, 1400, 255);
	CHECK(own(&automatic)->valid_until > now + 7000 * RR_NSEC_PER_SEC);
	pass(1);
	CHECK(own(&automatic)->flags & RR_IP_DEPRECATED);
	advertise(1800, &prefix, 64, 0xc0, 86400, 14400, 1400, 255);
	CHECK(!(own(&automatic)->flags & RR_IP_DEPRECATED) && own(&automatic)->valid_until == now + 86400 * RR_NSEC_PER_SEC);
	/* no router any more */
	advertise(0, &prefix, 64, 0xc0, 86400, 14400, 1400, 255);
	CHECK(rr_ip_find_path(&far, &any, 0, &path) == -ENETUNREACH);
	advertise(30, &prefix, 64, 0xc0, 86400, 14400, 1400, 255);
	CHECK(!rr_ip_find_path(&far, &any, 0, &path));
	pass(31 * RR_NSEC_PER_SEC);
	CHECK(rr_ip_find_path(&far, &any, 0, &path) == -ENETUNREACH);
	/* many prefixes and routers: bounded */
	for (unsigned i = 0; i < 100; i++) {
		struct rr_ip other = { .bytes = { 0x20, 1, 0xd, 0xb8, 0, (uint8_t)i, 1 } };
		advertise(1800, &other, 64, 0xc0, 7200, 3600, 1400, 255);
	}
	unsigned count = 0;
	struct rr_ip_address each;
	for (unsigned i = 0; rr_ip_get_address(i, &each); i++)
		count++;
	CHECK(count <= 20);
	pass(8000 * RR_NSEC_PER_SEC);
	CHECK(own(&automatic));
	count = 0;
	for (unsigned i = 0; rr_ip_get_address(i, &each); i++)
		count++;
	CHECK(count == 2);
	advertise(9000, &prefix, 64, 0xc0, 86400, 14400, 1400, 255);
}

static void neighbours(void)
{
	struct rr_ip group = solicited_node(&automatic), other = { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 0x77 } };
	sent_count = 0;
	solicit(&peer, &group, &automatic, 254);
	CHECK(!sent_count);
	solicit(&peer, &group, &other, 255);
	CHECK(!sent_count);
	solicit(&peer, &group, &automatic, 255);
	const struct frame *na = sent_one(ICMP6_NEIGHBOUR_ADVERTISEMENT);
	CHECK(na && !memcmp(na->bytes, peer_mac, 6) && (message(na, ICMP6_NEIGHBOUR_ADVERTISEMENT)[4] & 0xe0) == 0x60);
	/* who asks whether somebody has it hears that all hear */
	sent_count = 0;
	struct rr_ip any = RR_IP_ANY;
	solicit(&any, &group, &automatic, 255);
	na = sent_one(ICMP6_NEIGHBOUR_ADVERTISEMENT);
	CHECK(na && na->bytes[0] == 0x33 && own(&automatic));
	solicit(&any, &automatic, &automatic, 255); /* not to the group: 7.1.1 */
	CHECK(sent_count == 1);
	/* an unknown one is asked for, packets wait; in the end their senders are told */
	sent_count = undelivered_count = 0;
	for (unsigned i = 0; i < 6; i++)
		send_to(&other, 20);
	CHECK(sent_count == 1 && sent_one(ICMP6_NEIGHBOUR_SOLICITATION));
	answer(&other, 0x60, peer_mac);
	CHECK(sent_count == 1 + 4);
	/* it is asked itself when it was not heard of for long */
	pass(40 * RR_NSEC_PER_SEC);
	sent_count = 0;
	send_to(&other, 20);
	CHECK(sent_count == 1);
	pass(5 * RR_NSEC_PER_SEC);
	CHECK(sent_count == 2 && !memcmp(sent[1].bytes, peer_mac, 6) && message(&sent[1], ICMP6_NEIGHBOUR_SOLICITATION));
	answer(&other, 0x40, NULL);
	pass(10 * RR_NSEC_PER_SEC);
	CHECK(sent_count == 2);
	/* in doubt, it is asked at once */
	struct rr_ip_path path = { .device = &card, .next_hop = other };
	rr_ip_doubt(&path);
	rr_ip_doubt(&path);
	pass(RR_NSEC_PER_SEC / 100);
	CHECK(sent_count == 3 && !memcmp(sent[2].bytes, peer_mac, 6) && message(&sent[2], ICMP6_NEIGHBOUR_SOLICITATION));
	answer(&other, 0x40, NULL);
	/* another address, not to override: not believed; to override: taken */
	answer(&other, 0x00, router_mac);
	sent_count = 0;
	send_to(&other, 20);
	CHECK(!memcmp(sent[0].bytes, peer_mac, 6));
	answer(&other, 0x20, router_mac);
	send_to(&other, 20);
	CHECK(!memcmp(sent[1].bytes, router_mac, 6));
	pass(60 * RR_NSEC_PER_SEC); /* nobody answers: it is forgotten */
	sent_count = 0;
	send_to(&other, 20);
	CHECK(sent_count == 1 && sent[0].bytes[0] == 0x33);
	pass(10 * RR_NSEC_PER_SEC);
	CHECK(undelivered_count == 1 && last_error == EHOSTUNREACH);
	/* many: bounded */
	for (unsigned i = 0; i < 5000; i++) {
		struct rr_ip each = { .bytes = { 0x20, 1, 0xd, 0xb8, [13] = 1, (uint8_t)(i >> 8), (uint8_t)i } };
		solicit(&each, &automatic, &automatic, 255);
	}
	struct rr_ip_neighbour each;
	unsigned count = 0;
	while (neighbour_get(count, &each))
		count++;
	CHECK(count <= 1024);
	pass(60 * RR_NSEC_PER_SEC); /* those that were answered are asked whether they are there */
}

static void duplicates(void)
{
	struct rr_ip any = RR_IP_ANY, mine = { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 0x42 } }, group = solicited_node(&mine);
	CHECK(!rr_ip_add_address(&card, &mine, 64));
	solicit(&any, &group, &mine, 255);
	CHECK(!own(&mine) && strstr(last_log, "2001:db8:0:0:0:0:0:42"));
	CHECK(!rr_ip_add_address(&card, &mine, 64));
	answer(&mine, 0x20, peer_mac);
	CHECK(!own(&mine));
	CHECK(!rr_ip_add_address(&card, &mine, 64));
	pass(2 * RR_NSEC_PER_SEC);
	answer(&mine, 0x20, peer_mac); /* too late */
	CHECK(own(&mine));
	CHECK(!rr_ip_remove_address(&card, &mine));
}

static void errors_and_echo(void)
{
	uint8_t ping[100] = { ICMP6_ECHO, 0, 0, 0, 1, 2, 3, 4, 5 };
	solicit(&peer, &automatic, &automatic, 255); /* known from here on */
	pass(2 * RR_NSEC_PER_SEC);
	sent_count = 0;
	hear(&peer, &automatic, RR_IP_ICMPV6, 3, ping, sizeof(ping));
	const struct frame *reply = sent_one(ICMP6_ECHO_REPLY);
	CHECK(reply && reply->length == 54 + sizeof(ping) && !memcmp(message(reply, ICMP6_ECHO_REPLY) + 4, ping + 4, sizeof(ping) - 4));
	/* an unknown protocol, an unknown option; not about errors, not to groups or nobody */
	sent_count = 0;
	hear(&peer, &automatic, 201, 64, ping, 20);
	const struct frame *problem = sent_one(ICMP6_PARAMETER_PROBLEM);
	CHECK(problem && message(problem, ICMP6_PARAMETER_PROBLEM)[1] == 1 && rr_net_get32(message(problem, ICMP6_PARAMETER_PROBLEM) + 4) == 6);
	sent_count = 0;
	hear(&peer, &automatic, NEXT_DESTINATION, 64, (uint8_t[8]){ 200, 0, 0x9e, 4 }, 8);
	problem = sent_one(ICMP6_PARAMETER_PROBLEM);
	CHECK(problem && message(problem, ICMP6_PARAMETER_PROBLEM)[1] == 2 && rr_net_get32(message(problem, ICMP6_PARAMETER_PROBLEM) + 4) == 42);
	sent_count = 0;
	hear(&peer, &all_nodes, 201, 64, ping, 20);
	hear(&peer, &automatic, NEXT_NONE, 64, ping, 20);
	struct rr_ip any = RR_IP_ANY, loopback = RR_IP_LOOPBACK_V6, nobody = { .bytes = { 0x20, 2 } };
	hear(&any, &automatic, 201, 64, ping, 20);
	hear(&loopback, &automatic, RR_IP_ICMPV6, 64, ping, sizeof(ping));
	hear(&peer, &nobody, RR_IP_ICMPV6, 64, ping, sizeof(ping));
	hear(&all_nodes, &automatic, RR_IP_ICMPV6, 64, ping, sizeof(ping));
	CHECK(!sent_count);
	/* too many */
	pass(RR_NSEC_PER_SEC);
	for (unsigned i = 0; i < 60; i++)
		hear(&peer, &automatic, 201, 64, ping, 20);
	CHECK(sent_count == 50);
	pass(2 * RR_NSEC_PER_SEC);
}

/* An error about a packet of ours, quoted. */
static void complain(uint8_t type, uint8_t code, uint32_t value, const struct frame *about)
{
	uint8_t error[8 + 200] = { type, code };
	uint32_t quoted = about->length - 14 < 200 ? about->length - 14 : 200;
	rr_net_put32(error + 4, value);
	memcpy(error + 8, about->bytes + 14, quoted);
	hear(&router, &automatic, RR_IP_ICMPV6, 64, error, 8 + quoted);
}

static void paths(void)
{
	struct rr_ip any = RR_IP_ANY;
	struct rr_ip_path path;
	sent_count = undelivered_count = 0;
	send_to(&peer, 500);
	struct frame ours = sent[sent_count - 1];
	uint32_t generation = rr_ip_generation;
	complain(ICMP6_TOO_BIG, 0, 1300, &ours);
	CHECK(undelivered_count == 1 && last_error == EMSGSIZE && last_mtu == 1300 && rr_ip_generation != generation);
	CHECK(!rr_ip_find_path(&peer, &any, 0, &path) && path.mtu == 1300);
	complain(ICMP6_TOO_BIG, 0, 1350, &ours); /* never larger */
	complain(ICMP6_TOO_BIG, 0, 600, &ours);  /* never less than all links have */
	CHECK(!rr_ip_find_path(&peer, &any, 0, &path) && path.mtu == 1280);
	pass(700 * RR_NSEC_PER_SEC);
	CHECK(!rr_ip_find_path(&peer, &any, 0, &path) && path.mtu == 1400);
	complain(ICMP6_UNREACHABLE, 4, 0, &ours);
	CHECK(last_error == ECONNREFUSED);
	undelivered_count = 0;
	ours.bytes[14 + 8 + 15] ^= 1; /* not from an address of ours */
	complain(ICMP6_UNREACHABLE, 4, 0, &ours);
	CHECK(!undelivered_count);
}

static void fragments(void)
{
	static struct frame parts[MOST_SENT];
	for (unsigned round = 0; round < 60; round++) {
		uint32_t length = 1361 + (uint32_t)rand() % 60000;
		solicit(&peer, &automatic, &automatic, 255);
		answer(&peer, 0x60, peer_mac);
		pass(RR_NSEC_PER_SEC);
		sent_count = 0;
		CHECK(!send_to(&peer, length) && sent_count > 1 && sent_count < MOST_SENT);
		unsigned count = sent_count, twice = (unsigned)rand() % count;
		for (unsigned i = 0; i < count; i++) { /* the same back, from the peer, in some order */
			unsigned j = (unsigned)rand() % (i + 1);
			parts[i] = parts[j];
			parts[j] = sent[i];
		}
		received_count = 0;
		for (unsigned i = 0; i < count; i++) {
			uint8_t *ip = parts[i].bytes + 14;
			CHECK(parts[i].length <= 14 + 1400);
			memcpy(ip + 8, peer.bytes, 16);
			memcpy(ip + 24, automatic.bytes, 16);
			give(parts[i].bytes, parts[i].length);
			if (i == twice && i + 1 < count) /* repeated by the network */
				give(parts[i].bytes, parts[i].length);
		}
		CHECK(received_count == 1 && received_length == length && last_how.protocol == 200 && !last_how.checked);
		for (uint32_t i = 0; i < length; i++)
			CHECK(received[i] == (uint8_t)(0xab + i * 7));
	}
	/* one that overlaps spoils the packet: RFC 5722 */
	uint8_t part[8 + 64] = { 200, 0, 0, 1, 0, 0, 9, 9 };
	received_count = 0;
	hear(&peer, &automatic, NEXT_FRAGMENT, 64, part, 8 + 64);
	rr_net_put16(part + 2, 56 | 1);
	hear(&peer, &automatic, NEXT_FRAGMENT, 64, part, 8 + 64);
	rr_net_put16(part + 2, 64);
	hear(&peer, &automatic, NEXT_FRAGMENT, 64, part, 8 + 64);
	CHECK(!received_count);
	/* one that is whole */
	rr_net_put16(part + 2, 0);
	hear(&peer, &automatic, NEXT_FRAGMENT, 64, part, 8 + 64);
	CHECK(received_count == 1 && received_length == 64);
	/* a length that cannot be, a first fragment without all headers */
	pass(2 * RR_NSEC_PER_SEC);
	sent_count = 0;
	rr_net_put16(part + 2, 1);
	hear(&peer, &automatic, NEXT_FRAGMENT, 64, part, 8 + 63);
	CHECK(sent_one(ICMP6_PARAMETER_PROBLEM));
	sent_count = 0;
	hear(&peer, &automatic, NEXT_FRAGMENT, 64, (uint8_t[16]){ NEXT_DESTINATION, 0, 0, 1, 0, 0, 8, 8, 200, 9 }, 16);
	CHECK(sent_one(ICMP6_PARAMETER_PROBLEM) && message(sent_one(ICMP6_PARAMETER_PROBLEM), ICMP6_PARAMETER_PROBLEM)[1] == 3);
	pass(60 * RR_NSEC_PER_SEC);
}

static void groups(void)
{
	struct rr_ip group = { .bytes = { 0xff, 5, [15] = 0x33 } };
	received_count = 0;
	hear(&peer, &group, 200, 1, "no", 2);
	CHECK(!received_count);
	sent_count = 0;
	CHECK(!rr_ip_join(&card, &group) && !rr_ip_join(&card, &group));
	const struct frame *report = sent_one(ICMP6_MLD2_REPORT);
	CHECK(report && report->bytes[21] == 1 && report->bytes[20] == NEXT_HOP_BY_HOP && message(report, ICMP6_MLD2_REPORT)[8] == 4);
	hear(&peer, &group, 200, 1, "yes", 3);
	CHECK(received_count == 1 && last_how.broadcast);
	pass(2 * RR_NSEC_PER_SEC);
	/* a router asks, the new way; the old way */
	uint8_t query[28] = { ICMP6_MLD_QUERY, [4] = 1, 0 };
	sent_count = 0;
	hear(&router, &all_nodes, RR_IP_ICMPV6, 2, query, 28); /* has passed one */
	pass(RR_NSEC_PER_SEC);
	CHECK(!sent_count);
	hear(&router, &all_nodes, RR_IP_ICMPV6, 1, query, 28);
	pass(RR_NSEC_PER_SEC);
	unsigned found = 0;
	for (unsigned i = 0; i < sent_count; i++)
		found += message(&sent[i], ICMP6_MLD2_REPORT) && message(&sent[i], ICMP6_MLD2_REPORT)[8] == 2 && !memcmp(message(&sent[i], ICMP6_MLD2_REPORT) + 12, group.bytes, 16);
	CHECK(found == 1);
	sent_count = 0;
	hear(&router, &all_nodes, RR_IP_ICMPV6, 1, query, 24);
	pass(RR_NSEC_PER_SEC);
	found = 0;
	for (unsigned i = 0; i < sent_count; i++)
		found += message(&sent[i], ICMP6_MLD_REPORT) && !memcmp(message(&sent[i], ICMP6_MLD_REPORT) + 8, group.bytes, 16);
	CHECK(found == 1);
	sent_count = 0;
	CHECK(!rr_ip_leave(&card, &group) && !sent_count && !rr_ip_leave(&card, &group) && sent_one(ICMP6_MLD_DONE));
	CHECK(rr_ip_leave(&card, &group) == -EADDRNOTAVAIL);
	unsigned joined = 0;
	for (unsigned i = 0; i < 1000; i++) {
		struct rr_ip many = { .bytes = { 0xff, 5, [14] = (uint8_t)(i >> 8), (uint8_t)i } };
		joined += !rr_ip_join(&card, &many);
	}
	CHECK(joined < 257);
	for (unsigned i = 0; i < 1000; i++) {
		struct rr_ip many = { .bytes = { 0xff, 5, [14] = (uint8_t)(i >> 8), (uint8_t)i } };
		joined -= !rr_ip_leave(&card, &many);
	}
	CHECK(!joined);
}

/* Good frames with some bytes changed, cut or made longer. */
static void anything(unsigned rounds)
{
	static uint8_t frame[2000];
	struct rr_ip any = RR_IP_ANY, group = solicited_node(&automatic), prefix = { .bytes = { 0x20, 1, 0xd, 0xb8 } };
	for (unsigned round = 0; round < rounds; round++) {
		uint8_t payload[300] = { 0 };
		uint32_t size = 8 + (uint32_t)rand() % 200;
		for (unsigned i = 0; i < size; i++)
			payload[i] = rand() % 2 ? 0 : (uint8_t)rand();
		static const uint8_t messages[] = { 1, 2, 3, 4, 128, 129, 130, 131, 133, 134, 135, 136, 137, 143 }, nexts[] = { 0, 43, 44, 44, 58, 58, 58, 58, 59, 60, 200 };
		uint8_t next = nexts[(unsigned)rand() % sizeof(nexts)];
		payload[0] = next == RR_IP_ICMPV6 ? messages[(unsigned)rand() % sizeof(messages)] : nexts[(unsigned)rand() % sizeof(nexts)];
		payload[1] = (uint8_t)(rand() % 3);
		if (rand() % 2) /* so that more of it is looked at */
			memcpy(payload + 8, rand() % 2 ? automatic.bytes : peer.bytes, 16);
		if (rand() % 2 && size > 60)
			memcpy(payload + (payload[0] == 134 ? 16 : 24), (uint8_t[]){ (uint8_t)(rand() % 6), (uint8_t)(rand() % 5), 64, 0xc0 }, 4);
		const struct rr_ip *from[] = { &peer, &router, &any, &automatic }, *to[] = { &automatic, &all_nodes, &group, &peer, &link_local };
		uint32_t length = make(frame, from[rand() % 4], to[rand() % 5], next, rand() % 3 ? 255 : 1, payload, size);
		unsigned changes = rand() % 3 ? 0 : (unsigned)rand() % 4;
		while (changes--)
			frame[(unsigned)rand() % length] = (uint8_t)rand();
		if (rand() % 10 == 0)
			length = 1 + (uint32_t)rand() % length;
		give(frame, length);
		sent_count = 0;
		if (round % 64 == 0)
			pass((uint64_t)rand() % (5 * RR_NSEC_PER_SEC));
	}
	/* and it still is where it was */
	pass(100 * RR_NSEC_PER_SEC);
	advertise(9000, &prefix, 64, 0xc0, 86400, 14400, 1400, 255);
	pass(2 * RR_NSEC_PER_SEC);
	errors_and_echo();
}

int main(void)
{
	srand(4711);
	boot();
	later();
	routers();
	neighbours();
	duplicates();
	errors_and_echo();
	paths();
	fragments();
	groups();
	anything(50000);
	pass(100000 * RR_NSEC_PER_SEC); /* all that waits is given up */
	CHECK(rr_netbuf_stats().bytes == 0);
	return 0;
}
