/* What programs ask: one buffer may hold several requests. */
#include <rr/credentials.h>
#include <rr/heap.h>
#include <rr/string.h>
#include "netlink.h"

/* The error, or 0, and the request it is about: its header alone where there was no error, or the socket wants no more. */
static void acknowledge(struct netlink_socket *socket, const struct nlmsghdr *header, int error)
{
	bool whole = error && !socket->cap_ack;
	uint32_t quoted = whole ? header->length : sizeof(*header), size = sizeof(int32_t) + quoted;
	struct netlink_packet *packet = rr_alloc(sizeof(*packet) + sizeof(*header) + NETLINK_ALIGN(size));
	if (!packet) {
		socket->lost = true;
		return;
	}
	packet->length = sizeof(*header) + NETLINK_ALIGN(size);
	packet->groups = 0;
	memset(packet->data, 0, packet->length);
	struct nlmsghdr answer = { sizeof(answer) + size, NLMSG_ERROR, (uint16_t)(whole ? 0 : NLM_F_CAPPED), header->sequence, socket->port };
	int32_t code = error;
	memcpy(packet->data, &answer, sizeof(answer));
	memcpy(packet->data + sizeof(answer), &code, sizeof(code));
	memcpy(packet->data + sizeof(answer) + sizeof(code), header, quoted);
	netlink_queue(socket, packet);
}

static bool dump(struct answer *answer, const struct nlmsghdr *header)
{
	answer->flags = NLM_F_MULTI;
	switch (header->type) {
	case RTM_GETLINK: link_dump(answer, header); break;
	case RTM_GETADDR: address_dump(answer, header); break;
	case RTM_GETROUTE: route_dump(answer, header); break;
	case RTM_GETNEIGH: neighbour_dump(answer, header); break;
	default: return false;
	}
	answer_begin(answer, NLMSG_DONE, sizeof(int32_t));
	answer_send(answer);
	return true;
}

static int change(const struct nlmsghdr *header)
{
	if (!rr_capable(CAP_NET_ADMIN))
		return -EPERM;
	switch (header->type) {
	case RTM_NEWLINK:
	case RTM_SETLINK: return link_change(header);
	case RTM_NEWADDR:
	case RTM_DELADDR: return address_change(header);
	case RTM_NEWROUTE:
	case RTM_DELROUTE: return route_change(header);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH: return neighbour_change(header);
	default: return -EOPNOTSUPP;
	}
}

static int get(struct answer *answer, const struct nlmsghdr *header)
{
	switch (header->type) {
	case RTM_GETLINK: return link_get(answer, header);
	case RTM_GETROUTE: return route_get(answer, header);
	default: return -EOPNOTSUPP;
	}
}

#define IS_GET(type) (((type) & 3) == 2)

/* True: the answer acknowledges it. */
static bool handle(struct netlink_socket *socket, const struct nlmsghdr *header, int *error)
{
	struct answer answer = { .socket = socket, .sequence = header->sequence, .port = socket->port };
	*error = 0;
	if (header->length == sizeof(*header)) /* not even a family: nothing is asked */
		return false;
	if (!IS_GET(header->type)) {
		*error = change(header);
		return false;
	}
	if (header->flags & NLM_F_DUMP) {
		bool done = dump(&answer, header);
		*error = done ? 0 : -EOPNOTSUPP;
		return done;
	}
	*error = get(&answer, header);
	answer_send(&answer);
	return false;
}

void netlink_requests(struct netlink_socket *socket, const void *data, uint32_t length)
{
	while (length >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *header = data;
		int error = 0;
		if (header->length < sizeof(*header) || header->length > length)
			return;
		bool answered = header->flags & NLM_F_REQUEST && header->type >= NLMSG_MIN_TYPE && handle(socket, header, &error);
		if (!answered && header->flags & NLM_F_REQUEST && (error || header->flags & NLM_F_ACK))
			acknowledge(socket, header, error);
		uint32_t whole = rr_min(NETLINK_ALIGN(header->length), length);
		data = (const uint8_t *)data + whole;
		length -= whole;
	}
}
