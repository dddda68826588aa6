/* Messages and their attributes. */
#include <rr/heap.h>
#include <rr/string.h>
#include "netlink.h"

#define PACKET 3776u /* bytes of messages in a packet, as Linux fills them */
#define MOST_MESSAGE 1024u

void *answer_begin(struct answer *answer, uint16_t type, uint32_t size)
{
	struct netlink_packet *packet = answer->packet;
	answer->message = NULL;
	if (packet && packet->length + MOST_MESSAGE > PACKET)
		answer_send(answer);
	if (!answer->packet) {
		packet = answer->packet = rr_alloc(sizeof(*packet) + PACKET);
		if (!packet) {
			answer->socket->lost = true;
			return NULL;
		}
		packet->length = packet->groups = 0;
	}
	struct nlmsghdr *message = (void *)(packet->data + packet->length);
	uint32_t length = sizeof(*message) + NETLINK_ALIGN(size);
	memset(message, 0, length);
	*message = (struct nlmsghdr){ length, type, answer->flags, answer->sequence, answer->port };
	packet->length += length;
	answer->message = message;
	return message + 1;
}

void answer_attribute(struct answer *answer, uint16_t type, const void *data, uint32_t size)
{
	struct nlmsghdr *message = answer->message;
	if (!message || answer->packet->length + sizeof(struct rtattr) + NETLINK_ALIGN(size) > PACKET)
		return;
	struct rtattr *attribute = (void *)((uint8_t *)message + message->length);
	*attribute = (struct rtattr){ (uint16_t)(sizeof(*attribute) + size), type };
	memset(attribute + 1, 0, NETLINK_ALIGN(size));
	memcpy(attribute + 1, data, size);
	uint32_t length = sizeof(*attribute) + NETLINK_ALIGN(size);
	message->length += length;
	answer->packet->length += length;
}

void answer_ip(struct answer *answer, uint16_t type, const struct rr_ip *ip)
{
	struct rr_ip plain = rr_ip_without_zone(*ip);
	bool v4 = rr_ip_is_v4(ip);
	answer_attribute(answer, type, plain.bytes + (v4 ? 12 : 0), v4 ? 4 : 16);
}

void answer_send(struct answer *answer)
{
	if (answer->packet)
		netlink_queue(answer->socket, answer->packet);
	answer->packet = NULL;
	answer->message = NULL;
}

int request_parse(const struct nlmsghdr *header, uint32_t size, struct request *out)
{
	uint32_t at = sizeof(*header) + NETLINK_ALIGN(size);
	*out = (struct request){ .header = header, .fixed = header + 1 };
	if (header->length < sizeof(*header) + size)
		return -EINVAL;
	while (at + sizeof(struct rtattr) <= header->length) {
		const struct rtattr *attribute = (const void *)((const uint8_t *)header + at);
		if (attribute->length < sizeof(*attribute) || attribute->length > header->length - at)
			break;
		if ((attribute->type & 0x3fff) < MOST_ATTRIBUTES)
			out->attributes[attribute->type & 0x3fff] = attribute;
		at += NETLINK_ALIGN(attribute->length);
	}
	return 0;
}

uint32_t request_u32(const struct request *request, uint16_t type, uint32_t otherwise)
{
	const struct rtattr *attribute = request->attributes[type];
	if (attribute && attribute->length >= sizeof(*attribute) + sizeof(otherwise))
		memcpy(&otherwise, attribute + 1, sizeof(otherwise));
	return otherwise;
}

int request_ip(const struct request *request, uint16_t type, uint8_t family, struct rr_ip *out)
{
	const struct rtattr *attribute = request->attributes[type];
	uint32_t size = family == AF_INET ? 4 : 16;
	if (!attribute)
		return -ENOENT;
	if (attribute->length < sizeof(*attribute) + size)
		return -EINVAL;
	*out = family == AF_INET ? RR_IP_ANY_V4 : RR_IP_ANY;
	memcpy(out->bytes + 16 - size, attribute + 1, size);
	return 0;
}
