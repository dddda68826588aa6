/* Telling routers which groups we are in: MLDv2 (RFC 3810) without source filters, MLDv1 (RFC 2710) where a router speaks that. */
#include <rr/string.h>
#include "internal.h"

enum { IS_EXCLUDE = 2, TO_INCLUDE = 3, TO_EXCLUDE = 4 };
#define V1_SIZE 24u
#define V2_QUERY_LEAST 28u
#define V2_REPORT_SIZE 28u         /* with one group and no sources */
#define MILLISECOND (RR_NSEC_PER_SEC / 1000)
#define OLDER_FOR (400 * RR_NSEC_PER_SEC) /* RFC 3810, 9.12 */

/* One for all devices, as IGMP's. */
static uint64_t older_until;

static void send(struct rr_netdev *device, const struct rr_ip *to, const uint8_t *message, uint32_t length)
{
	const struct link *link = link_of(device);
	const struct rr_ip_address *own = link ? rr_ip_find_address(device, &link->local) : NULL;
	struct rr_ip from = own && !(own->flags & RR_IP_TENTATIVE) ? own->address : RR_IP_ANY; /* RFC 3590 */
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	if (!packet)
		return;
	memcpy(rr_netbuf_extend(packet, length), message, length);
	icmp6_send(device, packet, &from, to, 1, true);
	rr_ip_flush();
}

void mld_report(struct rr_netdev *device, const struct rr_ip *group, enum rr_ip_report why)
{
	static const struct rr_ip all_routers = { .bytes = { 0xff, 2, [15] = 2 } }, v2_routers = { .bytes = { 0xff, 2, [15] = 0x16 } };
	uint8_t message[V2_REPORT_SIZE] = { 0 };
	if (rr_clock_monotonic() < older_until) {
		message[0] = why == RR_IP_REPORT_LEFT ? ICMP6_MLD_DONE : ICMP6_MLD_REPORT;
		memcpy(message + 8, group->bytes, 16);
		send(device, why == RR_IP_REPORT_LEFT ? &all_routers : group, message, V1_SIZE);
		return;
	}
	message[0] = ICMP6_MLD2_REPORT;
	message[7] = 1;
	message[8] = why == RR_IP_REPORT_MEMBER ? IS_EXCLUDE : why == RR_IP_REPORT_JOINED ? TO_EXCLUDE : TO_INCLUDE;
	memcpy(message + 12, group->bytes, 16);
	send(device, &v2_routers, message, V2_REPORT_SIZE);
}

/* RFC 3810, 5.1.3: from 32768 on a floating point number. */
static uint64_t delay_of(uint16_t code) { return (code < 32768 ? code : (uint64_t)((code & 0xfffu) | 0x1000u) << ((code >> 12 & 7) + 3)) * MILLISECOND; }

void mld_queried(const struct message *message)
{
	struct rr_ip group;
	if (message->length < V1_SIZE || message->how->ttl != 1 || !rr_ip_is_link_local(&message->how->from)) /* RFC 3810, 5.1.14 */
		return;
	memcpy(group.bytes, message->at + 8, 16);
	uint16_t code = rr_net_get16(message->at + 4);
	if (message->length < V2_QUERY_LEAST)
		older_until = rr_clock_monotonic() + OLDER_FOR;
	rr_ip_queried(message->link->device, &group, true, message->length < V2_QUERY_LEAST ? code * MILLISECOND : delay_of(code));
}
