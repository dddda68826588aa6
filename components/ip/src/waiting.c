#include <rr/abi/errno.h>
#include "internal.h"

#define MOST_WAITING 4u

int rr_ip_wait(struct rr_ip_waiting *waiting, struct rr_netbuf *packet)
{
	if (waiting->count == MOST_WAITING) {
		rr_netbuf_free(packet);
		return -ENOBUFS;
	}
	if (!waiting->first)
		waiting->end = &waiting->first;
	packet->next = NULL;
	*waiting->end = packet;
	waiting->end = &packet->next;
	waiting->count++;
	return 0;
}

struct rr_netbuf *rr_ip_take_waiting(struct rr_ip_waiting *waiting)
{
	struct rr_netbuf *packets = waiting->first;
	waiting->first = NULL;
	waiting->count = 0;
	return packets;
}

void rr_ip_send_waiting(struct rr_ip_waiting *waiting, struct rr_netdev *device, const uint8_t *mac, uint16_t type)
{
	struct rr_netbuf *packets = rr_ip_take_waiting(waiting);
	while (packets) {
		struct rr_netbuf *packet = packets;
		packets = packet->next;
		packet->next = NULL;
		rr_ip_ethernet_send(device, packet, mac, type);
	}
}
