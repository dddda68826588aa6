/* Links: what netdevice(7) calls interfaces. */
#include <rr/string.h>
#include "netlink.h"

#define ARPHRD_ETHER 1
#define ARPHRD_LOOPBACK 772
#define IFF_UP 1u
#define LEAST_MTU 68u
#define QUEUE_LENGTH 1000

enum { IFLA_ADDRESS = 1, IFLA_BROADCAST = 2, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_QDISC = 6, IFLA_STATS = 7, IFLA_TXQLEN = 13, IFLA_OPERSTATE = 16, IFLA_LINKMODE = 17,
       IFLA_STATS64 = 23, IFLA_GROUP = 27, IFLA_PROMISCUITY = 30, IFLA_NUM_TX_QUEUES = 31, IFLA_NUM_RX_QUEUES = 32, IFLA_CARRIER = 33, IFLA_GSO_MAX_SIZE = 41,
       IFLA_MIN_MTU = 50, IFLA_MAX_MTU = 51 };
enum { IF_OPER_UNKNOWN = 0, IF_OPER_DOWN = 2, IF_OPER_UP = 6 };

struct ifinfomsg {
	uint8_t family, pad;
	uint16_t type;
	int32_t index;
	uint32_t flags, change;
};
_Static_assert(sizeof(struct ifinfomsg) == 16, "struct ifinfomsg");

/* struct rtnl_link_stats64, as far as there are figures. */
static void write_stats(struct answer *answer, const struct rr_netdev_stats *stats)
{
	uint64_t wide[25] = { stats->rx_packets, stats->tx_packets, stats->rx_bytes, stats->tx_bytes, stats->rx_errors, stats->tx_errors, stats->rx_dropped, stats->tx_dropped };
	uint32_t narrow[24];
	for (unsigned i = 0; i < RR_ARRAY_SIZE(narrow); i++)
		narrow[i] = (uint32_t)wide[i];
	answer_attribute(answer, IFLA_STATS64, wide, sizeof(wide));
	answer_attribute(answer, IFLA_STATS, narrow, sizeof(narrow));
}

void link_write(struct answer *answer, uint16_t type, struct rr_netdev *device)
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, nobody[6];
	bool loopback = device->offloads & RR_NETDEV_LOOPBACK;
	const char *discipline = device->up ? loopback ? "noqueue" : "pfifo_fast" : "noop";
	struct ifinfomsg *info = answer_begin(answer, type, sizeof(*info));
	if (!info)
		return;
	*info = (struct ifinfomsg){ .type = loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER, .index = (int)device->index, .flags = rr_netdev_flags(device) };
	answer_attribute(answer, IFLA_IFNAME, device->name, (uint32_t)strlen(device->name) + 1);
	answer_u32(answer, IFLA_TXQLEN, QUEUE_LENGTH);
	answer_u8(answer, IFLA_OPERSTATE, loopback ? IF_OPER_UNKNOWN : device->up && device->link ? IF_OPER_UP : IF_OPER_DOWN);
	answer_u8(answer, IFLA_LINKMODE, 0);
	answer_u32(answer, IFLA_MTU, device->mtu);
	answer_u32(answer, IFLA_MIN_MTU, loopback ? 0 : LEAST_MTU);
	answer_u32(answer, IFLA_MAX_MTU, loopback ? 0 : device->most_mtu);
	answer_u32(answer, IFLA_GROUP, 0);
	answer_u32(answer, IFLA_PROMISCUITY, device->promiscuous);
	answer_u32(answer, IFLA_NUM_TX_QUEUES, 1);
	answer_u32(answer, IFLA_GSO_MAX_SIZE, device->gso_most);
	answer_u32(answer, IFLA_NUM_RX_QUEUES, 1);
	answer_u8(answer, IFLA_CARRIER, device->link);
	answer_attribute(answer, IFLA_QDISC, discipline, (uint32_t)strlen(discipline) + 1);
	answer_attribute(answer, IFLA_ADDRESS, loopback ? nobody : device->mac, 6);
	answer_attribute(answer, IFLA_BROADCAST, loopback ? nobody : everybody, 6);
	write_stats(answer, &device->stats);
}

void link_dump(struct answer *answer, const struct nlmsghdr *header)
{
	(void)header;
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));)
		link_write(answer, RTM_NEWLINK, device);
}

/* The link that a request is about, by its number or its name. */
static int find(const struct request *request, struct rr_netdev **out)
{
	const struct ifinfomsg *info = request->fixed;
	const struct rtattr *attribute = request->attributes[IFLA_IFNAME];
	char name[RR_NETDEV_NAME] = "";
	if (info->index > 0) {
		*out = rr_netdev_by_index((unsigned)info->index);
	} else if (attribute) {
		memcpy(name, attribute + 1, rr_min(attribute->length - sizeof(*attribute), sizeof(name) - 1));
		*out = rr_netdev_by_name(name);
	} else {
		return -EINVAL;
	}
	return *out ? 0 : -ENODEV;
}

int link_get(struct answer *answer, const struct nlmsghdr *header)
{
	struct request request;
	struct rr_netdev *device;
	int error = request_parse(header, sizeof(struct ifinfomsg), &request);
	if (!error)
		error = find(&request, &device);
	if (!error)
		link_write(answer, RTM_NEWLINK, device);
	return error;
}

int link_change(const struct nlmsghdr *header)
{
	struct request request;
	struct rr_netdev *device;
	int error = request_parse(header, sizeof(struct ifinfomsg), &request);
	if (!error)
		error = find(&request, &device);
	if (error == -ENODEV && header->flags & NLM_F_CREATE)
		return -EOPNOTSUPP;
	if (error)
		return error;
	if (header->flags & NLM_F_EXCL && header->type == RTM_NEWLINK)
		return -EEXIST;
	uint32_t mtu = request_u32(&request, IFLA_MTU, device->mtu);
	const struct ifinfomsg *info = request.fixed;
	if (mtu < LEAST_MTU || mtu > device->most_mtu)
		return -EINVAL;
	if (mtu != device->mtu) {
		device->mtu = mtu;
		rr_netdev_changed(device);
	}
	if (!((info->change | info->flags) & IFF_UP))
		return 0;
	if (info->flags & IFF_UP)
		return rr_netdev_up(device);
	rr_netdev_down(device);
	return 0;
}
