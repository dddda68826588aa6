/* Telling routers which groups we are in: IGMPv3 (RFC 3376) without source filters, IGMPv2 (RFC 2236) where a router speaks that. */
#include <rr/string.h>
#include "internal.h"

enum { QUERY = 0x11, V2_REPORT = 0x16, V2_LEAVE = 0x17, V3_REPORT = 0x22 };
enum { IS_EXCLUDE = 2, TO_INCLUDE = 3, TO_EXCLUDE = 4 };
#define V2_SIZE 8u
#define V3_QUERY_LEAST 12u
#define V3_REPORT_SIZE 16u          /* with one group and no sources */
#define INTERNETWORK_CONTROL 0xc0
#define TENTH (RR_NSEC_PER_SEC / 10)
#define V1_WITHIN 100u              /* tenths; RFC 2236, 4 */
#define OLDER_FOR (400 * RR_NSEC_PER_SEC) /* RFC 3376, 8.12 */

/* One for all devices: a router of the older kind on one link costs the others nothing but the short reports. */
static uint64_t older_until;

static void send(struct rr_netdev *device, const struct rr_ip *to, const uint8_t *message, uint32_t length)
{
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	struct rr_ip_path path = { .device = device, .source = RR_IP_ANY_V4, .next_hop = *to, .mtu = device->mtu };
	if (!packet)
		return;
	address_choose(device, to, &path.source); /* without one yet, from 0.0.0.0: RFC 3376, 4.2.13 */
	memcpy(rr_netbuf_extend(packet, length), message, length);
	uint16_t sum = rr_ip_checksum(packet, 0, 0);
	memcpy(packet->data + 2, &sum, sizeof(sum));
	rr_ip_send(packet, &path, &(struct rr_ip_header){ .from = path.source, .to = *to, .protocol = RR_IP_IGMP, .ttl = 1, .traffic_class = INTERNETWORK_CONTROL, .alert = true });
	rr_ip_flush();
}

void igmp_report(struct rr_netdev *device, const struct rr_ip *group, enum rr_ip_report why)
{
	uint8_t message[V3_REPORT_SIZE] = { 0 };
	uint32_t all_routers = rr_net32(0xe0000002), v3_routers = rr_net32(0xe0000016);
	if (rr_clock_monotonic() < older_until) {
		struct rr_ip to = why == RR_IP_REPORT_LEFT ? rr_ip_v4(all_routers) : *group;
		message[0] = why == RR_IP_REPORT_LEFT ? V2_LEAVE : V2_REPORT;
		memcpy(message + 4, &group->words[3], 4);
		send(device, &to, message, V2_SIZE);
		return;
	}
	struct rr_ip to = rr_ip_v4(v3_routers);
	message[0] = V3_REPORT;
	message[7] = 1;
	message[8] = why == RR_IP_REPORT_MEMBER ? IS_EXCLUDE : why == RR_IP_REPORT_JOINED ? TO_EXCLUDE : TO_INCLUDE;
	memcpy(message + 12, &group->words[3], 4);
	send(device, &to, message, V3_REPORT_SIZE);
}

/* RFC 3376, 4.1.1: from 128 on a floating point number. */
static unsigned tenths(uint8_t code) { return code < 128 ? code : ((code & 15u) | 16u) << ((code >> 4 & 7) + 3); }

static void queried(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	uint32_t about;
	uint8_t code = packet->data[1];
	memcpy(&about, packet->data + 4, 4);
	struct rr_ip group = rr_ip_v4(about);
	if (packet->total < V3_QUERY_LEAST) {
		older_until = rr_clock_monotonic() + OLDER_FOR;
		rr_ip_queried(how->device, &group, false, (code ? code : V1_WITHIN) * TENTH);
		return;
	}
	rr_ip_queried(how->device, &group, false, tenths(code) * TENTH);
}

static void receive(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	if (packet->total >= V2_SIZE && rr_netbuf_gather(packet, V2_SIZE) && !rr_ip_checksum(packet, 0, 0) && packet->data[0] == QUERY)
		queried(packet, how);
	rr_netbuf_free(packet);
}

void igmp_init(void)
{
	static const struct rr_ip_protocol protocol = { receive, NULL };
	rr_ip_set_protocol(RR_IP_IGMP, &protocol);
}
