/* AF_NETLINK as libc and programs use it, as far as the loopback interface shows: netlink(7), rtnetlink(7), getifaddrs(3). */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include "sockets.h"

static void addresses(void)
{
	struct ifaddrs *all, *each;
	SAY(getifaddrs(&all));
	for (each = all; each; each = each->ifa_next) {
		if (strcmp(each->ifa_name, "lo") || !each->ifa_addr || each->ifa_addr->sa_family == AF_INET6)
			continue;
		printf("%s family %d flags %#x", each->ifa_name, each->ifa_addr->sa_family, each->ifa_flags);
		if (each->ifa_addr->sa_family == AF_INET) {
			printf(" address %s", inet_ntoa(((struct sockaddr_in *)each->ifa_addr)->sin_addr));
			printf(" mask %s", inet_ntoa(((struct sockaddr_in *)each->ifa_netmask)->sin_addr));
		}
		printf(" data %s\n", each->ifa_data ? "there" : "missing");
	}
	freeifaddrs(all);
	struct if_nameindex *names = if_nameindex();
	for (struct if_nameindex *name = names; name && name->if_name; name++)
		if (name->if_index == 1)
			printf("1: %s\n", name->if_name);
	if_freenameindex(names);
}

struct request {
	struct nlmsghdr header;
	union {
		struct rtgenmsg any;
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
	};
	char attributes[64];
};

static long ask(int fd, int type, int flags, size_t size, struct request *request)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	request->header.nlmsg_len = NLMSG_LENGTH(size);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	request->header.nlmsg_seq = 77;
	return sendto(fd, request, request->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel));
}

static void show_link(const struct nlmsghdr *header)
{
	const struct ifinfomsg *info = NLMSG_DATA(header);
	long length = header->nlmsg_len - NLMSG_LENGTH(sizeof(*info));
	if (info->ifi_index != 1)
		return;
	printf("link 1 type %d flags %#x:", info->ifi_type, info->ifi_flags);
	for (const struct rtattr *at = IFLA_RTA(info); RTA_OK(at, length); at = RTA_NEXT(at, length)) {
		if (at->rta_type == IFLA_IFNAME)
			printf(" name %s", (char *)RTA_DATA(at));
		if (at->rta_type == IFLA_MTU)
			printf(" mtu %d", *(int *)RTA_DATA(at));
		if (at->rta_type == IFLA_OPERSTATE)
			printf(" state %d", *(char *)RTA_DATA(at));
		if (at->rta_type == IFLA_STATS64)
			printf(" stats of at least %s", RTA_PAYLOAD(at) >= 184 ? "184" : "less");
	}
	printf("\n");
}

static void show_address(const struct nlmsghdr *header)
{
	const struct ifaddrmsg *info = NLMSG_DATA(header);
	long length = header->nlmsg_len - NLMSG_LENGTH(sizeof(*info));
	if (info->ifa_index != 1 || info->ifa_family != AF_INET)
		return;
	printf("address /%d scope %d flags %#x:", info->ifa_prefixlen, info->ifa_scope, info->ifa_flags);
	for (const struct rtattr *at = IFA_RTA(info); RTA_OK(at, length); at = RTA_NEXT(at, length)) {
		if (at->rta_type == IFA_ADDRESS || at->rta_type == IFA_LOCAL)
			printf(" %d %s", at->rta_type, inet_ntoa(*(struct in_addr *)RTA_DATA(at)));
		if (at->rta_type == IFA_LABEL)
			printf(" label %s", (char *)RTA_DATA(at));
		if (at->rta_type == IFA_CACHEINFO)
			printf(" valid %u", ((struct ifa_cacheinfo *)RTA_DATA(at))->ifa_valid);
	}
	printf("\n");
}

static void show_route(const struct nlmsghdr *header)
{
	const struct rtmsg *info = NLMSG_DATA(header);
	long length = header->nlmsg_len - NLMSG_LENGTH(sizeof(*info));
	printf("route family %d /%d table %d type %d:", info->rtm_family, info->rtm_dst_len, info->rtm_table, info->rtm_type);
	for (const struct rtattr *at = RTM_RTA(info); RTA_OK(at, length); at = RTA_NEXT(at, length)) {
		if (at->rta_type == RTA_DST || at->rta_type == RTA_PREFSRC)
			printf(" %d %s", at->rta_type, inet_ntoa(*(struct in_addr *)RTA_DATA(at)));
		if (at->rta_type == RTA_OIF)
			printf(" by %d", *(int *)RTA_DATA(at));
	}
	printf("\n");
}

/* Answers up to the end of a dump, an acknowledgement or `most` messages. */
static void answers(int fd, int most)
{
	char buffer[32768];
	for (;;) {
		struct sockaddr_nl from;
		socklen_t from_length = sizeof(from);
		long got = recvfrom(fd, buffer, sizeof(buffer), MSG_DONTWAIT, (struct sockaddr *)&from, &from_length);
		if (got < 0) {
			printf("answer: %s\n", errno_name(errno));
			return;
		}
		for (struct nlmsghdr *at = (void *)buffer; NLMSG_OK(at, got); at = NLMSG_NEXT(at, got)) {
			if (at->nlmsg_seq != 77 || from.nl_pid)
				printf("sequence %u from %u\n", at->nlmsg_seq, from.nl_pid);
			if (at->nlmsg_type == NLMSG_DONE) {
				printf("done, flags %#x, length %u\n", at->nlmsg_flags, at->nlmsg_len);
				return;
			}
			if (at->nlmsg_type == NLMSG_ERROR) {
				const struct nlmsgerr *error = NLMSG_DATA(at);
				printf("acknowledged: %s, flags %#x, length %u, of type %d\n", error->error ? errno_name(-error->error) : "0", at->nlmsg_flags, at->nlmsg_len, error->msg.nlmsg_type);
				return;
			}
			if (at->nlmsg_type == RTM_NEWLINK)
				show_link(at);
			if (at->nlmsg_type == RTM_NEWADDR)
				show_address(at);
			if (at->nlmsg_type == RTM_NEWROUTE && most)
				show_route(at);
			if (most && !--most)
				return;
		}
	}
}

static void *add(struct request *request, size_t size, int type, const void *data, size_t length)
{
	struct rtattr *at = (void *)((char *)request + NLMSG_LENGTH(size));
	at->rta_type = type;
	at->rta_len = RTA_LENGTH(length);
	return memcpy(RTA_DATA(at), data, length);
}

static void requests(int fd)
{
	struct request request = { .any = { .rtgen_family = AF_UNSPEC } };
	struct in_addr loopback = { htonl(INADDR_LOOPBACK) };
	SAY(ask(fd, RTM_GETLINK, NLM_F_DUMP, sizeof(request.any), &request));
	answers(fd, 0);
	request = (struct request){ .any = { .rtgen_family = AF_INET } };
	SAY(ask(fd, RTM_GETADDR, NLM_F_DUMP, sizeof(request.address), &request));
	answers(fd, 0);
	request = (struct request){ .any = { .rtgen_family = AF_INET } };
	SAY(ask(fd, RTM_GETROUTE, NLM_F_DUMP, sizeof(request.route), &request));
	answers(fd, 0);
	request = (struct request){ .link = { .ifi_index = 1 } };
	SAY(ask(fd, RTM_GETLINK, 0, sizeof(request.link), &request));
	answers(fd, 1);
	request = (struct request){ .link = { .ifi_index = 1 } };
	SAY(ask(fd, RTM_GETLINK, NLM_F_ACK, sizeof(request.link), &request));
	answers(fd, 1);
	answers(fd, 1);
	request = (struct request){ .link = { .ifi_index = 4711 } };
	SAY(ask(fd, RTM_GETLINK, 0, sizeof(request.link), &request));
	answers(fd, 1);
	request = (struct request){ .link = { .ifi_index = 0 } };
	SAY(ask(fd, RTM_GETLINK, 0, sizeof(request.link), &request));
	answers(fd, 1);
	request = (struct request){ .route = { .rtm_family = AF_INET, .rtm_dst_len = 32 } };
	add(&request, sizeof(request.route), RTA_DST, &loopback, 4);
	SAY(ask(fd, RTM_GETROUTE, 0, sizeof(request.route) + RTA_LENGTH(4), &request));
	answers(fd, 1);
	request = (struct request){ 0 };
	SAY(ask(fd, 1000, NLM_F_ACK, sizeof(request.link), &request));
	answers(fd, 1);
	SAY(ask(fd, 3, NLM_F_ACK, sizeof(request.any), &request));
	answers(fd, 1);
	/* no request, and one that claims to be longer than it is: not answered */
	request.header.nlmsg_flags = 0;
	request.header.nlmsg_type = RTM_GETLINK;
	SAY(send(fd, &request, 20, 0));
	answers(fd, 1);
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request.header.nlmsg_len = 100;
	SAY(send(fd, &request, 20, 0));
	answers(fd, 1);
	SAY(send(fd, &request, 3, 0));
	answers(fd, 1);
}

static void names(void)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK }, got;
	socklen_t length = sizeof(got);
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), other = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE);
	SAY(getsockname(fd, (struct sockaddr *)&got, &length));
	printf("name %u groups %u length %u\n", got.nl_pid, got.nl_groups, length);
	SAY(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	length = sizeof(got);
	getsockname(fd, (struct sockaddr *)&got, &length);
	printf("the process's number: %d\n", got.nl_pid == (unsigned)getpid());
	SAY(bind(other, (struct sockaddr *)&name, sizeof(name)));
	length = sizeof(got);
	getsockname(other, (struct sockaddr *)&got, &length);
	printf("the process's number: %d\n", got.nl_pid == (unsigned)getpid());
	SAY(bind(other, (struct sockaddr *)&name, 4));
	name.nl_pid = 1234567;
	SAY(bind(other, (struct sockaddr *)&name, sizeof(name)));
	name.nl_family = AF_INET;
	SAY(bind(other, (struct sockaddr *)&name, sizeof(name)));
	name.nl_family = AF_NETLINK;
	SAY(sendto(fd, "x", 1, 0, (struct sockaddr *)&name, sizeof(name)));
	int value = 1;
	SAY(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &value, sizeof(value)));
	value = 0;
	SAY(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &value, sizeof(value)));
	SAY(setsockopt(fd, SOL_NETLINK, 99, &value, sizeof(value)));
	struct pollfd poll_for = { fd, POLLIN | POLLOUT, 0 };
	SAY(poll(&poll_for, 1, 0));
	printf("ready %#x\n", poll_for.revents);
	SAY(listen(fd, 1));
	SAY(accept(fd, NULL, NULL));
	SAY(shutdown(fd, SHUT_RD));
	close(fd);
	close(other);
	SAY(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE));
	SAY(socket(AF_NETLINK, SOCK_RAW, 77));
}

int main(void)
{
	addresses();
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	requests(fd);
	close(fd);
	names();
	return 0;
}
