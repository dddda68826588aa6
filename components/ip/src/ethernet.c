#include <rr/string.h>
#include "internal.h"

int rr_ip_ethernet_send(struct rr_netdev *device, struct rr_netbuf *packet, const uint8_t *mac, uint16_t type)
{
	uint8_t *header = rr_netbuf_push(packet, ETHER_HEADER);
	packet->csum_start += ETHER_HEADER;
	packet->header_length += ETHER_HEADER;
	if (mac)
		memcpy(header, mac, 6);
	else
		memset(header, 0xff, 6);
	memcpy(header + 6, device->mac, 6);
	rr_net_put16(header + 12, type);
	return rr_ip_transmit(device, packet);
}
