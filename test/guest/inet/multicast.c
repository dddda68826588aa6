/* Groups over the loopback interface, in both families: who gets what is sent to one, and the errors of joining. Nothing leaves the machine. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../errno_name.h"

#define SAY(what, call) do { errno = 0; long result_ = (call); printf("%s: %ld %s\n", what, result_, result_ < 0 ? errno_name(errno) : ""); } while (0)
#define GROUP "239.1.2.3"
#define GROUP6 "ff02::1234"

static int set(int fd, int level, int name, int value) { return setsockopt(fd, level, name, &value, sizeof(value)); }

static struct ip_mreqn mreqn(const char *group, int device)
{
	return (struct ip_mreqn){ .imr_multiaddr.s_addr = inet_addr(group), .imr_ifindex = device };
}

static struct ipv6_mreq mreq6(const char *group, int device)
{
	struct ipv6_mreq request = { .ipv6mr_interface = (unsigned)device };
	inet_pton(AF_INET6, group, &request.ipv6mr_multiaddr);
	return request;
}

/* What `fd` has to read after everything sent so far has arrived. */
static void show(const char *what, int fd)
{
	char data[20];
	long n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
	printf("%s: %.*s\n", what, n < 0 ? 7 : (int)n, n < 0 ? "nothing" : data);
}

static void version_4(void)
{
	int member = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0), elsewhere = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in any = { .sin_family = AF_INET }, to = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(GROUP) };
	socklen_t length = sizeof(any);
	for (int i = 0; i < 3; i++)
		set((int[]){ member, other, elsewhere }[i], SOL_SOCKET, SO_REUSEADDR, 1);
	bind(member, (void *)&any, sizeof(any));
	getsockname(member, (void *)&any, &length);
	to.sin_port = any.sin_port;
	SAY("bind beside it", bind(other, (void *)&any, sizeof(any)));
	SAY("bind to the group", bind(elsewhere, (void *)&to, sizeof(to)));
	struct ip_mreqn request = mreqn(GROUP, (int)if_nametoindex("lo")), device = mreqn("0.0.0.0", (int)if_nametoindex("lo"));
	SAY("IP_MULTICAST_IF", setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &device, sizeof(device)));
	SAY("join", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)));
	SAY("again", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)));
	SAY("send", sendto(sender, "first", 5, 0, (void *)&to, sizeof(to)));
	show("member", member);
	show("not a member, but the machine is", other);
	show("bound to the group", elsewhere);
	set(other, IPPROTO_IP, 49 /* IP_MULTICAST_ALL */, 0);
	SAY("send", sendto(sender, "second", 6, 0, (void *)&to, sizeof(to)));
	show("member", member);
	show("without IP_MULTICAST_ALL", other);
	show("bound to the group", elsewhere);
	to.sin_addr.s_addr = inet_addr("239.1.2.4");
	SAY("to another group", sendto(sender, "third", 5, 0, (void *)&to, sizeof(to)));
	show("member", member);
	to.sin_addr.s_addr = inet_addr(GROUP);
	SAY("leave", setsockopt(member, IPPROTO_IP, IP_DROP_MEMBERSHIP, &request, sizeof(request)));
	SAY("again", setsockopt(member, IPPROTO_IP, IP_DROP_MEMBERSHIP, &request, sizeof(request)));
	SAY("send", sendto(sender, "fourth", 6, 0, (void *)&to, sizeof(to)));
	show("nobody is a member", member);
	struct { uint32_t group, address; } old = { inet_addr(GROUP), inet_addr("127.0.0.1") };
	SAY("join by address", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, sizeof(old)));
	SAY("send", sendto(sender, "fifth", 5, 0, (void *)&to, sizeof(to)));
	show("member", member);
	SAY("leave by address", setsockopt(member, IPPROTO_IP, IP_DROP_MEMBERSHIP, &old, sizeof(old)));
	old.address = inet_addr("192.0.2.1");
	SAY("join by no interface's address", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, sizeof(old)));
	old = (typeof(old)){ inet_addr("127.0.0.1"), inet_addr("127.0.0.1") };
	SAY("join no group", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, sizeof(old)));
	SAY("short", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, 4));
	request = mreqn(GROUP, 4711);
	SAY("join on no interface", setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)));
	SAY("IP_MULTICAST_IF of none", setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &old.group, 2));
	old.address = inet_addr("192.0.2.1");
	SAY("IP_MULTICAST_IF of nobody's address", setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &old.address, 4));
	old.address = inet_addr("127.0.0.1");
	SAY("IP_MULTICAST_IF of 127.0.0.1", setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &old.address, 4));
	struct in_addr got = { 0 };
	length = sizeof(got);
	getsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &got, &length);
	printf("it is %s\n", inet_ntoa(got));
	int joined = 0;
	for (int i = 0; i < 25; i++) {
		request = mreqn(GROUP, 1);
		request.imr_multiaddr.s_addr = htonl(0xef000001 + (unsigned)i);
		if (setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request))) {
			printf("%d groups, then %s\n", joined, errno_name(errno));
			break;
		}
		joined++;
	}
	int stream = socket(AF_INET, SOCK_STREAM, 0);
	SAY("a stream", setsockopt(stream, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)));
	close(stream);
	close(member);
	close(other);
	close(elsewhere);
	close(sender);
}

/* Linux has no route for groups of IPv6 on the loopback interface; what is delivered over a card is in test/net-ipv6.test.ts. */
static void version_6(void)
{
	int member = socket(AF_INET6, SOCK_DGRAM, 0), sender = socket(AF_INET6, SOCK_DGRAM, 0), lo = (int)if_nametoindex("lo");
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 }, to = { .sin6_family = AF_INET6, .sin6_port = htons(5) };
	bind(member, (void *)&any, sizeof(any));
	inet_pton(AF_INET6, GROUP6, &to.sin6_addr);
	struct ipv6_mreq request = mreq6(GROUP6, lo);
	SAY("IPV6_MULTICAST_IF", set(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF, lo));
	SAY("join", setsockopt(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)));
	SAY("again", setsockopt(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)));
	SAY("send", sendto(sender, "first", 5, 0, (void *)&to, sizeof(to)));
	to.sin6_scope_id = (unsigned)lo;
	SAY("send with a scope", sendto(sender, "second", 6, 0, (void *)&to, sizeof(to)));
	SAY("connect to the group", connect(sender, (void *)&to, sizeof(to)));
	SAY("leave", setsockopt(member, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &request, sizeof(request)));
	SAY("again", setsockopt(member, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &request, sizeof(request)));
	struct group_req general = { .gr_interface = (unsigned)lo };
	memcpy(&general.gr_group, &to, sizeof(to));
	SAY("MCAST_JOIN_GROUP", setsockopt(member, IPPROTO_IPV6, MCAST_JOIN_GROUP, &general, sizeof(general)));
	SAY("again", setsockopt(member, IPPROTO_IPV6, MCAST_JOIN_GROUP, &general, sizeof(general)));
	SAY("MCAST_LEAVE_GROUP", setsockopt(member, IPPROTO_IPV6, MCAST_LEAVE_GROUP, &general, sizeof(general)));
	general.gr_group.ss_family = AF_INET;
	SAY("of another family", setsockopt(member, IPPROTO_IPV6, MCAST_JOIN_GROUP, &general, sizeof(general)));
	request = mreq6("::1", lo);
	SAY("join no group", setsockopt(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)));
	request = mreq6(GROUP6, 4711);
	SAY("join on no interface", setsockopt(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)));
	SAY("short", setsockopt(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, 16));
	SAY("IPV6_MULTICAST_IF of none", set(member, IPPROTO_IPV6, IPV6_MULTICAST_IF, 4711));
	close(member);
	close(sender);
}

int main(void)
{
	version_4();
	version_6();
	return 0;
}
